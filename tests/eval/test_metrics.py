"""The arithmetic of the metrics, against scikit-learn and hand counts."""

from __future__ import annotations

import random
from itertools import permutations

import ir_measures
import numpy as np
import pytest
from sklearn.calibration import calibration_curve  # type: ignore[import-untyped]  # ships no types
from sklearn.metrics import (  # type: ignore[import-untyped]  # ships no types
    label_ranking_average_precision_score,
    ndcg_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

from eval import metrics

SEEDS = range(20)
ORACLES = [ir_measures.R @ 1, ir_measures.R @ 4, ir_measures.R @ 10, ir_measures.nDCG @ 10, ir_measures.RR]


def some(seed: int, size: int, *, places: int = 6) -> tuple[list[float], list[bool]]:
    """Random scores, with ties where `places` is small, and truths of both kinds that lean with them."""
    draw = random.Random(seed)
    scores = [round(draw.random(), places) for _ in range(size)]
    return scores, [True, False] + [draw.random() < score for score in scores[2:]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("places", [1, 6])
def test_roc_auc_agrees_with_scikit_learn(seed: int, places: int) -> None:
    """With and without ties."""
    scores, truths = some(seed, 40, places=places)
    assert metrics.roc_auc(scores, truths) == pytest.approx(roc_auc_score(truths, scores))


@pytest.mark.parametrize(
    ("scores", "truths", "expected"),
    [
        ([], [], None),
        ([0.5], [True], None),
        ([0.5, 0.6], [False, False], None),
        ([0.1, 0.9], [False, True], 1.0),
        ([0.9, 0.1], [False, True], 0.0),
        ([0.5, 0.5], [False, True], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [False, False, True, True], 0.75),
    ],
)
def test_roc_auc_by_hand(scores: list[float], truths: list[bool], expected: float | None) -> None:
    """The counted cases, and None where it has no meaning."""
    assert metrics.roc_auc(scores, truths) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_calibration_bins_agree_with_scikit_learn(seed: int) -> None:
    """Ten bins of equal mass hold what its quantile bins hold, and the error is their weighted gap."""
    scores, truths = some(seed, 100, places=12)
    true, said = calibration_curve(truths, scores, n_bins=10, strategy="quantile")
    bins = metrics.calibration_bins(scores, truths)
    assert [each.size for each in bins] == [10] * 10
    assert [each.said for each in bins] == pytest.approx(list(said))
    assert [each.true for each in bins] == pytest.approx(list(true))
    assert metrics.calibration_error(scores, truths) == pytest.approx(float(np.mean(np.abs(true - said))))


@pytest.mark.parametrize(
    ("scores", "truths", "expected"),
    [
        ([], [], None),
        ([1.0], [True], 0.0),
        ([1.0], [False], 1.0),
        ([0.5, 0.5], [True, False], 0.0),
        ([0.25] * 4, [True, False, False, False], 0.0),
        ([0.75, 0.75], [False, False], 0.75),
        ([0.0, 1.0], [True, False], 1.0),
        ([0.2, 0.8], [False, True], 0.2),
    ],
)
def test_calibration_error_by_hand(scores: list[float], truths: list[bool], expected: float | None) -> None:
    """Few cases, ties and certainty."""
    assert metrics.calibration_error(scores, truths) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("size", "sizes"), [(3, [1, 1, 1]), (12, [2, 2] + [1] * 8), (25, [3] * 5 + [2] * 5)])
def test_bins_differ_by_at_most_one(size: int, sizes: list[int]) -> None:
    """Fewer cases than bins leave no empty bin."""
    scores, truths = some(1, size)
    assert [each.size for each in metrics.calibration_bins(scores, truths)] == sizes


@pytest.mark.parametrize(
    ("confidences", "wrong", "expected"),
    [
        ([], [], None),
        ([0.9], [False], 0.0),
        ([0.9], [True], 1.0),
        ([0.9, 0.1], [False, True], 0.25),
        ([0.9, 0.1], [True, False], 0.75),
        ([0.5, 0.5], [True, False], 0.5),
        ([0.9, 0.8, 0.7, 0.6], [False, False, True, True], (0 + 0 + 1 / 3 + 1 / 2) / 4),
        ([0.9, 0.8, 0.7, 0.6], [True, False, False, True], (1 + 1 / 2 + 1 / 3 + 1 / 2) / 4),
        ([0.9, 0.5, 0.5], [False, True, False], (0 + 0.25 + 1 / 3) / 3),
    ],
)
def test_risk_coverage_area_by_hand(confidences: list[float], wrong: list[bool], expected: float | None) -> None:
    """The mean of the shares of wrong ones among the first n."""
    assert metrics.risk_coverage_area(confidences, wrong) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("seed", SEEDS)
def test_ties_in_risk_are_the_mean_over_all_orders(seed: int) -> None:
    """Against every order of the tied cases, tried out."""
    confidences, wrong = some(seed, 5, places=0)
    areas = []
    for order in permutations(range(5)):
        ranked = sorted(order, key=lambda each: -confidences[each])
        areas.append(sum(sum(wrong[each] for each in ranked[:n]) / n for n in range(1, 6)) / 5)
    assert metrics.risk_coverage_area(confidences, wrong) == pytest.approx(sum(areas) / len(areas))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_figure_depends_on_the_order(seed: int) -> None:
    """The same cases shuffled give the same figures."""
    scores, truths = some(seed, 33, places=1)
    mixed = list(zip(scores, truths, strict=True))
    random.Random(seed).shuffle(mixed)
    other, others = [each for each, _ in mixed], [each for _, each in mixed]
    for measure in (metrics.roc_auc, metrics.calibration_error, metrics.risk_coverage_area):
        assert measure(other, others) == pytest.approx(measure(scores, truths))


@pytest.mark.parametrize("seed", SEEDS)
def test_ndcg_and_reciprocal_rank_agree_with_scikit_learn(seed: int) -> None:
    """On rankings of twenty documents with one to six relevant ones."""
    draw = random.Random(seed)
    ranked = [str(number) for number in range(20)]
    draw.shuffle(ranked)
    relevant = draw.sample(ranked, draw.randint(1, 6))
    truth = [[int(each in relevant) for each in ranked]]
    falling = [list(range(20, 0, -1))]
    assert metrics.ndcg_at(ranked, relevant, 10) == pytest.approx(ndcg_score(truth, falling, k=10))
    single = [[int(each == relevant[0]) for each in ranked]]
    assert metrics.reciprocal_rank(ranked, relevant[:1]) == pytest.approx(
        label_ranking_average_precision_score(single, falling)
    )
    assert metrics.recall_at(ranked, relevant, 10) == pytest.approx(recall_score(truth[0], [1] * 10 + [0] * 10))


@pytest.mark.parametrize("seed", SEEDS)
def test_retrieval_agrees_with_ir_measures(seed: int) -> None:
    """On rankings of up to thirty documents of which none to eight are relevant, some of them not found at all."""
    draw = random.Random(seed)
    documents = [str(number) for number in range(40)]
    ranked = draw.sample(documents, draw.randint(1, 30))
    relevant = draw.sample(documents, draw.randint(1, 8))
    qrels = {"q": dict.fromkeys(relevant, 1)}
    run = {"q": {each: float(-rank) for rank, each in enumerate(ranked)}}
    oracle = ir_measures.calc_aggregate(ORACLES, qrels, run)
    assert [metrics.recall_at(ranked, relevant, k) for k in (1, 4, 10)] == pytest.approx(
        [oracle[each] for each in ORACLES[:3]]
    )
    assert metrics.ndcg_at(ranked, relevant, 10) == pytest.approx(oracle[ORACLES[3]])
    assert metrics.reciprocal_rank(ranked, relevant) == pytest.approx(oracle[ORACLES[4]])


GAIN = 1 / 1.5849625007211562  # 1 / log2(3)


@pytest.mark.parametrize(
    ("ranked", "relevant", "recall_2", "ndcg", "rank"),
    [
        ("", "", None, None, None),
        ("abc", "", None, None, None),
        ("", "a", 0.0, 0.0, 0.0),
        ("abc", "a", 1.0, 1.0, 1.0),
        ("abc", "b", 1.0, GAIN, 0.5),
        ("abc", "c", 0.0, 0.5, 1 / 3),
        ("abc", "d", 0.0, 0.0, 0.0),
        ("abc", "ab", 1.0, 1.0, 1.0),
        ("abc", "ac", 0.5, 1.5 / (1 + GAIN), 1.0),
        ("aabbc", "b", 1.0, GAIN, 0.5),
        ("aaab", "b", 1.0, GAIN, 0.5),
        ("abc", "aa", 1.0, 1.0, 1.0),
        ("cba", "ab", 0.5, (GAIN + 0.5) / (1 + GAIN), 0.5),
    ],
)
def test_retrieval_by_hand(
    ranked: str, relevant: str, recall_2: float | None, ndcg: float | None, rank: float | None
) -> None:
    """Repeated documents count at their first place; nothing relevant can't be told."""
    assert metrics.recall_at(ranked, relevant, 2) == recall_2
    assert metrics.ndcg_at(ranked, relevant, 10) == (None if ndcg is None else pytest.approx(ndcg))
    assert metrics.reciprocal_rank(ranked, relevant) == (None if rank is None else pytest.approx(rank))


@pytest.mark.parametrize("seed", SEEDS)
def test_precision_and_recall_agree_with_scikit_learn(seed: int) -> None:
    """On random choices."""
    _, truths = some(seed, 30)
    _, chosen = some(seed + 100, 30)
    assert metrics.precision(chosen, truths) == pytest.approx(precision_score(truths, chosen))
    assert metrics.recall(chosen, truths) == pytest.approx(recall_score(truths, chosen))


def test_precision_and_recall_that_can_not_be_told() -> None:
    """Nothing chosen has no precision, nothing true no recall."""
    assert metrics.precision([False, False], [True, False]) is None
    assert metrics.recall([True, True], [False, False]) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_percentiles_agree_with_numpy(seed: int) -> None:
    """Median and 95th percentile, interpolated linearly."""
    values, _ = some(seed, 2 + seed)
    assert metrics.median(values) == pytest.approx(float(np.median(values)))
    assert metrics.percentile95(values) == pytest.approx(float(np.percentile(values, 95)))
    assert metrics.mean(values) == pytest.approx(float(np.mean(values)))


def test_of_nothing() -> None:
    """Nothing has no mean, median or percentile, and one value is its own."""
    assert (metrics.mean([]), metrics.median([]), metrics.percentile95([])) == (None, None, None)
    assert metrics.percentile95([3.0]) == 3.0
