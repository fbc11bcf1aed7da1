"""Summing up scores, by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from operator import attrgetter

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score  # type: ignore[import-untyped]  # ships no types

from eval.score import Found, Score
from eval.summary import METRICS, summarize
from rag.answer import Seconds

BASE = Score(
    "q", "fact", answerable=True, unseen=False, writer="quotes", right=True, abstained=False, answerability=0.9
)
SCORES = (
    replace(
        BASE,
        id="a",
        grounded=True,
        exact=(True, True),
        citation_precision=1.0,
        citation_recall=0.5,
        attribution=True,
        dated=True,
        complete=True,
        misled=False,
        held=1.0,
        claims=2,
        words=10,
        found=Found((1.0,) * 10, 1.0, 1.0, 0.5),
        seconds=Seconds(0.1, 0.2, 1.0),
    ),
    replace(
        BASE,
        id="b",
        right=False,
        grounded=False,
        exact=(True, False),
        citation_precision=0.5,
        citation_recall=0.0,
        attribution=False,
        dated=True,
        complete=False,
        misled=True,
        held=0.5,
        claims=2,
        removed=1,
        words=20,
        found=Found((0.0, 0.0, 0.0, 0.5, *[0.5] * 6), 0.2, 0.25, None),
        answerability=0.6,
        seconds=Seconds(0.3, None, 3.0),
        kind="who",
        unseen=True,
    ),
    replace(BASE, id="c", right=False, abstained=True, answerability=0.4, kind="disagreement", disagreement=False),
    replace(BASE, id="d", answerable=False, due=True, abstained=True, answerability=0.1, kind="none"),
    replace(BASE, id="e", answerable=False, due=True, right=False, answerability=0.6, kind="none", words=3),
    replace(BASE, id="f", right=None, answerability=0.8, writer="model", words=40),
    replace(BASE, id="g", right=False, failed=True, answerability=None, found=Found((0.0,) * 10, 0.0, 0.0, 0.0)),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("right", 2 / 6),
        ("grounded", 1 / 2),
        ("quotes_exact", 3 / 4),
        ("citation_precision", 0.75),
        ("citation_recall", 0.25),
        ("attribution_right", 1 / 2),
        ("date_right", 1.0),
        ("all_facts", 1 / 2),
        ("wrong_alone", 1 / 2),
        ("claims_held", 3 / 4),
        ("claim_support", 3 / 4),
        ("abstention_precision", 1 / 2),
        ("abstention_recall", 1 / 2),
        ("roc_auc", (4 + 2.5) / 8),
        ("calibration_error", (0.1 + 0.4 + 0.4 + 0.4 + 0.2 + 0.1 - 0.4 + 0.6 - 0.1) / 6 - 0.0),
        ("risk_coverage_area", (0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5) / 5),
        ("recall_4", 1.5 / 3),
        ("recall_10", 1.5 / 3),
        ("ndcg_10", 1.2 / 3),
        ("mrr", 1.25 / 3),
        ("sentence_recall_10", 0.5 / 2),
        ("disagreement_shown", 0.0),
        ("words_median", 15.0),
        ("removed_claims", 1.0),
        ("seconds_evidence_median", 0.2),
        ("seconds_first_word_p95", 0.2),
        ("seconds_total_median", 2.0),
        ("seconds_total_p95", 2.9),
    ],
)
def test_every_metric_by_hand(name: str, expected: float) -> None:
    """Seven scores, counted by hand."""
    if name == "calibration_error":
        # Said 0.1 0.4 0.6 0.6 0.8 0.9, each its own bin; true 0 1 ½ ½ 1 1, the tie being levelled.
        expected = (0.1 + 0.6 + 0.1 + 0.1 + 0.2 + 0.1) / 6
    if name == "roc_auc":
        # Answerable 0.9 0.6 0.4 0.8 against unanswerable 0.1 0.6: 2 + 1.5 + 1 + 2 of 8 pairs.
        expected = 6.5 / 8
    assert summarize(SCORES).overall.metrics[name] == pytest.approx(expected)


MEANS = {
    "right": "right",
    "grounded": "grounded",
    "citation_precision": "citation_precision",
    "citation_recall": "citation_recall",
    "attribution_right": "attribution",
    "date_right": "dated",
    "claims_held": "held",
    "disagreement_shown": "disagreement",
    "all_facts": "complete",
    "wrong_alone": "misled",
}


def drawn(seed: int) -> tuple[Score, ...]:
    """A score or more by chance, with whatever can be there or not."""
    draw = random.Random(seed)

    def maybe(value: object) -> object:
        return draw.choice((None, value))

    def one(number: int) -> Score:
        answerable, abstained = draw.random() < 0.6, draw.random() < 0.4
        parts = {
            name: maybe(draw.random() < 0.7) for name in ("grounded", "attribution", "dated", "complete", "misled")
        }
        shares = {name: maybe(draw.randrange(5) / 4) for name in ("citation_precision", "citation_recall", "held")}
        claims, taken = draw.randrange(4), [draw.random() for _ in range(3)]
        return Score(
            f"q{number}",
            "fact",
            answerable=answerable,
            unseen=False,
            writer="quotes",
            right=draw.choice((None, True, False)) if answerable else abstained,
            abstained=abstained,
            due=not answerable,
            exact=tuple(draw.random() < 0.9 for _ in range(draw.randrange(4))),
            claims=claims,
            removed=draw.randint(0, claims),
            disagreement=draw.choice((None, True, False)),
            words=draw.choice((None, draw.randrange(100))),
            seconds=draw.choice((None, Seconds(taken[0], draw.choice((None, taken[1])), taken[2]))),
            **{**parts, **shares},  # type: ignore[arg-type]  # fields of Score, by name
        )

    return tuple(one(number) for number in range(1 + 2 * seed))


@pytest.mark.parametrize("seed", range(20))
def test_summed_up_as_numpy_and_scikit_learn_do(seed: int) -> None:
    """Means, medians and percentiles by numpy, abstention by scikit-learn; None where those have nothing to work on."""
    scores = drawn(seed)
    figures = summarize(scores).overall.metrics

    def same(name: str, values: list[float], by: Callable[[list[float]], object] = np.mean) -> None:
        assert figures[name] == (pytest.approx(by(values)) if values else None), name

    def known(*names: str) -> list[float]:
        found = [attrgetter(".".join(names))(each) for each in scores if getattr(each, names[0]) is not None]
        return [float(each) for each in found if each is not None]

    for name, part in MEANS.items():
        same(name, known(part))
    same("quotes_exact", [float(exact) for each in scores for exact in each.exact])
    same("words_median", known("words"), np.median)
    for part in ("evidence", "first_word", "total"):
        same(f"seconds_{part}_median", known("seconds", part), np.median)
        same(f"seconds_{part}_p95", known("seconds", part), partial(np.percentile, q=95))
    claims = sum(each.claims for each in scores)
    stood = claims - sum(each.removed for each in scores)
    assert figures["claim_support"] == (pytest.approx(stood / claims) if claims else None)
    assert figures["removed_claims"] == sum(each.removed for each in scores)
    due, left = [not each.answerable for each in scores], [each.abstained for each in scores]
    for name, by in (("abstention_precision", precision_score), ("abstention_recall", recall_score)):
        expected = by(due, left, zero_division=float("nan"))
        assert figures[name] == (None if np.isnan(expected) else pytest.approx(expected)), name


FALSE = replace(BASE, id="h", kind="false_premise", answerability=0.1, abstained=True, due=True)


@pytest.mark.parametrize(
    ("scores", "name", "expected"),
    [
        ((FALSE,), "abstention_precision", 1.0),
        ((replace(FALSE, due=False, right=False),), "abstention_precision", 0.0),
        ((FALSE,), "abstention_recall", None),
        ((replace(FALSE, answerable=False),), "abstention_recall", 1.0),
        ((replace(FALSE, answerable=False, abstained=False),), "abstention_recall", None),
        ((replace(FALSE, answerable=False, abstained=False, right=False),), "abstention_recall", 0.0),
        ((FALSE, BASE), "roc_auc", None),
        ((FALSE, BASE), "calibration_error", 0.1),
        ((FALSE,), "calibration_error", None),
        ((FALSE, BASE), "risk_coverage_area", 0.0),
        ((replace(FALSE, right=False), BASE), "risk_coverage_area", 0.25),
        ((replace(FALSE, answerable=False), BASE), "risk_coverage_area", 0.0),
    ],
)
def test_a_false_premise_in_the_metrics(scores: tuple[Score, ...], name: str, expected: float | None) -> None:
    """Telling it is an abstention that is due and no error; a probability is not held against it."""
    assert summarize(scores).overall.metrics[name] == (None if expected is None else pytest.approx(expected))


def test_groups_and_counts() -> None:
    """All, then by kind, seen and unseen, and writer, each with its counts."""
    summary = summarize(SCORES)
    assert [
        (each.by, each.name, each.questions, each.answerable, each.unscorable, each.failed) for each in summary.groups
    ] == [
        ("all", "all", 7, 5, 1, 1),
        ("kind", "disagreement", 1, 1, 0, 0),
        ("kind", "fact", 3, 3, 1, 1),
        ("kind", "none", 2, 0, 0, 0),
        ("kind", "who", 1, 1, 0, 0),
        ("seen", "seen", 6, 4, 1, 1),
        ("seen", "unseen", 1, 1, 0, 0),
        ("writer", "model", 1, 1, 1, 0),
        ("writer", "quotes", 6, 4, 0, 1),
    ]
    assert summary.overall.unanswerable == 2
    assert [each.metrics["right"] for each in summary.by("kind")] == [0.0, 0.5, 0.5, 0.0]
    assert [each.metrics["right"] for each in summary.by("writer")] == [None, 2 / 6]


def test_nothing_can_be_told_of_nothing() -> None:
    """Without scores every metric is None, but the count of what was removed."""
    figures = summarize(()).overall.metrics
    assert {name for name, value in figures.items() if value is not None} == {"removed_claims"}


def test_order_makes_no_difference() -> None:
    """The same scores shuffled give the same summary, intervals included."""
    mixed = list(SCORES)
    random.Random(1).shuffle(mixed)
    assert summarize(mixed) == summarize(SCORES)


def test_means_have_intervals_that_hold_them() -> None:
    """Only means over questions or citations have one."""
    overall = summarize(SCORES).overall
    assert {"right", "quotes_exact", "mrr"} <= set(overall.intervals)
    assert not {"roc_auc", "words_median"} & set(overall.intervals)
    for name, found in overall.intervals.items():
        value = overall.metrics[name]
        assert value is not None
        assert found.low - 1e-9 <= value <= found.high + 1e-9


def test_each_metric_is_named_once_and_explained() -> None:
    """The one list of metrics has no doubles and no blank meanings."""
    assert len({each.name for each in METRICS}) == len(METRICS)
    assert all(each.meaning for each in METRICS)
