"""Whether a sentence of an answer stands on the sentences that it cites.

Deterministic where it can be: numbers, dates, names and negation of the claim must be in the cited
words; what remains is compared by meaning. Pure functions; the meaning comes in as a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from rag.named import serves_another
from rag.roles import called, swapped
from rag.speaker import speakers
from rag.words import bare, days_and_months, denies, initials, negated, numbers, quantities, stems, terms

Lack = Literal[
    "number", "date", "unit", "name", "speaker", "role", "verdict", "negation", "addition", "words", "meaning"
]

LEAST_WORDS = 0.6
"""Least share of a claim's words that the cited words hold; other words need the more meaning to agree."""
_FEW_WORDS = 3
"""A claim of no more words must have them all: what is left of fewer tells nothing."""
LEAST_MEANING = 0.5
"""Least cosine similarity between a claim and what it cites."""
_LEAST_OF_ALL_WORDS = 0.3
"""Likewise where the citation has all words of a claim: a few words of a long sentence are far from the whole."""
_OPENING_NAME = re.compile(r"(?P<first>[A-Z][\w’'-]+)\s+[A-Z]")
_CLAUSES = re.compile(
    r"[,;:–—]|\b(?:and|but|which|who|that|because|while|after|before|when|according to|despite|although)\b"
)
_LONGEST = 2
"""Most words one behind the other that a claim may have and its citation not."""
_LONGEST_SURE = 4
"""Likewise where the meaning is sure to be near."""
_REACH = 3
"""How many words behind its number what is counted may stand in a citation: 9,000 Russian containers."""
_SURE_MEANING = 0.75
"""Cosine similarity from which other words may say the same."""
_QUOTE = re.compile(r"^(?:[^:“”]* \([^()]*\): )?“(?P<quote>.+)”$", re.DOTALL)
_VERDICTS = stems("true untrue correct incorrect proven proof fact yes indeed certainly definitely")
"""Words that judge: what is reported must not come out as established."""
_SAID_OF_THE_UNKNOWN = stems("article outlet date unknown")


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a claim is supported, what is lacking first when it is not, and how much of it is told at all.

    `share` is that of the claim's words, 0 to 1, that the cited words or what is known of them have.
    """

    supported: bool
    lack: Lack | None = None
    share: float = field(default=1.0, compare=False)


def support(claim: str, cited: Sequence[str], *, context: str, meaning: float) -> Support:
    """Judge a claim against the words that it cites.

    `context` is what is known of the citations besides: speakers, outlets, titles, dates. `meaning`
    is the cosine similarity of the claim and its best citation, from -1 to 1.
    """
    if is_quote(claim, cited, context=context):
        return Support(supported=True)
    known = stems(f"{' '.join(cited)} {context}")
    own = stems(claim)
    share = len(own & known) / len(own) if own else 0.0
    lack = _lack(claim, cited, context, meaning=meaning, share=share)
    return Support(supported=lack is None, lack=lack, share=share)


def _lack(claim: str, cited: Sequence[str], context: str, *, meaning: float, share: float) -> Lack | None:
    words = " ".join(cited)
    known = f"{words} {context}"
    own = stems(claim)
    checks: tuple[tuple[Lack, bool], ...] = (
        ("number", bool(numbers(claim) - numbers(known))),
        ("date", bool(days_and_months(claim) - days_and_months(known))),
        ("unit", bool(quantities(claim) - quantities(words, reach=_REACH))),
        ("name", any(not _known(name, known) for name in _names(claim) | _first_name(claim))),
        ("speaker", _other_speaker(claim, cited, known)),
        ("role", any(swapped(claim, each) or serves_another(claim, each) for each in cited)),
        ("verdict", bool(own & _VERDICTS - stems(words))),
        ("negation", _negated_otherwise(claim, words)),
        ("words", share < (LEAST_WORDS if len(own) > _FEW_WORDS else 1) and meaning < _SURE_MEANING),
        ("addition", _adds(claim, known, most=_LONGEST_SURE if meaning >= _SURE_MEANING else _LONGEST)),
        ("meaning", meaning < (LEAST_MEANING if share < 1 else _LEAST_OF_ALL_WORDS)),
    )
    return next((lack for lack, missing in checks if missing), None)


def is_quote(claim: str, cited: Sequence[str], *, context: str) -> bool:
    """Whether a claim is a quote of what it cites behind an attribution of which each word is known."""
    return quoted(claim, cited) and _attributed(claim, context)


def quoted(claim: str, cited: Sequence[str]) -> bool:
    """Whether a claim is nothing but an attribution and a quote that stands, word for word, in what it cites."""
    match = _QUOTE.match(claim)
    return match is not None and bare(match.group("quote")) in map(bare, cited)


def _attributed(claim: str, context: str) -> bool:
    """Whether all that stands before a claim's quote is known of its citation."""
    before = claim[: claim.index("“")]
    return stems(before) <= stems(context) | _SAID_OF_THE_UNKNOWN


def _other_speaker(claim: str, cited: Sequence[str], known: str) -> bool:
    """Whether a claim has somebody say it who is named nowhere as saying what it cites."""
    told = next((who for who in speakers([claim]) if who), None)
    if told is None:
        return False
    named = _names(f"- {told}")
    saying = [who for who in speakers(cited) if who]
    return bool(named) and bool(saying) and not named & stems(" ".join([*saying, known]))


def _negated_otherwise(claim: str, words: str) -> bool:
    """Whether a claim denies what its citation says, or says what its citation denies."""
    here, there = negated(claim), negated(words)
    if (here and not there) or (denies(words) and not here and not denies(claim)):
        return True
    return bool((here ^ there) & stems(claim) & stems(words))


def _adds(claim: str, known: str, *, most: int) -> bool:
    """Whether a claim has a clause that its citation has no word of, or more than `most` such words in a row."""
    have = stems(known)
    for clause in _CLAUSES.split(claim):
        own = [term for term in terms(clause) if not term.number]
        if len(own) > 1 and not any(term.stem in have for term in own):
            return True
    run = 0
    for term in terms(claim):
        run = 0 if term.stem in have else run + 1
        if run > most:
            return True
    return False


def _names(text: str) -> frozenset[str]:
    return frozenset(term.stem for term in terms(text) if term.name)


def _first_name(text: str) -> frozenset[str]:
    """The stem of a capitalised first word that begins a name of several: South Korea."""
    found = _OPENING_NAME.match(text)
    return stems(f"- {found.group('first')}") if found else frozenset()


def _known(name: str, known: str) -> bool:
    """Whether a name, what it is short for, or what is called after it (Korea, Korean) is in what is known."""
    return called(name, stems(known) | initials(known))
