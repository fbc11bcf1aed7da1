"""Questions that join several matters, taken apart.

"What did Ada and Bo say about it?" asks two things; the sentence that answers best answers only one of
them, and each part is a question of its own. A long question may also name matters that different articles
tell, without asking anything of each: those are its clauses, and each is searched for. Rules over English words, no
model; a question that no rule takes apart has neither.
"""

from __future__ import annotations

import re

from index.embed import Span
from rag.words import terms

_MOST = 4
_LEAST_TERMS = 3
_MOST_CLAUSES = 8
"""Each clause is searched for; a question that lists more names is searched for as a whole besides."""
_BORDER = re.compile(
    r"[,;:]\s+|\s[-–—]\s|"
    r"\b(?:and|but|or|than|while|whereas|before|after|considering|who|which|that|in contrast to|as opposed to|"
    r"compared (?:to|with))\b",
    re.IGNORECASE,
)
_NAME = (
    r"(?!(?:Who|What|Which|When|Where|Why|How|Did|Does|Do|Is|Are|Was|Were|Has|Have|Had)\b)"
    r"(?:['‘“\"][^'‘’“”\"]{2,60}['’”\"]|(?:[Tt]he )?[A-Z][\w.&’'-]*"
    r"(?: (?:(?:of|the|and|for) )?[A-Z][\w.&’'-]*)*(?: \| (?:[A-Z][\w.&-]*(?: (?:and )?|$))+)?)"
)
_TELLING = r"(?:articles?|reports?|stor(?:y|ies)|pieces?|coverage|posts?|reviews?)"
_TOLD_IN = re.compile(
    rf"(?<!\w)(?:(?:the|an?|one|another|both|in|from) )?{_NAME}(?:['’]s)? {_TELLING}\b|"
    rf"\b(?:(?:the|an?|one|another) )?{_TELLING} (?:(?:published|written) )?(?:from|by|in|on|of) (?:both )?{_NAME}"
    rf"(?:,? and {_NAME})?|"
    r",? ?\b(?:as )?(?:reported|covered|published|mentioned|described|discussed|detailed|stated|highlighted|noted) "
    rf"(?:by|in|on) (?:both )?{_NAME}(?:,? and {_NAME})?"
)
"""Which outlet told something: words that the article itself seldom has."""
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
_ASKS = r"(?:how many|how much|which|what)"
_COUNTED = re.compile(
    rf"^(?P<one>{_ASKS}) (?P<thing>[\w -]+?) and (?P<other>{_ASKS}) (?P<also>[\w -]+?) "
    r"(?P<after>(?:did|do|does|has|have|had|is|are|was|were|will|would|can|could)\b.*)$",
    re.IGNORECASE,
)
"""Two things asked of one event: how many people and how many companies did they fine?"""
_ELLIPSIS = re.compile(
    r"^(?P<before>.*\b(?P<link>from|in|to|by|at|on|for|with|against|of)) [^,;]{1,80}?,? and "
    r"(?:(?:which|what|who|how many) )?(?P=link) (?P<other>(?:the )?[A-Z0-9][^,;]{0,80})$"
)
"""A second thing of which all but the last words are left out: what came from Cork, and what from Lima?"""


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question joins, in its order; empty when it asks one thing."""
    if counted := _COUNTED.match(question):
        return tuple(
            f"{counted[asks]} {counted[thing]} {counted['after']}"
            for asks, thing in (("one", "thing"), ("other", "also"))
        )
    if ellipsis := _ELLIPSIS.match(question):
        whole, _, _ = question[: ellipsis.start("other")].rpartition(" and ")
        return whole.rstrip(","), f"{ellipsis['before']} {ellipsis['other']}"
    clauses = [each.strip() for each in _CLAUSE.split(question)]
    if len(clauses) > 1 and all(len(terms(each)) >= _LEAST_TERMS for each in clauses):
        return tuple(clauses[:_MOST])
    match = _JOINED.match(question)
    if match is None:
        return ()
    return tuple(f"{match['before']}{match[who].strip()} {match['after']}" for who in ("one", "other"))


def clauses(question: str) -> tuple[Span, ...]:
    """The stretches of a question that each name a matter of their own; none where it names but one.

    What only says which outlet told the matter is left out of them.
    """
    bare = without_outlets(question)
    borders = [0, *(at for each in _BORDER.finditer(bare) for at in each.span()), len(bare)]
    found: list[Span] = []
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        if len(terms(bare[start:end])) >= _LEAST_TERMS:
            found.append(Span(start, end))
        elif found:
            found[-1] = Span(found[-1].start, end)
    return tuple(found) if 1 < len(found) <= _MOST_CLAUSES else ()


def without_outlets(question: str) -> str:
    """The question with blanks for the words that say which outlet told something; the others stay at their places."""
    return _TOLD_IN.sub(lambda match: " " * len(match.group()), question)
