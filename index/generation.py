"""The index folder: whole generations that never change once seen, and one pointer to the visible one.

    INDEX/current               the name of the visible generation
    INDEX/generations/NAME/     manifest.json  chroma/  tantivy/  texts/  sentences.npy
    INDEX/writer.lock           held by the one process that writes

A writer prepares a new generation beside the visible one and then moves the pointer, so that a reader sees the state
before or the state after, whatever happens to the writer. The generation before the visible one is kept for readers that
still have it open.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import IndexBusy, IndexDamaged, IndexMissing
from corpus.types import Report

_POINTER = "current"
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a generation holds: the fingerprint it was made with, its reports in order, and the counts of each."""

    fingerprint: str
    reports: tuple[Report, ...]
    passages: Mapping[str, int]
    sentences: Mapping[str, int]


@contextmanager
def writer_lock(index: Path) -> Iterator[None]:
    """Holds the writer's lock of an index folder, which is made where it is not there.

    Raises:
        IndexBusy: another process holds it.
    """
    _make_folder(index)
    lock = FileLock(index / "writer.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexBusy(
            nl=f"De index {index} wordt al door een ander proces bijgewerkt. Wacht tot dat klaar is en probeer het opnieuw.",
            en=f"The index {index} is being written by another process. Wait until it is done, then try again.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def visible(index: Path) -> Path | None:
    """The folder of the visible generation, or None where nothing was ever published."""
    pointer = index / _POINTER
    return index / "generations" / pointer.read_text("utf-8").strip() if pointer.is_file() else None


def require_visible(index: Path) -> Path:
    """The folder of the visible generation.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: the pointer names one that is gone.
    """
    folder = visible(index)
    if folder is None:
        raise IndexMissing(
            nl=f"Er is nog geen index in {index}. Maak hem met: wmo sync",
            en=f"There is no index in {index} yet. Make it with: wmo sync",
        )
    if not folder.is_dir():
        raise damaged(folder, "the folder is gone")
    return folder


def stage(index: Path, base: Path | None) -> Path:
    """A new folder for the next generation, beginning as a copy of ``base`` or empty; leftovers are cleared first."""
    clear_leftovers(index)
    generations = index / "generations"
    generations.mkdir(parents=True, exist_ok=True)
    numbers = [int(folder.name) for folder in generations.iterdir() if folder.name.isdigit()]
    staged = generations / f"{max(numbers, default=0) + 1:06d}.staged"
    if base is None:
        staged.mkdir()
    else:
        shutil.copytree(base, staged)
    return staged


def publish(index: Path, staged: Path) -> Path:
    """Makes a staged generation the visible one, keeps the one before it for its readers, removes older ones."""
    before = visible(index)
    final = staged.with_suffix("")
    os.replace(staged, final)
    pointer = index / f"{_POINTER}.new"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(final.name)
        file.flush()
        os.fsync(file.fileno())
    os.replace(pointer, index / _POINTER)
    for folder in (index / "generations").iterdir():
        if folder not in (before, final):
            shutil.rmtree(folder, ignore_errors=True)
    return final


def clear_leftovers(index: Path) -> bool:
    """Removes what an interrupted writer left behind; whether there was anything. Only for the holder of the lock."""
    seen = visible(index)
    newest_seen = seen.name if seen else ""
    left = [
        folder
        for folder in (index / "generations").glob("*")
        if folder.suffix == ".staged" or (folder.name > newest_seen and folder != seen)
    ]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return bool(left)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest of a staged generation."""
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation.

    Raises:
        IndexDamaged: it is not there or cannot be read.
    """
    try:
        raw = json.loads((folder / _MANIFEST).read_text("utf-8"))
        reports = tuple(Report(**{**row, "authors": tuple(row["authors"])}) for row in raw["reports"])
        return Manifest(raw["fingerprint"], reports, raw["passages"], raw["sentences"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(folder, f"manifest.json: {error}") from error


def damaged(folder: Path, reason: str) -> IndexDamaged:
    """The error for a generation that cannot be read or does not add up."""
    return IndexDamaged(
        nl=f"De index in {folder} is beschadigd ({reason}). De rapporten zelf zijn er nog. Herstel hem met: wmo sync --rebuild",
        en=f"The index in {folder} is damaged ({reason}). The reports themselves are safe. Mend it with: wmo sync --rebuild",
    )


def _make_folder(index: Path) -> None:
    try:
        index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexMissing(
            nl=f"De indexmap {index} kan niet worden gemaakt: {error.strerror}. Kies een andere met WMO_INDEX.",
            en=f"The index folder {index} cannot be made: {error.strerror}. Choose another with WMO_INDEX.",
        ) from error
