"""Small linear models whose weights are a readable file: a weighted sum of named features."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Features = Mapping[str, NDArray[np.float64]]
"""Named columns of equal length, one row for each thing to be scored."""


@dataclass(frozen=True)
class LinearModel:
    """``bias`` plus the sum of ``weights[name]`` times each feature; as a logistic regression, the log-odds."""

    weights: Mapping[str, float]
    bias: float

    def score(self, features: Features) -> NDArray[np.float64]:
        """The weighted sum for each row; raises KeyError where a feature with a weight is not given."""
        total = np.full(len(next(iter(features.values()))), self.bias)
        for name, weight in self.weights.items():
            total = total + weight * features[name]
        return total

    def probability(self, features: Features) -> NDArray[np.float64]:
        """The logistic function of the score: a probability in (0, 1) for each row."""
        probability: NDArray[np.float64] = 1 / (1 + np.exp(-self.score(features)))
        return probability


def read_model(path: Path) -> LinearModel:
    """The model in a JSON file ``{"bias": …, "weights": {name: …}}``."""
    raw = json.loads(path.read_text("utf-8"))
    return LinearModel(raw["weights"], raw["bias"])


def write_model(path: Path, model: LinearModel, about: Mapping[str, object]) -> None:
    """Writes a model with a description of how it was fitted."""
    rounded = {name: round(weight, 4) for name, weight in model.weights.items()}
    raw = {"about": dict(about), "bias": round(model.bias, 4), "weights": rounded}
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=2) + "\n", "utf-8")
