"""The arithmetic of the metrics: numbers in, numbers out, nothing known of answers.

A metric that its input can't tell (no positives, nothing answered) is None, never 0 and never 1. Equal
scores are treated as if averaged over all their orders, so that no figure depends on the order of the
questions. The tests hold these against scikit-learn and hand counts.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple


class Bin(NamedTuple):
    """One bin of a reliability curve: its size, the mean probability said, the share that came true."""

    size: int
    said: float
    true: float


class Point(NamedTuple):
    """One point of a risk-coverage curve: the share answered, and the share of those that is wrong."""

    coverage: float
    risk: float


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def median(values: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return float(statistics.median(values)) if values else None


def percentile95(values: Sequence[float]) -> float | None:
    """The 95th percentile, interpolated linearly; None of nothing."""
    if len(values) < 2:
        return float(values[0]) if values else None
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def roc_auc(scores: Sequence[float], truths: Sequence[bool]) -> float | None:
    """The chance that a true case scores higher than a false one, ties counting half; None without both."""
    positives = sum(truths)
    negatives = len(truths) - positives
    if not positives or not negatives:
        return None
    rank, ranks = 0, 0.0
    for _, tied in groupby(sorted(zip(scores, truths, strict=True)), key=lambda each: each[0]):
        members = [truth for _, truth in tied]
        ranks += sum(members) * (rank + (len(members) + 1) / 2)
        rank += len(members)
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def calibration_bins(probabilities: Sequence[float], truths: Sequence[bool], *, bins: int = 10) -> tuple[Bin, ...]:
    """The cases by rising probability, cut into bins whose sizes differ by at most one."""
    said = sorted(probabilities)
    true = _levelled(probabilities, truths, falling=False)
    size, larger = divmod(len(said), bins)
    cuts, start = [], 0
    for number in range(bins):
        end = start + size + (number < larger)
        if end > start:
            cuts.append(
                Bin(end - start, math.fsum(said[start:end]) / (end - start), math.fsum(true[start:end]) / (end - start))
            )
        start = end
    return tuple(cuts)


def calibration_error(probabilities: Sequence[float], truths: Sequence[bool], *, bins: int = 10) -> float | None:
    """Expected calibration error over bins of equal mass: the mean gap between said and true; None of nothing."""
    if not probabilities:
        return None
    cut = calibration_bins(probabilities, truths, bins=bins)
    return math.fsum(each.size * abs(each.said - each.true) for each in cut) / len(probabilities)


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> tuple[Point, ...]:
    """The share of wrong ones among the n most confident, for each n."""
    points, total = [], 0.0
    for number, error in enumerate(_levelled(confidences, wrong, falling=True), 1):
        total += error
        points.append(Point(number / len(wrong), total / number))
    return tuple(points)


def risk_coverage_area(confidences: Sequence[float], wrong: Sequence[bool]) -> float | None:
    """The mean risk over all coverages: 0 is best; None of nothing."""
    return mean([point.risk for point in risk_coverage(confidences, wrong)])


def recall_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float | None:
    """The share of the relevant that is among the first k; None where nothing is relevant."""
    return len(set(relevant) & set(_unique(ranked)[:k])) / len(set(relevant)) if relevant else None


def ndcg_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float | None:
    """Normalised discounted cumulative gain of the first k, 1 a relevant one; None where nothing is relevant."""
    if not relevant:
        return None
    wanted = set(relevant)
    gain = math.fsum(1 / math.log2(rank + 1) for rank, each in enumerate(_unique(ranked)[:k], 1) if each in wanted)
    return gain / math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(wanted)) + 1))


def reciprocal_rank(ranked: Sequence[str], relevant: Sequence[str]) -> float | None:
    """One over the place of the first relevant one, 0 where there is none; None where nothing is relevant."""
    if not relevant:
        return None
    return next((1 / rank for rank, each in enumerate(_unique(ranked), 1) if each in set(relevant)), 0.0)


def precision(chosen: Sequence[bool], truths: Sequence[bool]) -> float | None:
    """The share of the chosen that is true; None where none is chosen."""
    return mean([float(truth) for pick, truth in zip(chosen, truths, strict=True) if pick])


def recall(chosen: Sequence[bool], truths: Sequence[bool]) -> float | None:
    """The share of the true that is chosen; None where none is true."""
    return precision(truths, chosen)


def _unique(ranked: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ranked))


def _levelled(scores: Sequence[float], truths: Sequence[bool], *, falling: bool) -> list[float]:
    ordered = sorted(zip(scores, truths, strict=True), key=lambda each: each[0], reverse=falling)
    levelled: list[float] = []
    for _, tied in groupby(ordered, key=lambda each: each[0]):
        members = [truth for _, truth in tied]
        levelled += [sum(members) / len(members)] * len(members)
    return levelled
