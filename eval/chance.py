"""Whether a difference between two runs is more than chance. Seeded, so that the same rows say the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

DRAWS = 10_000
SEED = 20_240_517


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


def interval(values: Sequence[float], *, draws: int = DRAWS, seed: int = SEED) -> Interval | None:
    """The bootstrap interval of the mean; None of nothing. The order of the values does not matter."""
    if not values:
        return None
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    random = np.random.default_rng(seed)
    # In blocks, so that a set of thousands of questions takes megabytes and not gigabytes.
    shapes = [(block, len(ordered)) for block in _blocks(draws, len(ordered))]
    means = np.concatenate([ordered[random.integers(0, len(ordered), shape)].mean(axis=1) for shape in shapes])
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(low), float(high))


def chance_of_drop(before: Sequence[float], after: Sequence[float], *, draws: int = DRAWS, seed: int = SEED) -> float:
    """How likely so large a fall, pair by pair, is if before and after were the same: a paired permutation test.

    One-sided: the signs of the differences are drawn anew, and the share of draws is taken whose sum is
    as low as the one seen. 1.0 where nothing differs.
    """
    differences = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    differences = np.sort(differences[differences != 0])
    if not len(differences):
        return 1.0
    random = np.random.default_rng(seed)
    signs = random.integers(0, 2, (draws, len(differences)), dtype=np.int8) * 2 - 1
    as_low = int((signs @ differences <= differences.sum() + 1e-9).sum())
    return (as_low + 1) / (draws + 1)


def _blocks(draws: int, size: int) -> list[int]:
    block = max(1, 1_000_000 // size)
    return [min(block, draws - start) for start in range(0, draws, block)]
