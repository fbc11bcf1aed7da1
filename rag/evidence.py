"""Found passages → evidence: the few sentences that answer, not the passages that resemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.answer import Citation, Evidence
from rag.features import SENTENCE_FEATURES, Candidate
from rag.logistic import load_logistic
from rag.speaker import speakers_of
from rag.understand import Query
from rag.when import told
from rag.words import stems

POOL = 30
"""Ranked sentences that are looked at; those behind hold no answer."""
_GAIN = 0.3
"""How much a newly met question counts against a higher probability."""
_SAME_STORY = 0.75
"""Share of common words from which two sentences tell the same thing in the same words."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A candidate sentence and the probability that it holds an answer."""

    candidate: Candidate
    score: float

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.candidate.found.article.words(self.candidate.sentence)

    @property
    def place(self) -> tuple[str, int]:
        """Article and sentence: what tells one candidate of a question from another."""
        return self.candidate.found.passage.article, self.candidate.sentence.start


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


def choose(query: Query, ranked: Sequence[Ranked], *, most: int, first: Sequence[Ranked] = ()) -> tuple[Evidence, ...]:
    """The sentences that answer best together, numbered from 1; those of `first` begin.

    Each next one is likely to hold an answer, and meets terms of the question that those before it do
    not. What several articles print in the same words is taken once.
    """
    chosen = distinct(first)[:most]
    pool = distinct([*chosen, *ranked[:POOL]])[len(chosen) :]
    scores = np.array([each.score for each in pool])
    matches = np.array([each.candidate.matches for each in pool]).reshape(len(pool), len(query.terms))
    met = np.max([np.zeros(len(query.terms)), *(each.candidate.matches for each in chosen)], axis=0)
    # The share of the question's terms, by weight, that a sentence meets better than what is chosen already.
    shares = query.weights / max(float(query.weights.sum()), 1e-9)
    for _ in range(min(most - len(chosen), len(pool))):
        best = int(np.argmax(scores + _GAIN * (np.clip(matches - met, 0.0, 1.0) @ shares)))
        chosen.append(pool[best])
        met = np.maximum(met, matches[best])
        scores[best] = -np.inf
    return tuple(Evidence(cite(each, number), each.score) for number, each in enumerate(chosen, start=1))


def speaker(ranked: Ranked) -> str | None:
    """Who says the sentence, where that is sure."""
    article, sentence = ranked.candidate.found.article, ranked.candidate.sentence
    return speakers_of(article)[article.sentences.index(sentence)]


def distinct(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Ranked sentences without those that say what an earlier one says in the same words."""
    kept: list[Ranked] = []
    seen: list[frozenset[str]] = []
    for each in ranked:
        own = stems(each.text)
        if not any(_alike(own, other) for other in seen):
            kept.append(each)
            seen.append(own)
    return kept


def cite(ranked: Ranked, number: int) -> Citation:
    """The citation of a sentence: its quote is cut from the article by its span."""
    article, sentence = ranked.candidate.found.article, ranked.candidate.sentence
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
        speaker=speaker(ranked),
        when=told(article.words(sentence), article.about.published),
        also=ranked.candidate.found.also,
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    either = one | other
    return bool(either) and len(one & other) / len(either) >= _SAME_STORY
