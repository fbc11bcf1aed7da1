"""Sentences that must stand together: one for each part of a question, both sides of a dispute, one for each date.

The sentence that answers best alone is often half of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.evidence import POOL, Ranked, distinct, speaker
from rag.features import SENTENCE_FEATURES
from rag.named import said_by_another, speaks_for
from rag.understand import Query
from rag.words import denies, gives_reason, hedges

_SAME_MATTER = 0.5
"""How near to a question of whether a sentence on its matter comes."""
_NAMED = 0.2
"""How much a known speaker counts beside that."""
_HEDGED = 0.15
"""How much it counts against a sentence that it only holds something possible."""
_MOST_DATES = 3
_WHOSE = re.compile(
    r"^(?:how |in what way )?(?:has|have|had|did|do|does) (?:the )?(?P<who>(?:[\w.’'-]+ )*?)"
    r"(?P<words>statements?|denials?|comments?|remarks?|claims?|accounts?|position|stance|words|answers?)\b"
    r"(?: (?:by|of|from) (?P<by>(?-i:(?:the )?[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)*)))?",
    re.IGNORECASE,
)
"""Whose words a question is about: how have the ministry's statements changed, or the denials of Lima?"""
_WORTH_TELLING = 0.1
"""How likely, measured against the best, a sentence must answer to be told as what was said at another time."""


@dataclass(frozen=True, slots=True)
class Together:
    """Sentences that are half an answer alone, and what makes them one."""

    kind: Literal["parts", "sides", "dates", "reason"]
    sentences: tuple[Ranked, ...]


def gather(query: Query, ranked: Sequence[Ranked], parts: Sequence[Sequence[Ranked]]) -> Together | None:
    """The sentences that the question wants together; None when one may answer it alone.

    `parts` are the sentences as ranked for each part of the question.
    """
    if parts:
        return Together("parts", tuple(_best_of_each(parts, ranked)))
    if sides := _both_sides(query, ranked):
        return Together("sides", tuple(sides))
    if dates := _over_time(query, ranked):
        return Together("dates", tuple(dates))
    if reason := _with_reason(query, ranked):
        return Together("reason", tuple(reason))
    return None


def _best_of_each(parts: Sequence[Sequence[Ranked]], whole: Sequence[Ranked]) -> list[Ranked]:
    """For each part of a question the sentence that answers it best, none twice, as the whole question ranks it."""
    known = {each.place: each for each in whole}
    chosen: list[Ranked] = []
    for part in parts:
        best = next((each for each in part if known[each.place] not in chosen), None)
        if best is not None:
            chosen.append(known[best.place])
    return chosen


def _both_sides(query: Query, ranked: Sequence[Ranked]) -> list[Ranked]:
    """For a question of whether: the best sentence that says so and the best that denies it, the likelier first.

    Empty for other questions, and where only one side is heard: somebody who is asked about has no other side in what
    others say. A side is best told by who is named: what "reports" say counts less than a speaker's own words.
    """
    if query.asks != "whether":
        return []
    sides: list[list[Ranked]] = [[], []]
    for each in distinct(ranked[:POOL]):
        if _told(each) >= _SAME_MATTER and not said_by_another(query.text, each.text, speaker(each)):
            sides[denies(each.text)].append(each)
    if not all(sides):
        return []
    best = [max(side, key=_weight) for side in sides]
    return sorted(best, key=lambda each: -each.score)


def _weight(ranked: Ranked) -> float:
    """How well a sentence speaks for a side."""
    return _told(ranked) + _NAMED * bool(speaker(ranked)) - _HEDGED * hedges(ranked.text)


def _told(ranked: Ranked) -> float:
    """How near a sentence itself comes to the question, by its words and as a whole, 0 to 1."""
    found = dict(zip(SENTENCE_FEATURES, ranked.candidate.features, strict=True))
    return float(found["soft"] + found["meaning"]) / 2


def _over_time(query: Query, ranked: Sequence[Ranked]) -> list[Ranked]:
    """For a question of change: the best sentence of each of the articles that tell of it, in order of their dates.

    Articles without a date come last, in order of rank.
    """
    if not query.change or not ranked:
        return []
    best: dict[str, Ranked] = {}
    likely = [each for each in distinct(ranked[:POOL]) if each.score >= _WORTH_TELLING * ranked[0].score]
    for each in _whose_words(query, ranked) or likely:
        best.setdefault(each.candidate.found.article.id, each)
    chosen = list(best.values())[:_MOST_DATES]
    return sorted(chosen, key=lambda each: each.candidate.found.article.about.published or "~")


def _whose_words(query: Query, ranked: Sequence[Ranked]) -> list[Ranked]:
    """For a question of how somebody's statements changed, what this one says, or denies; empty for other questions."""
    asked = _WHOSE.match(query.question)
    who = asked and (asked["by"] or asked["who"])
    if not asked or not who:
        return []
    denial = asked["words"].lower().startswith("denial")
    return [each for each in distinct(ranked) if speaks_for(speaker(each), who) and (denies(each.text) or not denial)]


def _with_reason(query: Query, ranked: Sequence[Ranked]) -> list[Ranked]:
    """For a question of why: the best sentence and, where it gives no reason, what its speaker goes on to say."""
    if query.asks != "why" or not ranked or gives_reason(ranked[0].text):
        return []
    first = ranked[0]
    who, article = speaker(first), first.candidate.found.article
    after = article.sentences.index(first.candidate.sentence) + 1
    if who is None or after == len(article.sentences):
        return []
    place = (article.id, article.sentences[after].start)
    return [first, *(each for each in ranked if each.place == place and speaker(each) == who)]
