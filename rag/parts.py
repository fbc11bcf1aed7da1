"""Questions that join several matters, taken apart: each part is a question of its own.

"What did Ada and Bo say about it?" asks two things; the sentence that answers best answers only one of
them. Rules over English words, no model; a question that no rule takes apart has no parts.
"""

from __future__ import annotations

import re

from rag.words import terms

_MOST = 4
_LEAST_TERMS = 3
_CLAUSE = re.compile(
    r"(?:[;,]\s*(?:and\s+|but\s+|while\s+)?|\s+(?:and|but|while)\s+)"
    r"(?=(?:what|which|who|whom|whose|when|where|why|how|did|does|do|is|are|was|were|has|have|had)\b)",
    re.IGNORECASE,
)
_SAYS = (
    r"(?:say|said|says|think|thinks|thought|tell|told|claim|claims|claimed|argue|argues|argued|describe|described|see|view|"
    r"respond|responded|react|reacted|comment|commented|demand|demanded|agree|disagree|differ|mean|want|expect|believe)"
)
_BREAKS = (
    r"(?:did|do|does|has|have|had|is|are|was|were|will|would|can|could|of|in|on|at|by|for|with|to|from|about|"
    r"that|which|who|what|how|why|when|where|according)"
)
_JOINED = re.compile(
    rf"^(?P<before>.*\b{_BREAKS}\s+|)(?:both\s+)?(?P<one>(?:(?!{_BREAKS}\b)[\w'’.-]+\s+){{1,6}}?)"
    rf"and\s+(?P<other>(?:(?!{_SAYS}\b)(?!{_BREAKS}\b)[\w'’.-]+\s+){{1,6}}?)(?P<after>{_SAYS}\b.*)$",
    re.IGNORECASE,
)


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question joins, in its order; empty when it asks one thing."""
    clauses = [each.strip() for each in _CLAUSE.split(question)]
    if len(clauses) > 1 and all(len(terms(each)) >= _LEAST_TERMS for each in clauses):
        return tuple(clauses[:_MOST])
    match = _JOINED.match(question)
    if match is None:
        return ()
    return tuple(f"{match['before']}{match[who].strip()} {match['after']}" for who in ("one", "other"))
