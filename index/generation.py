"""The index folder: whole generations that never change once seen, and one pointer to the visible one.

    INDEX/current               the name of the visible generation
    INDEX/generations/NAME/     manifest.json  seal.json  chroma/  tantivy/  texts/  sentences.npy
    INDEX/forget                there while something removed may still be in an older generation or in the vectors
    INDEX/writer.lock           held by the one process that writes

A writer prepares a new generation beside the visible one and then moves the pointer, so that a reader sees the state
before or the state after, whatever happens to the writer. The generation before the visible one is kept for readers
that still have it open.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import IndexBusy, IndexDamaged, IndexMissing
from corpus.types import Report

logger = logging.getLogger(__name__)

_POINTER = "current"
_GENERATIONS = "generations"
_MANIFEST = "manifest.json"
_SEAL = "seal.json"
_FORGET = "forget"


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
        IndexMissing: the folder cannot be made or written.
    """
    lock = FileLock(index / "writer.lock")
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexBusy(
            nl=f"De index {index} wordt al door een ander proces bijgewerkt. "
            "Wacht tot dat klaar is en probeer het opnieuw.",
            en=f"The index {index} is being written by another process. Wait until it is done, then try again.",
        ) from None
    except OSError as error:
        raise unwritable(index, error) from error
    try:
        yield
    finally:
        lock.release()


def visible(index: Path) -> Path | None:
    """The folder of the visible generation, which may be gone, or None where nothing was ever published."""
    pointer = index / _POINTER
    if not pointer.is_file():
        return None
    name = pointer.read_bytes().decode("ascii", errors="replace").strip()
    return index / _GENERATIONS / (name if _is_name(name) else "unreadable")


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
    """A new folder for the next generation, beginning with the stores and texts of ``base`` or empty."""
    generations = index / _GENERATIONS
    generations.mkdir(parents=True, exist_ok=True)
    numbers = [int(folder.name) for folder in generations.iterdir() if _is_name(folder.name)]
    staged = generations / f"{max(numbers, default=0) + 1:06d}.staged"
    if base is None:
        staged.mkdir()
    else:
        ignore = shutil.ignore_patterns(_MANIFEST, _SEAL, "*.npy", "*.lock")
        shutil.copytree(base, staged, ignore=ignore, copy_function=_link_or_copy)
    return staged


def publish(index: Path, staged: Path) -> Path:
    """Makes a staged generation the visible one, keeps the one before it for its readers, removes older ones."""
    final = staged.with_suffix("")
    os.replace(staged, final)
    pointer = index / f"{_POINTER}.new"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(final.name)
        file.flush()
        os.fsync(file.fileno())
    os.replace(pointer, index / _POINTER)
    clear_leftovers(index)
    return final


def clear_leftovers(index: Path) -> bool:
    """Removes all but the visible generation and the one before it; whether there was anything to remove.

    What was never seen is what an interrupted writer left behind. Only for the holder of the lock.
    """
    seen = visible(index)
    folders = [f for f in (index / _GENERATIONS).glob("*") if _is_name(f.name) or f.suffix == ".staged"]
    published = sorted(f for f in folders if _is_name(f.name) and seen and f.name <= seen.name)
    left = [f for f in folders if f not in published[-2:]]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return bool(left)


def remember_to_forget(index: Path) -> None:
    """Writes down that what is about to be removed must be forgotten, also where this process is killed."""
    (index / _FORGET).touch()


def must_forget(index: Path) -> bool:
    """Whether something was removed that may still be in an older generation or among the vectors."""
    return (index / _FORGET).exists()


def forget_others(index: Path) -> None:
    """Removes every generation but the visible one; a reader of an older one opens the visible one next."""
    seen = require_visible(index)
    others = [folder for folder in (index / _GENERATIONS).iterdir() if folder != seen]
    for folder in others:
        shutil.rmtree(folder, ignore_errors=True)
    if not any(folder.exists() for folder in others):
        (index / _FORGET).unlink()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest of a staged generation."""
    values = {**vars(manifest), "reports": [vars(report) for report in manifest.reports]}
    (folder / _MANIFEST).write_text(json.dumps(values, ensure_ascii=False), "utf-8")


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


def seal(folder: Path, base: Path | None = None) -> None:
    """Writes down the digest of each file of a staged generation, so that any later change to one is noticed.

    That of a file which is the same one as in ``base`` is taken over. Chroma's files are left out: it writes in them
    whenever it is opened.
    """
    known = _read_seal(base) if base else {}
    shared = {n: known[n] for n, path in _files(folder) if n in known and _is_same(path, os.path.join(str(base), n))}
    (folder / _SEAL).write_text(json.dumps(_digests(folder, shared)), "utf-8")


def check_seal(folder: Path) -> None:
    """Compares the files of a generation with its seal.

    Raises:
        IndexDamaged: one was changed, is gone or cannot be read, or there is no seal.
    """
    try:
        now = _digests(folder, {})
    except OSError as error:
        raise damaged(folder, str(error)) from error
    changed = [name for name, digest in _read_seal(folder).items() if now.get(name) != digest]
    if changed:
        raise damaged(folder, f"changed or gone: {', '.join(changed)}")


def damaged(folder: Path, reason: str) -> IndexDamaged:
    """The error for a generation that cannot be read or does not add up."""
    return IndexDamaged(
        nl=f"De index in {folder} is beschadigd ({reason}). De rapporten zelf zijn er nog. "
        "Herstel hem met: wmo sync --rebuild",
        en=f"The index in {folder} is damaged ({reason}). The reports themselves are safe. "
        "Mend it with: wmo sync --rebuild",
    )


def unwritable(index: Path, error: Exception) -> IndexMissing:
    """The error for an index folder that cannot be made or written; what was visible in it stays so."""
    return IndexMissing(
        nl=f"De indexmap {index} kan niet worden geschreven: {error}. Controleer de rechten en de schijfruimte, "
        "of kies een andere map met WMO_INDEX.",
        en=f"The index folder {index} cannot be written: {error}. Check the permissions and the disk space, "
        "or choose another folder with WMO_INDEX.",
    )


def _link_or_copy(source: str, target: str) -> None:
    """One file for both generations where it is never written in place: texts, and tantivy's segments."""
    path = Path(source)
    if path.parent.name == "texts" or (path.parent.name == "tantivy" and path.suffix != ".json"):
        try:
            os.link(source, target)
            return
        except OSError:  # a file system without links
            logger.debug("%s cannot be linked", source)
    shutil.copy2(source, target)


def _is_name(name: str) -> bool:
    """Whether this may be the name of a generation that was finished: six digits."""
    return len(name) == 6 and name.isascii() and name.isdigit()


def _read_seal(folder: Path) -> dict[str, str]:
    try:
        return {str(name): str(digest) for name, digest in json.loads((folder / _SEAL).read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise damaged(folder, f"{_SEAL}: {error}") from error


def _digests(folder: Path, known: Mapping[str, str]) -> dict[str, str]:
    """The SHA-256 of each file that never changes once the generation is finished, by its path in the folder."""
    return {name: known[name] if name in known else _digest(path) for name, path in sorted(_files(folder))}


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return sha256(file.read()).hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """The path within the folder, and the whole path, of each file that never changes once all is finished."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "chroma"]
        within = os.path.relpath(place, folder).replace(os.sep, "/")
        for name in names:
            if name != _SEAL and not name.endswith(".lock"):
                yield name if within == os.curdir else f"{within}/{name}", os.path.join(place, name)


def _is_same(path: str, other: str) -> bool:
    """Whether two paths lead to one file."""
    try:
        return os.path.samefile(path, other)
    except FileNotFoundError:
        return False
