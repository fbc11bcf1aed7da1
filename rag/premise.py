"""Whether a question takes for granted what the articles deny: "Why did she admit it?", where she denied it.

A cautious rule over words, no model: the question names somebody's commitment (to admit, to back, to accept) or
refusal (to deny, to block), and the sentences nearest to it have the same people do the opposite; or it has
something be over that goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from rag.evidence import Ranked
from rag.features import weighted
from rag.understand import Query
from rag.words import denies, stems

Stance = Literal["for", "against"]

_FOR = stems(
    "admit admission acknowledge acknowledgement confirm confirmation accept acceptance agree agreement approve "
    "approval back support endorse endorsement vouch recognise recognize recognition concede concession welcome "
    "embrace promise pledge guarantee allow permit authorise authorize convinced certain praise comply prove proof "
    "announce announcement apologise apologize apology sign ratify join lift confess verify"
)
_AGAINST = re.compile(
    r"\b(?:refus(?:e|es|ed|ing|al)|oppos(?:e|es|ed|ing|ition)|block(?:s|ed|ing)?|veto(?:es|ed|ing)?|condemn\w*|"
    r"(?:un)?lawful|unlawful|s[ck]eptical|doubt\w*|bann?(?:s|ed|ing)?|prohibit\w*|fail(?:s|ed|ing|ure)?|refrain\w*|"
    r"nothing|never|not|no|cannot|\w+n['’]t|without|neither|nor|withdr[ae]w\w*|declin(?:e|es|ed|ing)|"
    r"critici[sz]\w*|problems?|faults?|faulty|flaws?|flawed|defects?)\b",
    re.IGNORECASE,
)
_OVER = re.compile(r"\b(?:no longer|not any ?more|any ?more)\b", re.IGNORECASE)
_OVER_WORDS = ("longer", "anymore")
_GOES_ON = re.compile(r"\b(?:still|continu(?:e|es|ed|ing)|remains?|remained)\b", re.IGNORECASE)
_READ = 5
"""Ranked sentences that are looked at."""
_ABOUT_IT = 0.5
"""Share of the question's terms, by weight, that a sentence on the same matter meets."""
_SAME_NAMES = 0.6
"""Likewise of its names and numbers."""


def contradicted(query: Query, ranked: Sequence[Ranked]) -> Ranked | None:
    """The best sentence that has it the other way round than the question takes for granted; None without one.

    None too when a sentence on the same matter has it as the question does, whatever others say.
    """
    if query.asks == "whether":
        return None
    if _OVER.search(query.question):
        return next((each for each in ranked[:_READ] if _goes_on(each.text) and _same_matter(query, each)), None)
    taken = stance(query.question)
    if taken is None:
        return None
    found: Ranked | None = None
    for each in ranked[:_READ]:
        if not _same_matter(query, each):
            continue
        held = stance(each.text)
        if held == taken:
            return None
        if held is not None and found is None:
            found = each
    return found


def _goes_on(text: str) -> bool:
    """Whether a sentence has something go on, and denies nothing."""
    return bool(_GOES_ON.search(text)) and not (denies(text) or _OVER.search(text) or _AGAINST.search(text))


def stance(text: str) -> Stance | None:
    """Whether somebody in the text commits to a thing, or refuses it; None where neither is said."""
    if denies(text) or _AGAINST.search(text):
        return "against"
    return "for" if stems(text) & _FOR else None


def _same_matter(query: Query, ranked: Ranked) -> bool:
    """Whether a sentence meets enough of what is asked, beside the commitment, which it has the other way round."""
    matches = ranked.candidate.matches
    named = np.array([term.name or term.number for term in query.terms], dtype=bool)
    beside = np.array([not (stance(each.word) or each.word in _OVER_WORDS) for each in query.terms], dtype=bool)
    return bool(weighted(matches[beside], query.weights[beside]) >= _ABOUT_IT) and (
        not named.any() or bool(weighted(matches[named], query.weights[named]) >= _SAME_NAMES)
    )
