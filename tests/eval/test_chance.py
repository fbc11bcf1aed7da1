"""Chance, against scipy and exact counts."""

from __future__ import annotations

import random
from statistics import mean

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]  # ships no types

from eval.chance import chance_of_drop, interval


@pytest.mark.parametrize(
    ("lost", "won"),
    [
        (0, 1),
        (1, 0),
        (1, 1),
        (2, 0),
        (3, 0),
        (4, 0),
        (5, 0),
        (6, 0),
        (8, 1),
        (8, 2),
        (9, 3),
        (5, 5),
        (3, 7),
        (0, 6),
        (12, 4),
        (20, 10),
        (15, 15),
        (7, 3),
        (10, 1),
        (30, 20),
    ],
)
def test_chance_of_a_drop_is_the_sign_test(lost: int, won: int) -> None:
    """For right and wrong the permutation test is the exact binomial one on the questions that changed."""
    before, after = [1.0] * lost + [0.0] * won + [1.0] * 9, [0.0] * lost + [1.0] * won + [1.0] * 9
    exact = float(stats.binomtest(lost, lost + won, alternative="greater").pvalue)
    assert chance_of_drop(before, after) == pytest.approx(exact, abs=0.015)


@pytest.mark.parametrize("seed", range(20))
def test_chance_of_a_drop_agrees_with_scipy(seed: int) -> None:
    """On shares, where differences are of different sizes."""
    draw = random.Random(seed)
    before, after = [draw.random() for _ in range(12)], [draw.random() for _ in range(12)]

    def fall(was: object, now: object, axis: int = -1) -> object:
        return np.sum(np.asarray(now) - np.asarray(was), axis=axis)

    oracle = stats.permutation_test(
        (before, after), fall, permutation_type="samples", alternative="less", n_resamples=np.inf
    )
    assert chance_of_drop(before, after) == pytest.approx(float(oracle.pvalue), abs=0.02)


def test_nothing_changed() -> None:
    """No difference is no fall."""
    assert chance_of_drop([1, 0, 1], [1, 0, 1]) == 1.0
    assert chance_of_drop([], []) == 1.0


@pytest.mark.parametrize("size", [10, 30, 100])
def test_intervals_hold_the_mean_and_agree_with_scipy(size: int) -> None:
    """The percentile bootstrap of the mean."""
    draw = random.Random(size)
    values = [float(draw.random() < 0.8) for _ in range(size)]
    found = interval(values)
    oracle = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=5_000, rng=1).confidence_interval
    assert found is not None
    assert found.low <= mean(values) <= found.high
    assert found == pytest.approx((oracle.low, oracle.high), abs=0.035)


def test_intervals_are_the_same_each_time() -> None:
    """Whatever the order, and none of nothing."""
    values = [0.0, 1.0, 1.0, 0.5, 1.0]
    assert interval(values) == interval(values[::-1])
    assert interval([]) is None
    assert interval([1.0, 1.0]) == (1.0, 1.0)
