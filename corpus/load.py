"""A file goes in, its pages of raw text come out: one door for every format, one loader per suffix."""

from __future__ import annotations

import logging
import re
import stat
from dataclasses import replace
from pathlib import Path

from corpus.document import Document as Document
from corpus.document import Limits as Limits
from corpus.document import Loader
from corpus.errors import LoadError
from corpus.format import find_format, is_error_page
from corpus.load_docx import load_docx
from corpus.load_epub import load_epub
from corpus.load_html import load_html
from corpus.load_odt import load_odt
from corpus.load_pdf import load_pdf
from corpus.load_text import load_markdown, load_text

_LOG = logging.getLogger(__name__)

LOADERS: dict[str, Loader] = {
    ".pdf": load_pdf,
    ".docx": load_docx,
    ".odt": load_odt,
    ".epub": load_epub,
    ".html": load_html,
    ".htm": load_html,
    ".md": load_markdown,
    ".markdown": load_markdown,
    ".txt": load_text,
}
_NO_LIMITS_GIVEN = Limits()
_BLOB = re.compile(r"[^\s|]{1000,}")  # longer than any word, or any address on the web
_TOLD_CHARS = 60


def load(path: Path, limits: Limits = _NO_LIMITS_GIVEN) -> Document:
    """The document in the file at ``path``, by the loader for what it holds.

    Raises:
        LoadError: the format is unknown, or the file cannot be read, is over a limit, is empty, encrypted or
            damaged, or holds no text.
    """
    return load_data(read_bytes(path, limits), path.name, limits)


def load_data(data: bytes, name: str, limits: Limits = _NO_LIMITS_GIVEN) -> Document:
    """The document that ``data`` holds, by the loader for its content, else for the suffix of ``name``.

    Raises:
        LoadError: as ``load``.
    """
    if len(data) > limits.max_bytes:
        raise _too_large(name, len(data), limits)
    if not data.strip():
        raise LoadError(
            nl=f"{name} is leeg. Controleer het bestand, of laat het weg.",
            en=f"{name} is empty. Check the file, or leave it out.",
        )
    suffix = Path(name).suffix.lower()
    found = find_format(data, name) or suffix
    loader = LOADERS.get(found)
    if loader is None:
        raise _unknown(name, found)
    contradicts = LOADERS.get(suffix) is not loader
    if contradicts:
        _LOG.info("%s is read as %s, which its content says", name, found)
    document = _without_blobs(loader(data, name, limits))
    if contradicts and is_error_page(document):
        raise LoadError(
            nl=f"{name} is een foutmelding of inlogpagina van een website, niet het rapport. Download het opnieuw.",
            en=f"{name} is an error or login page of a website, not the report. Download it again.",
        )
    if not any(page.strip() for page in document.pages):
        raise LoadError(
            nl=f"{name} bevat geen tekst. Controleer het bestand, of laat het weg.",
            en=f"{name} holds no text. Check the file, or leave it out.",
        )
    return document


def _without_blobs(document: Document) -> Document:
    """The document without what no reader takes for words: pictures and the like that are written out in letters."""
    blobs = tuple(blob[:_TOLD_CHARS] for page in document.pages for blob in _BLOB.findall(page))
    if not blobs:
        return document
    return replace(document, pages=tuple(_BLOB.sub("", p) for p in document.pages), unseen=(*document.unseen, *blobs))


def read_bytes(path: Path, limits: Limits = _NO_LIMITS_GIVEN) -> bytes:
    """The bytes of the file at ``path``.

    Raises:
        LoadError: it is not there, is no file, cannot be read, or is over the limit.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise LoadError(
                nl=f"{path} is geen bestand. Geef de naam van een bestand.",
                en=f"{path} is not a file. Give the name of a file.",
            )
        if facts.st_size > limits.max_bytes:
            raise _too_large(path.name, facts.st_size, limits)
        return path.read_bytes()
    except FileNotFoundError:
        raise LoadError(
            nl=f"Het bestand {path} is er niet. Controleer de naam.",
            en=f"There is no file {path}. Check its name.",
        ) from None
    except OSError as error:
        raise LoadError(
            nl=f"Het bestand {path} kan niet worden gelezen ({error.strerror}). Controleer de rechten.",
            en=f"The file {path} cannot be read ({error.strerror}). Check its permissions.",
        ) from error


def _too_large(name: str, size: int, limits: Limits) -> LoadError:
    megabytes, most = size / 1e6, limits.max_bytes / 1e6
    return LoadError(
        nl=f"{name} is {megabytes:.1f} MB; de grens is {most:g} MB. Verklein of splits het, of verhoog de grens.",
        en=f"{name} is {megabytes:.1f} MB; the limit is {most:g} MB. Shrink or split it, or raise the limit.",
    )


def _unknown(name: str, found: str) -> LoadError:
    known = ", ".join(LOADERS)
    return LoadError(
        nl=f'{name} heeft een onbekend formaat "{found}". Bekend zijn {known}; sla het zo op.',
        en=f'{name} has an unknown format "{found}". Known are {known}; save it as such.',
    )
