"""Folders go in, and each time that something in them has changed and come to rest, a word of it comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import sleep

from corpus.catalogue import CATALOGUE, REPORTS
from index.sources import files_in

POLL_SECONDS = 2.0

Facts = Mapping[Path, tuple[int, int]]
"""The time of the last change (in nanoseconds) and the size (in bytes) of each file."""


def look(paths: Iterable[Path]) -> Facts:
    """The facts of the files that are there; they are looked at one by one, as network folders report no changes."""
    facts = {}
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            continue  # it went while the folder was being read
        facts[path] = (found.st_mtime_ns, found.st_size)
    return facts


def watched_files(corpus: Path, inbox: Path | None = None) -> Iterator[Path]:
    """The catalogue, the files of its reports, and those in the inbox."""
    yield corpus / CATALOGUE
    yield from files_in(corpus / REPORTS)
    if inbox:
        yield from files_in(inbox)


def wait_a_moment() -> None:
    """Lets the time between two looks pass."""
    sleep(POLL_SECONDS)


def changes(
    list_files: Callable[[], Iterable[Path]], known: Facts, wait: Callable[[], object] = wait_a_moment
) -> Iterator[tuple[Path, ...]]:
    """The files that are new, changed or gone since ``known``, each time that there are any and all are at rest.

    A folder is at rest when two looks at it are the same, so that a file which is still being copied is waited for.
    ``wait`` is called between looks; what it raises ends the watch.
    """
    last = known
    while True:
        now = look(list_files())
        changed = tuple(sorted(path for path in now.keys() | known.keys() if now.get(path) != known.get(path)))
        if changed and now == last:
            known = now
            yield changed
        last = now
        wait()
