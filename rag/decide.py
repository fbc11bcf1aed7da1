"""Does the evidence answer the question? A calibrated probability, and a reason when it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.answer import Reason
from rag.evidence import Ranked, speaker
from rag.features import SENTENCE_FEATURES
from rag.logistic import load_logistic
from rag.named import of_another_country, of_another_time, said_by_another, unnamed
from rag.understand import Query
from rag.when import told as told_of

ANSWER_FEATURES = (
    "meaning",
    "best_meaning",
    "stands_out",
    "passage_meaning",
    "soft",
    "words_around",
    "weakest",
    "best_weakest",
    "names",
    "fits",
    "unmet",
    "most_missed",
    "name_missed",
    "absent",
    "least_met",
    "terms",
    "whether",
    "least_name",
    "least_name_in_article",
    "least_term",
    "least_name_of_three",
    "two_least",
    "names_missed",
)
_BEST = 5
_READ = 20
_MET = 0.6
"""How near a word comes to a name, or a thing, that it may stand for."""
_ANYBODY = ("people", "persons")
"""What is counted is then told by what they are: ten nationals, 300 passengers."""
_HOW_MANY = re.compile(r"\bhow (?:many|much)\b", re.IGNORECASE)
_UNNAMED = 0.09
"""The share of answered questions among those that name what the best passage does not speak of: 6 of 64, of 232 own
questions and 700 of SQuAD 2."""
_ON_TOPIC = 0.6
"""Share of what a question names, by weight, that found passages hold when they are on its topic."""


def answerability(query: Query, ranked: Sequence[Ranked], together: Sequence[Ranked] = ()) -> float:
    """The probability, 0 to 1, that the ranked sentences answer the question; `together` are halves of one answer."""
    if not ranked:
        return 0.0
    model = load_logistic("answer", ANSWER_FEATURES)
    likely = float(model.probability(answer_features(query, ranked)[None, :])[0])
    return min(likely, _UNNAMED) if _speaks_of_others(query, together or ranked[:1], ranked) else likely


def _speaks_of_others(query: Query, told: Sequence[Ranked], ranked: Sequence[Ranked]) -> bool:
    """Whether the sentences to be told speak of other countries, people, things or times than the question does."""
    found = [each.candidate.found for each in told]
    who = [speaker(each) for each in told]
    about = [part for each in found for part in (each.text, each.article.about.title, each.article.about.outlet)]
    articles = [each.candidate.found.article.text for each in (*told, *ranked[:3])]
    around = [_around(each) for each in told]
    sentences = list(zip(told, who, around, strict=True))
    return (
        unnamed(query.question, " ".join(each for each in (*about, *who) if each), "\n".join(around), articles)
        or all(said_by_another(query.question, each.text, whose) for each, whose, _ in sentences)
        or all(
            of_another_country(query.question, f"{each.text} {whose or ''}", beside)
            for each, whose, beside in sentences
        )
        or all(_at_another_time(query, each, beside) for each, _, beside in sentences)
        or _counts_other_things(query, told)
    )


def _counts_other_things(query: Query, told: Sequence[Ranked]) -> bool:
    """Whether a question asks how many of something, and no sentence to be told has that, or nearly that, in it."""
    asked = _HOW_MANY.search(query.question)
    counted = next((row for row, each in enumerate(query.terms) if asked and each.start >= asked.end()), None)
    if counted is None or query.terms[counted].word in _ANYBODY:
        return False
    return all(each.candidate.matches[counted] < _MET for each in told)


def _at_another_time(query: Query, ranked: Ranked, around: str) -> bool:
    article = ranked.candidate.found.article
    dates = (article.about.published, told_of(ranked.text, article.about.published))
    return of_another_time(query.question, around, article.text, [each for each in dates if each])


def _around(ranked: Ranked) -> str:
    """A sentence with the ones beside it."""
    article = ranked.candidate.found.article
    row = article.sentences.index(ranked.candidate.sentence)
    beside = article.sentences[max(0, row - 1) : row + 2]
    return article.text[beside[0].start : beside[-1].end]


def answer_features(query: Query, ranked: Sequence[Ranked]) -> npt.NDArray[np.float64]:
    """What the judgement reads, in the order of ANSWER_FEATURES; `ranked` has at least one sentence."""
    values = np.array([each.candidate.features for each in ranked])
    first = dict(zip(SENTENCE_FEATURES, values[0], strict=True))
    best = dict(zip(SENTENCE_FEATURES, values[:_BEST].max(axis=0), strict=True))
    missed = _missed(query, ranked[:3]) * _asked(query)
    named = np.array([term.name or term.number for term in query.terms], dtype=bool)
    typed = query.asks in ("who", "when", "how_many", "where", "why")
    return np.array(
        [
            first["meaning"],
            best["meaning"],
            first["meaning"] - values[:, SENTENCE_FEATURES.index("meaning")].mean(),
            first["passage_meaning"],
            first["soft"],
            first["words_around"],
            first["weakest"],
            best["weakest"],
            first["names"],
            first["fits"] if typed else 0.7,
            unmet(query, ranked[:3]),
            missed.max(initial=0.0),
            missed[named].max(initial=0.0),
            float(any(absent for absent, name in zip(query.absent, named, strict=True) if name)),
            1.0 - _missed(query, ranked[:1]).max(initial=0.0),
            min(1.0, len(query.terms) / 12),
            float(query.asks == "whether"),
            *_least(query, ranked[:_READ]),
        ]
    )


def _least(query: Query, ranked: Sequence[Ranked]) -> tuple[float, ...]:
    """How well the names and terms are met that are met worst, each counting the same.

    A question that differs from an answered one in a single name, a rare one or not, differs there.
    """
    if not query.terms:
        return (1.0, 1.0, 1.0, 1.0, 1.0, 0.0)
    asked = _asked(query)
    matches = np.array([each.candidate.matches for each in ranked])[:, asked]
    same = [row for row, each in enumerate(ranked) if each.place[0] == ranked[0].place[0]]
    named = np.array([term.name or term.number for term in query.terms], dtype=bool)[asked]
    two = float(np.sort(matches[0])[:2].mean())
    if not named.any():
        return (1.0, 1.0, float(matches[0].min()), 1.0, two, 0.0)
    return (
        float(matches[0, named].min()),
        float(matches[same].max(axis=0)[named].min()),
        float(matches[0].min()),
        float(matches[:3, named].min(axis=1).max()),
        two,
        float((matches[0, named] < _MET).sum()),
    )


def _asked(query: Query) -> npt.NDArray[np.bool_]:
    """Which terms a follow-up asks with itself, shape (terms,); all of them, where it has none.

    What it points back to says what it is about. A sentence that answers it need not say so once more.
    """
    own = np.array([term.start < len(query.question) for term in query.terms], dtype=bool)
    return own if own.any() else np.ones(len(query.terms), dtype=bool)


def _missed(query: Query, ranked: Sequence[Ranked]) -> npt.NDArray[np.float64]:
    """How far each term is from being met by any of the sentences, by its weight, shape (terms,)."""
    met = np.max([each.candidate.matches for each in ranked], axis=0)
    return np.asarray((1.0 - met) * query.weights)


def unmet(query: Query, ranked: Sequence[Ranked]) -> float:
    """The share of the question's terms, by weight, that no ranked sentence meets, 0 to 1."""
    total = float(query.weights.sum())
    if not total:
        return 1.0
    return float(_missed(query, ranked).sum() / total)


def reason(query: Query, ranked: Sequence[Ranked]) -> Reason:
    """Why the corpus does not answer: its topic is missing, or only the answer is."""
    return "not_answered" if ranked and unmet(query, ranked) < 1 - _ON_TOPIC else "not_in_corpus"
