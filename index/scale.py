"""Enters: cosines of any embedding model. Leaves: the same on the scales of the default model, in the same order.

Two unrelated sentences have a cosine of about 0.8 with one model and 0.1 with another. The weights of the scorers and
of the refusal were fitted on the default model's cosines; without this every question to another model is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors

USUAL_MEAN, USUAL_SPREAD = 0.807, 0.038
JUDGED_MEAN, JUDGED_SPREAD = 0.383, 0.104
"""Where the default model would have the mean and standard deviation of the cosines of two sentences of a corpus.

For the vectors that rank, and for those that judge. As the model was made, these are 0.870 and 0.024 (three corpora:
0.877, 0.859, 0.874 and 0.023, 0.027, 0.022). The cosines of a question and the sentences are then 0.83 on average and
0.887 for the closest, with a spread of 0.0215; tuned to rank, 0.745 and 0.834 with a spread of 0.034; tuned to judge,
0.457 for the closest with a spread of 0.093. The constants put the first of these on the others.
"""

_PAIRS = 5000

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """The mean and the standard deviation of a model's cosines of two sentences of a corpus."""

    mean: float
    spread: float

    def usual(self, cosines: Numbers) -> Numbers:
        """The cosines on the scale of the default model.

        >>> Scale(0.1, 0.14).usual(np.array([0.1, 0.5])).round(3).tolist()
        [0.807, 0.916]
        """
        return USUAL_MEAN + (cosines - self.mean) * (USUAL_SPREAD / self.spread)

    def judged(self, cosines: Numbers) -> Numbers:
        """The cosines on the scale of the vectors by which the default model judges whether a sentence answers."""
        return JUDGED_MEAN + (cosines - self.mean) * (JUDGED_SPREAD / self.spread)


USUAL = Scale(USUAL_MEAN, USUAL_SPREAD)
"""The scale of the default model, which leaves cosines as they are."""


def measure_scale(vectors: Vectors) -> Scale:
    """The scale of the model that made these sentence vectors, from pairs drawn the same way every time.

    Too few or too similar sentences to tell give the usual scale.
    """
    if len(vectors) < 2:
        return USUAL
    draw = np.random.default_rng(0)
    one = draw.integers(0, len(vectors), _PAIRS)
    other = (one + draw.integers(1, len(vectors), _PAIRS)) % len(vectors)  # never the same sentence
    cosines = np.einsum("ij,ij->i", vectors[one], vectors[other]).astype(np.float64)
    spread = float(cosines.std())
    return Scale(float(cosines.mean()), spread) if spread > 1e-3 else USUAL
