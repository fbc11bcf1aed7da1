"""A fitted logistic model, read from a small JSON file that a person can read too.

`python -m eval.fit` writes the file; nothing here fits anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ConfigError

COEFFICIENTS = Path(__file__).parent / "coefficients.json"


@dataclass(frozen=True, slots=True)
class Logistic:
    """Probability = 1 / (1 + exp(-(intercept + weights · features))), features by name."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float

    def probability(self, features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Probabilities of rows of features, shape (rows, features) → (rows,)."""
        return np.asarray(1.0 / (1.0 + np.exp(-(features @ np.array(self.weights) + self.intercept))))


@cache
def load_logistic(name: str, features: tuple[str, ...]) -> Logistic:
    """The model of this name. Raises ConfigError when it was fitted on other features than the code's."""
    found = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))[name]
    weights: dict[str, float] = found["weights"]
    if tuple(weights) != features:
        raise ConfigError(
            f"{COEFFICIENTS.name}: {name} has features {list(weights)}, the code {list(features)}. Fit it again."
        )
    return Logistic(features, tuple(weights.values()), float(found["intercept"]))


def describe(names: Sequence[str], weights: Sequence[float], intercept: float) -> dict[str, object]:
    """A model as it stands in the file."""
    return {"intercept": round(intercept, 4), "weights": {n: round(w, 4) for n, w in zip(names, weights, strict=True)}}
