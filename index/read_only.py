"""A folder that cannot be written goes in; one that can be opened by stores that write even to read comes out.

Chroma and tantivy make lock files and journals beside what they read. Of an index on a read-only disk, or of another
user, they get a copy, which is gone when the program ends.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path


def is_read_only(folder: Path) -> bool:
    """Whether a folder that is there, or a file below it, cannot be written by us."""
    return folder.is_dir() and not all(os.access(path, os.W_OK) for path in (folder, *folder.rglob("*")))


def openable(folder: Path, names: Sequence[str]) -> Path:
    """The folder itself, or where one of its subfolders ``names`` is read-only a folder with copies of them.

    Raises:
        OSError: there is no room for the copy, or it cannot be read.
    """
    if not any(is_read_only(folder / name) for name in names):
        return folder
    copy = Path(tempfile.mkdtemp(prefix="wmo-index-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    for name in names:
        shutil.copytree(folder / name, copy / name, copy_function=shutil.copyfile)
        (copy / name).chmod(0o700)
        for inner in (copy / name).rglob("*"):
            inner.chmod(0o700 if inner.is_dir() else 0o600)
    return copy
