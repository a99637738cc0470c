"""What a user wants to add goes in: files, folders, patterns and addresses; out come single sources, each read once."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Limits
from corpus.errors import LoadError
from corpus.fetch import fetch
from corpus.load import read_bytes
from index.receipt import shorten

FETCH_SECONDS = 30.0
_LEFT_BY_PROGRAMS = ("~$", ".~lock", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Content:
    """The bytes of one source, the name of its file, and the address it came from or its place on disk."""

    data: bytes
    name: str
    url: str = ""
    path: Path | None = None


@dataclass(frozen=True)
class Source:
    """One file or page to add: how to call it, and how to get it."""

    label: str
    get: Callable[[], Content]


def find_sources(names: Sequence[str], limits: Limits) -> tuple[Source, ...]:
    """The sources that the names stand for, in order, none twice.

    A folder stands for every file in it and below, but for hidden ones and those that other programs leave behind; a
    pattern such as ``rapporten/*.pdf`` for what it matches. A name that stands for nothing becomes a source that raises
    LoadError when it is got.
    """
    sources = (source for name in names for source in _expand(name, limits))
    return tuple({source.label: source for source in sources}.values())


def is_url(name: str) -> bool:
    """Whether a name is an address rather than a path.

    >>> is_url("https://voorbeeld.nl/rapport.pdf"), is_url("C:/rapport.pdf"), is_url("file:///etc/passwd")
    (True, False, True)
    """
    return "://" in name


def can_be_path(name: str) -> bool:
    r"""Whether the operating system takes a name for that of a file, be it there or not; an empty one is none.

    >>> can_be_path("rapport.pdf"), can_be_path("x" * 10_000), can_be_path("a\0b"), can_be_path("")
    (True, False, False, False)
    """
    try:
        os.stat(name)
    except ValueError:
        return False
    except OSError as error:
        return name != "" and error.errno != errno.ENAMETOOLONG
    return True


def files_in(folder: Path) -> Iterator[Path]:
    """Every file in a folder and below, in order of name, but for hidden ones and those that programs leave behind."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts) or path.name.casefold().startswith(_LEFT_BY_PROGRAMS)
        if not hidden and path.is_file():
            yield path


def _expand(name: str, limits: Limits) -> Iterator[Source]:
    path = Path(name)
    if is_url(name):
        yield Source(name, lambda: _fetch(name, limits))
    elif not can_be_path(name):
        yield Source(name, lambda: _nothing(f"“{shorten(name)}”"))
    elif path.is_dir():
        found = [_file(file, limits) for file in files_in(path)]
        yield from found or [Source(name, lambda: _nothing(name))]
    elif not path.exists() and glob.has_magic(name):
        matches = sorted(glob.glob(name, recursive=True))
        yield from [_file(Path(match), limits) for match in matches if Path(match).is_file()] or [
            Source(name, lambda: _nothing(name))
        ]
    else:
        yield _file(path, limits)


def _file(path: Path, limits: Limits) -> Source:
    return Source(str(path), lambda: Content(read_bytes(path, limits), path.name, path=path.resolve()))


def _fetch(url: str, limits: Limits) -> Content:
    fetched = fetch(url, limits, FETCH_SECONDS)
    return Content(fetched.data, fetched.file_name, url=fetched.url)


def _nothing(name: str) -> Content:
    raise LoadError(
        nl=f"In {name} staat geen bestand dat kan worden toegevoegd. Controleer de naam.",
        en=f"There is no file to add in {name}. Check the name.",
    )
