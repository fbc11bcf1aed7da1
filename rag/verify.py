"""Whether a sentence of an answer stands on the sentences that it cites.

Deterministic where it can be: numbers, dates, names and negation of the claim must be in the cited
words; what remains is compared by meaning. Pure functions; the meaning comes in as a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.words import bare, negations, numbers, stems, terms

Lack = Literal["number", "name", "verdict", "negation", "words", "meaning"]

LEAST_WORDS = 0.6
"""Least share of a claim's words that the cited words hold; a share of 1 needs no meaning to agree."""
LEAST_MEANING = 0.5
"""Least cosine similarity between a claim and what it cites."""
_SURE_MEANING = 0.75
"""Cosine similarity from which other words may say the same."""
_QUOTE = re.compile(r"^(?:[^:“”]* \([^()]*\): )?“(?P<quote>.+)”$", re.DOTALL)
_VERDICTS = stems("true untrue correct incorrect proven proof fact yes indeed certainly definitely")
"""Words that judge: what is reported must not come out as established."""
_SAID_OF_THE_UNKNOWN = stems("article outlet date unknown")


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a claim is supported, and what is lacking first when it is not."""

    supported: bool
    lack: Lack | None = None


def support(claim: str, cited: Sequence[str], *, context: str, meaning: float) -> Support:
    """Judge a claim against the words that it cites.

    `context` is what is known of the citations besides: speakers, outlets, titles, dates. `meaning`
    is the cosine similarity of the claim and its best citation, from -1 to 1.
    """
    if quoted(claim, cited) and _attributed(claim, context):
        return Support(supported=True)
    lack = _lack(claim, " ".join(cited), context, meaning)
    return Support(supported=lack is None, lack=lack)


def _lack(claim: str, words: str, context: str, meaning: float) -> Lack | None:
    known = f"{words} {context}"
    own = stems(claim)
    share = len(own & stems(known)) / len(own) if own else 0.0
    checks: tuple[tuple[Lack, bool], ...] = (
        ("number", bool(numbers(claim) - numbers(known))),
        ("name", bool(_names(claim) - stems(known) - _initials(known))),
        ("verdict", bool(own & _VERDICTS - stems(words))),
        ("negation", (negations(claim) > 0) != (negations(words) > 0)),
        ("words", share < LEAST_WORDS and meaning < _SURE_MEANING),
        ("meaning", meaning < LEAST_MEANING),
    )
    return next((lack for lack, missing in checks if missing), None)


def quoted(claim: str, cited: Sequence[str]) -> bool:
    """Whether a claim is nothing but an attribution and a quote that stands, word for word, in what it cites."""
    match = _QUOTE.match(claim)
    return match is not None and bare(match.group("quote")) in map(bare, cited)


def _attributed(claim: str, context: str) -> bool:
    """Whether all that stands before a claim's quote is known of its citation."""
    before = claim[: claim.index("“")]
    return stems(before) <= stems(context) | _SAID_OF_THE_UNKNOWN


def _names(text: str) -> frozenset[str]:
    return frozenset(term.stem for term in terms(text) if term.name)


def _initials(text: str) -> frozenset[str]:
    """The stems of abbreviations that capitalised words of a text add up to: United Nations, UN."""
    capitals = re.findall(r"(?:[A-Z][\w-]+\s+(?:of\s+|the\s+)?){1,5}[A-Z][\w-]+", text)
    short = {"".join(word[0] for word in each.split() if word[0].isupper()).lower() for each in capitals}
    return frozenset(short)
