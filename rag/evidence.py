"""Found passages → evidence: the few sentences that answer, not the passages that resemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.answer import Citation, Evidence
from rag.features import SENTENCE_FEATURES, Candidate
from rag.logistic import load_logistic
from rag.speaker import speakers
from rag.words import stems

_SAME_STORY = 0.75
"""Share of common words from which two sentences tell the same thing in the same words."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate sentence and the probability that it holds an answer."""

    candidate: Candidate
    score: float

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.candidate.found.article.words(self.candidate.sentence)


def rank(candidates: Sequence[Candidate]) -> list[Ranked]:
    """Score sentences and sort them, best first."""
    if not candidates:
        return []
    model = load_logistic("sentence", SENTENCE_FEATURES)
    scores = model.probability(within_question(np.array([each.features for each in candidates])))
    ranked = [Ranked(each, float(score)) for each, score in zip(candidates, scores, strict=True)]
    return sorted(ranked, key=lambda each: -each.score)


def within_question(features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Features as standard deviations from the question's own mean, shape (sentences, features).

    How near the nearest sentence comes differs from question to question; which one it is does not.
    """
    deviation = features.std(axis=0)
    return np.asarray((features - features.mean(axis=0)) / np.where(deviation > 1e-6, deviation, 1.0))


def choose(ranked: Sequence[Ranked], *, most: int) -> tuple[Evidence, ...]:
    """The best sentences, numbered from 1; what several articles print in the same words is taken once."""
    chosen: list[Ranked] = []
    seen: list[frozenset[str]] = []
    for each in ranked:
        own = stems(each.text)
        if any(_alike(own, other) for other in seen):
            continue
        chosen.append(each)
        seen.append(own)
        if len(chosen) == most:
            break
    return tuple(Evidence(cite(each, number), each.score) for number, each in enumerate(chosen, start=1))


def cite(ranked: Ranked, number: int) -> Citation:
    """The citation of a sentence: its quote is cut from the article by its span."""
    article, sentence = ranked.candidate.found.article, ranked.candidate.sentence
    own = article.sentences.index(sentence)
    return Citation(
        number=number,
        article=article.id,
        document=article.document,
        start=sentence.start,
        end=sentence.end,
        quote=article.words(sentence),
        title=article.about.title,
        outlet=article.about.outlet,
        published=article.about.published,
        speaker=speakers([article.words(each) for each in article.sentences])[own],
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    either = one | other
    return bool(either) and len(one & other) / len(either) >= _SAME_STORY
