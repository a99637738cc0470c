"""What ``wmo eval tune`` learnt, in a file beside this one.

It is the biases and the norms of the encoder, 60,000 of 21 million weights (BitFit, Ben Zaken et al. 2022); the rest,
and the vector of every passage, stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from index.checkpoint import Floats

TUNED = Path(__file__).parent / "questions.npz"
"""A float16 array for each tensor that changes, by the names of ``index.e5.bert_names``."""


def read_tuned() -> dict[str, Floats]:
    """What was learnt, by the name of the tensor."""
    with np.load(TUNED) as arrays:
        return {name: values.astype(np.float32) for name, values in arrays.items()}


def save_tuned(learnt: Mapping[str, Floats]) -> None:
    """Keeps what was learnt, by the name of the tensor, in place of what was there."""
    arrays: dict[str, Any] = {name: values.astype(np.float16) for name, values in learnt.items()}
    np.savez_compressed(TUNED, **arrays)
