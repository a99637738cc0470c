"""Enters: the weights of the default model, and what ``wmo eval tune`` learnt. Leaves: two weights files for questions.

What was learnt are the biases and the norms of the encoder, 60,000 of 21 million weights (BitFit, Ben Zaken et al.
2022); the rest, and the vector of every passage, stay as they are. With all of it a question lies near a sentence only
where that answers it, which tells what to refuse. A quarter of the way there (WiSE-FT, Wortsman et al. 2022) questions
on other subjects find their passages better than at either end, so that is what ranks.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any

import numpy as np
from filelock import FileLock

from corpus.errors import ModelUnavailable
from index.checkpoint import Floats, move_tensors
from index.e5 import FILE_SHA256, find_weights, read_verified

logger = logging.getLogger(__name__)

TUNED = Path(__file__).parent / "questions.npz"
"""What was learnt: a float16 array for each tensor of the weights file that changes."""

RANKING_SHARE = 0.25
"""How far the weights that rank go towards what was learnt."""

_STALE_SECONDS = 3600


def tuned_weights(cache: Path) -> tuple[Path, Path]:
    """The weights files that rank and that judge, under ``cache``, written when not there (143 MB, within a second).

    Two processes may ask at once: one writes the files, the other waits.

    Raises:
        ModelUnavailable: the weights of the default model are missing or changed, or the files cannot be written.
    """
    folder = cache / "models"
    version = sha256(TUNED.read_bytes() + f"{FILE_SHA256} {RANKING_SHARE}".encode()).hexdigest()[:12]
    size = find_weights().stat().st_size
    try:
        paths = _paths(folder, version)
        if not _are_whole(paths, size):
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(cache / "questions.lock"):
                if not _are_whole(paths, size):  # or another process wrote them meanwhile
                    _remove_stale(folder)
                    write_tuned(folder, dict(np.load(TUNED)), version)
    except OSError as error:
        raise ModelUnavailable(
            nl=f"Het model voor vragen kan niet worden klaargezet in {folder}: {error}. Er is 150 MB schijfruimte "
            "en schrijfrecht nodig; of kies een andere map met WMO_CACHE.",
            en=f"The model for questions cannot be prepared in {folder}: {error}. It takes 150 MB of disk and the "
            "right to write; or choose another folder with WMO_CACHE.",
        ) from error
    return paths


def write_tuned(folder: Path, learnt: Mapping[str, Floats], version: str = "new") -> tuple[Path, Path]:
    """Writes the weights files that rank and that judge into ``folder``, each whole or not at all."""
    logger.info("making the weights for questions in %s", folder)
    stock = read_verified(find_weights(), FILE_SHA256)
    paths = _paths(folder, version)
    for path, share in zip(paths, (RANKING_SHARE, 1.0), strict=True):
        part = path.with_suffix(".part")
        part.write_bytes(move_tensors(stock, learnt, share))
        part.replace(path)
    return paths


def save_tuned(learnt: Mapping[str, Floats]) -> None:
    """Keeps what was learnt, by the name of the tensor, in place of what was there."""
    arrays: dict[str, Any] = {name: values.astype(np.float16) for name, values in learnt.items()}
    np.savez_compressed(TUNED, **arrays)


def _remove_stale(folder: Path) -> None:
    """Removes what other versions wrote, but not at this moment: they may be about to read it."""
    for other in folder.glob("questions-*"):
        if time() - other.stat().st_mtime > _STALE_SECONDS:
            other.unlink(missing_ok=True)


def _are_whole(paths: tuple[Path, Path], size: int) -> bool:
    return all(path.is_file() and path.stat().st_size == size for path in paths)


def _paths(folder: Path, version: str) -> tuple[Path, Path]:
    return folder / f"questions-{version}-ranking.bin", folder / f"questions-{version}-judging.bin"
