"""Does the evidence answer the question? A calibrated probability, and a reason when it does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.answer import Reason
from rag.evidence import Ranked
from rag.features import SENTENCE_FEATURES
from rag.logistic import load_logistic
from rag.understand import Query

ANSWER_FEATURES = (
    "best",
    "second",
    "meaning",
    "soft",
    "words",
    "words_around",
    "weakest",
    "names",
    "fits",
    "unmet",
    "terms",
)
_ON_TOPIC = 0.6
"""Share of what a question names, by weight, that found passages hold when they are on its topic."""


def answerability(query: Query, ranked: Sequence[Ranked]) -> float:
    """The probability, 0 to 1, that the ranked sentences answer the question."""
    if not ranked:
        return 0.0
    model = load_logistic("answer", ANSWER_FEATURES)
    return float(model.probability(answer_features(query, ranked)[None, :])[0])


def answer_features(query: Query, ranked: Sequence[Ranked]) -> npt.NDArray[np.float64]:
    """What the judgement reads, in the order of ANSWER_FEATURES; `ranked` has at least one sentence."""
    top = ranked[:3]
    values = np.array([each.candidate.features for each in top])
    best = dict(zip(SENTENCE_FEATURES, values.max(axis=0), strict=True))
    first = dict(zip(SENTENCE_FEATURES, values[0], strict=True))
    return np.array(
        [
            _logit(ranked[0].score),
            _logit(ranked[1].score) if len(ranked) > 1 else -6.0,
            best["meaning"],
            best["soft"],
            best["words"],
            best["words_around"],
            first["weakest"],
            best["names"],
            first["fits"] if query.asks in ("who", "when", "how_many", "where", "why") else 0.7,
            unmet(query, ranked),
            min(1.0, len(query.terms) / 12),
        ]
    )


def unmet(query: Query, ranked: Sequence[Ranked]) -> float:
    """The share of the question's terms, by weight, that no ranked sentence meets, 0 to 1."""
    total = float(query.weights.sum())
    if not total:
        return 1.0
    met = np.max([each.candidate.matches for each in ranked], axis=0)
    return float(((1.0 - met) * query.weights).sum() / total)


def reason(query: Query, ranked: Sequence[Ranked]) -> Reason:
    """Why the corpus does not answer: its topic is missing, or only the answer is."""
    return "not_answered" if ranked and unmet(query, ranked) < 1 - _ON_TOPIC else "not_in_corpus"


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-4), 1 - 1e-4)
    return float(np.log(clipped / (1 - clipped)))
