"""Enters: a safetensors file. Leaves: its tensors, mapped into memory."""

from __future__ import annotations

import json
import mmap
from pathlib import Path

import numpy as np

from index.checkpoint import Floats


def map_tensors(path: Path) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file by name, mapped: what is not looked at is not read.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is not such a file, or holds other numbers.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    first = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, about in json.loads(data[8:first]).items():
        if name != "__metadata__":
            if about["dtype"] != "F32":
                raise ValueError(f"tensor {name} of {path} is {about['dtype']}, expected F32")
            start, end = about["data_offsets"]
            flat = np.frombuffer(data, "<f4", (end - start) // 4, first + start)
            tensors[name] = flat.reshape(about["shape"])
    return tensors
