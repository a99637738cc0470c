"""Enters: the folder of a model. Leaves: what tells it from every other, and so whose vectors can be compared."""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path

from index.e5 import MANIFEST

SAMPLE_BYTES = 1 << 20


def checksum_weights(folder: Path) -> str:
    """16 hexadecimal digits over the names, sizes, and first and last megabyte of a model's weights and settings.

    A sample, because reading gigabytes at every start is slow; other weights differ in every megabyte.
    """
    digest = blake2b(digest_size=8)
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".safetensors", ".bin", ".json"} and path.name != MANIFEST:
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
            with path.open("rb") as file:
                digest.update(file.read(SAMPLE_BYTES))
                file.seek(max(0, size - SAMPLE_BYTES))
                digest.update(file.read())
    return digest.hexdigest()


def model_fingerprint(
    name: str, checksum: str, dimension: int, query_prompt: str, passage_prompt: str, limit: int | None
) -> str:
    """The name of a model, with 16 hexadecimal digits over all that its vectors depend on; ``limit`` is in tokens."""
    about = json.dumps([checksum, dimension, query_prompt, passage_prompt, limit])
    return f"{name}-{blake2b(about.encode(), digest_size=8).hexdigest()}"
