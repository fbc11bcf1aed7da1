"""Where evidence contradicts evidence: one side says it, another denies it. No side is taken.

Pure functions over sentences; a first, cautious rule: both sides speak of the same thing, in another voice or
article, and just one of them denies.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer import Disagreement, Evidence, Side
from rag.understand import Query
from rag.words import denies, stems

_SHARED_TERMS = 2


def disagreements(query: Query, evidence: Sequence[Evidence]) -> tuple[Disagreement, ...]:
    """The disagreement in the evidence about what is asked, with its two sides; none where nobody denies."""
    asked = {term.stem for term in query.terms}
    relevant = [each for each in evidence if len(asked & stems(each.citation.quote)) >= min(_SHARED_TERMS, len(asked))]
    denying = [each for each in relevant if denies(each.citation.quote)]
    saying = [each for each in relevant if each not in denying]
    if not denying or not saying or not _same_matter(denying[0], saying[0], asked):
        return ()
    sides = (Side("says so", _numbers(saying)), Side("denies it", _numbers(denying)))
    return (Disagreement(query.text, sides),)


def _same_matter(one: Evidence, other: Evidence, asked: set[str]) -> bool:
    shared = stems(one.citation.quote) & stems(other.citation.quote)
    return len(shared) >= _SHARED_TERMS and bool(shared & asked)


def _numbers(evidence: Sequence[Evidence]) -> tuple[int, ...]:
    return tuple(each.citation.number for each in evidence)
