"""Whether a sentence's numbers, names, negation and words are those of what it cites.

A second opinion on the engine's own verification, made on purpose without its code: a claim that was
altered after it was verified, or that verification should not have let pass, shows here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eval.match import date_forms, unmarked
from rag.answer import Citation, Claim

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<![.:!?\"'(] )(?<!^)(?<![\w\"'(])[A-Z][\w-]*[a-z][\w-]*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|cannot|without|\w+n't|den(?:y|ies|ied|ying|ials?)|"
    r"refus\w+|reject\w+|dismiss\w+|fail(?:s|ed)?)\b",
    re.IGNORECASE,
)

_LEAST_SHARED = 1 / 3
"""Share of a text's longer words that what it cites must have: a sentence of other words has come from elsewhere."""
_ROOT = 4
"""Letters by which words are compared, so that ships, shipped and shipping are one."""


def held_share(claims: Sequence[Claim], citations: Sequence[Citation]) -> float | None:
    """The share of the claims that `is_held`; None of nothing."""
    held = [is_held(claim.text, [each for each in citations if each.number in claim.citations]) for claim in claims]
    return sum(held) / len(held) if held else None


def is_held(text: str, cited: Sequence[Citation]) -> bool:
    """Whether what it cites, or is known of that, has every number and name of a text, and denies where it denies.

    A text may leave out the denial of one of several sentences; where all of them deny, so must it. A third of its
    words must be there too.
    """
    claim = unmarked(text)
    quotes = [unmarked(each.quote) for each in cited]
    known = " ".join([*quotes, *(_known(each) for each in cited)])
    if not _numbers(claim) <= _numbers(known):
        return False
    if not {name.lower() for name in _NAME.findall(claim)} <= set(re.findall(r"[\w-]+", known.lower())):
        return False
    words = _roots(claim)
    if quotes and len(words & _roots(known)) < _LEAST_SHARED * len(words):
        return False
    denials = [bool(_NEGATION.search(each)) for each in quotes]
    return any(denials) if _NEGATION.search(claim) else not (denials and all(denials))


def _roots(text: str) -> set[str]:
    return {each[:_ROOT] for each in re.findall(r"[^\W\d_]{4,}", text.lower())}


def _numbers(text: str) -> set[str]:
    return {each.replace(",", "").lstrip("0") for each in _NUMBER.findall(text)}


def _known(citation: Citation) -> str:
    named = (citation.title, citation.outlet, citation.speaker, citation.document)
    return unmarked(" ".join([*(each for each in named if each), date_forms(citation.published)]))
