"""What teaches the language model to read (`eval.teach`): questions beside the evidence that is found for them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval.fit import Asked, holds_answer, weighed_for
from rag.reading import MOST_READ

_SEED = 7


class Lesson(NamedTuple):
    """A question of a set, sentences, the places from 1 of those that answer, or 0 alone, and how much it counts."""

    set: str
    id: str
    sentences: Sequence[str]
    question: str
    answers: Sequence[int]
    weight: float


def lessons(sets: Sequence[Asked], stores: Path) -> list[Lesson]:
    """What the sets teach, in a fixed shuffled order; in each set, what is answered counts as much as what is not."""
    chance = np.random.default_rng(_SEED)
    seen = [each for asked in sets for each in _seen(asked, stores, chance)]
    count = Counter((each.set, each.answers == (0,)) for each in seen)
    made = [each._replace(weight=len(seen) / len(count) / count[each.set, each.answers == (0,)]) for each in seen]
    return [made[each] for each in chance.permutation(len(made))]


def _seen(asked: Asked, stores: Path, chance: np.random.Generator) -> Iterator[Lesson]:
    """Each question with its evidence in any order; those whose answer is not among it teach nothing."""
    for question, query, weighed in weighed_for(asked, stores):
        found = [each.citation for each in weighed.evidence[:MOST_READ]]
        shown = [found[each] for each in chance.permutation(len(found))]
        right = [place for place, each in enumerate(shown, 1) if holds_answer(question, each.document, each.quote)]
        answers = tuple(right) if question.answerable else (0,)
        if shown and answers and not weighed.wrong:
            yield Lesson(asked.name, question.id, [each.quote for each in shown], query.text, answers, 1.0)


def write_taught(taught: Sequence[Lesson], path: Path) -> None:
    """List the ids of the questions that taught, by set."""
    ids: dict[str, list[str]] = {}
    for each in sorted(taught, key=lambda each: (each.set, each.id)):
        ids.setdefault(each.set, []).append(each.id)
    path.write_text(json.dumps(ids, indent=1) + "\n", encoding="utf-8")
