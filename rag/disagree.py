"""Where evidence contradicts evidence: one side says it, another denies it. No side is taken."""

from __future__ import annotations

from rag.answer import Disagreement, Evidence, Side
from rag.understand import Query
from rag.words import denies


def disagreement(query: Query, one: Evidence, other: Evidence) -> Disagreement:
    """The two sides of what is asked: who says so first, then who denies it."""
    saying, denying = sorted((one, other), key=lambda each: denies(each.citation.quote))
    return Disagreement(
        query.text,
        (Side("says so", (saying.citation.number,)), Side("denies it", (denying.citation.number,))),
    )
