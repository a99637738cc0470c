"""A change to the corpus: files and rows go in, and all of them become the corpus's own, or none of them.

    reports/.staged/       what a change is preparing; it is thrown away when the change does not come about
    reports/.committed/    a change that was decided upon; it is carried out, if need be by the next command
    reports/.lock          held by the one process that changes the corpus

Renaming the first folder to the second is the moment at which the change happens.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.catalogue import CATALOGUE, REPORTS, read_rows, write_catalogue
from corpus.errors import CorpusError, IndexBusy
from corpus.types import Report

_STAGED = ".staged"
_COMMITTED = ".committed"
_CHANGE = "change.json"
_FILES = "files"


@dataclass(frozen=True)
class Change:
    """What becomes of the catalogue and its files.

    ``put`` holds rows that are new or take the place of the row with the same id, ``drop`` the ids of rows that go,
    ``delete`` the names of files in ``reports`` that go.
    """

    put: tuple[Report, ...] = ()
    drop: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()

    def apply(self, reports: Sequence[Report]) -> tuple[Report, ...]:
        """The reports after the change, in their order, new ones last.

        >>> old = Report("a", "Oud", "", "", (), "", "", "a.md", "")
        >>> new = Report("a", "Nieuw", "", "", (), "", "", "a.md", "")
        >>> [report.title for report in Change(put=(new,)).apply([old])]
        ['Nieuw']
        """
        put = {report.id: report for report in self.put}
        kept = [put.pop(report.id, report) for report in reports if report.id not in self.drop]
        return (*kept, *put.values())


@contextmanager
def corpus_lock(corpus: Path) -> Iterator[bool]:
    """Holds the lock under which a corpus is changed; gives whether an interrupted change had to be repaired first.

    A folder that is not there is made.

    Raises:
        IndexBusy: another process holds it.
        CorpusError: the folder cannot be made or written; the catalogue is wrong.
    """
    lock = FileLock(corpus / REPORTS / ".lock")
    try:
        (corpus / REPORTS).mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexBusy(
            nl=f"Een ander proces wijzigt {corpus} op dit moment. Wacht tot dat klaar is en probeer het opnieuw.",
            en=f"Another process is changing {corpus} right now. Wait until it is done, then try again.",
        ) from None
    except OSError as error:
        raise _unwritable(corpus, error) from error
    try:
        yield _repair(corpus)
    finally:
        lock.release()


def stage_file(corpus: Path, name: str, data: bytes) -> Path:
    """Puts a file on disk that ``commit`` will move to ``reports/name``; gives where it lies until then.

    Raises:
        CorpusError: it cannot be written; nothing of it stays.
    """
    path = corpus / REPORTS / _STAGED / _FILES / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritable(corpus, error) from error
    return path


def commit(corpus: Path, change: Change) -> None:
    """Makes a change happen, with the files staged for it. For the holder of the lock.

    A catalogue that is not there is made, also where there is nothing to change.

    Raises:
        CorpusError: nothing can be written, and nothing happened.
    """
    if change == Change() and (corpus / CATALOGUE).exists():
        return
    staged = corpus / REPORTS / _STAGED
    try:
        staged.mkdir(exist_ok=True)
        _write(staged / _CHANGE, json.dumps(asdict(change), ensure_ascii=False).encode())
        os.replace(staged, staged.with_name(_COMMITTED))
    except OSError as error:
        raise _unwritable(corpus, error) from error
    _carry_out(corpus)


def discard(corpus: Path) -> None:
    """Throws away what was staged and not committed. For the holder of the lock."""
    staged = corpus / REPORTS / _STAGED
    if staged.is_dir():
        shutil.rmtree(staged)


def repair(corpus: Path) -> bool:
    """Carries out an interrupted change that was committed, throws away one that was not; whether there was any.

    Raises:
        IndexBusy: the change is being made by another process.
        CorpusError: the catalogue is wrong, or cannot be written.
    """
    if not _needs_repair(corpus):
        return False
    with corpus_lock(corpus) as repaired:
        return repaired


def _needs_repair(corpus: Path) -> bool:
    return any((corpus / REPORTS / name).is_dir() for name in (_STAGED, _COMMITTED))


def _repair(corpus: Path) -> bool:
    found = _needs_repair(corpus)
    if (corpus / REPORTS / _COMMITTED).is_dir():
        _carry_out(corpus)
    discard(corpus)
    for half_written in corpus.glob(f".{CATALOGUE}.*") if found else ():
        half_written.unlink()
    return found


def _carry_out(corpus: Path) -> None:
    """Does what the committed change says; every step may have been done before."""
    folder = corpus / REPORTS / _COMMITTED
    try:
        if (folder / _CHANGE).is_file():
            change = _read_change(folder / _CHANGE)
            for path in (folder / _FILES).glob("*"):
                os.replace(path, corpus / REPORTS / path.name)
            _rewrite_catalogue(corpus, change)
            for name in change.delete:
                (corpus / REPORTS / name).unlink(missing_ok=True)
            (folder / _CHANGE).unlink()
        shutil.rmtree(folder)
    except OSError as error:
        raise _unwritable(corpus, error) from error


def _read_change(path: Path) -> Change:
    raw = json.loads(path.read_text("utf-8"))
    put = tuple(Report(**{**row, "authors": tuple(row["authors"])}) for row in raw["put"])
    return Change(put, tuple(raw["drop"]), tuple(raw["delete"]))


def _rewrite_catalogue(corpus: Path, change: Change) -> None:
    before = read_rows(corpus) if (corpus / CATALOGUE).exists() else ()
    write_catalogue(corpus, change.apply(before))


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unwritable(corpus: Path, error: OSError) -> CorpusError:
    reason = error.strerror or str(error)
    return CorpusError(
        nl=f"In de map {corpus} kan niet worden geschreven: {reason}. Controleer de rechten en de schijfruimte.",
        en=f"The folder {corpus} cannot be written: {reason}. Check the permissions and the disk space.",
    )
