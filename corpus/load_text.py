"""Bytes of plain text or Markdown in any encoding go in, a Document of one page comes out."""

from __future__ import annotations

import codecs
import logging
import re
import unicodedata
from collections.abc import Mapping

import charset_normalizer
import yaml  # type: ignore[import-untyped]

from corpus.charset import guess_western
from corpus.document import Document, Limits
from corpus.errors import LoadError
from corpus.unseen_tags import take_out_unseen_tags

_LOG = logging.getLogger(__name__)

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n((?:.*\n){0,100}?)---[ \t]*\r?\n")
_FRONT_MATTER_NAMES = {
    "title": ("title", "titel"),
    "author": ("author", "authors", "auteur", "auteurs"),
    "date": ("date", "datum", "published", "publishdate"),
    "publisher": ("publisher", "uitgever", "organisation", "organisatie"),
    "language": ("language", "lang", "taal"),
}


def load_text(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as plain text.

    Raises:
        LoadError: the bytes are no text.
    """
    return Document((decode(data, name),), "text")


def load_markdown(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as Markdown, without what its tags hide from readers, which is told.

    Raises:
        LoadError: the bytes are no text.
    """
    text = decode(data, name)
    shown, unseen = take_out_unseen_tags(text)
    return Document((shown,), "markdown", read_front_matter(text), unseen=unseen)


def read_front_matter(text: str) -> Mapping[str, str]:
    r"""What the lines between ``---`` at the start of a Markdown file say of it, by ``Document.properties``' names.

    >>> read_front_matter("---\ntitle: Wijkteams\nauthors: [A. Bos, B. Vos]\ndate: 2021-08-30\n---\nTekst.")
    {'title': 'Wijkteams', 'author': 'A. Bos; B. Vos', 'date': '2021-08-30'}
    """
    match = FRONT_MATTER.match(text)
    try:
        said = yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError:
        return {}
    if not isinstance(said, dict):
        return {}
    by_name = {str(name).casefold(): value for name, value in said.items()}
    found = {}
    for field, names in _FRONT_MATTER_NAMES.items():
        value = next((by_name[name] for name in names if by_name.get(name)), "")
        found[field] = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return {field: " ".join(value.split()) for field, value in found.items() if value}


def decode(data: bytes, name: str) -> str:
    """The text of ``data``: by its byte order mark, as UTF-8, else in the charset that fits it best.

    ``name`` is the file's name for the message.

    Raises:
        LoadError: the bytes are no text.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_as(data, encoding, name)
    if b"\0" in data:
        raise _not_text(name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data, name)


def _guess(data: bytes, name: str) -> str:
    western = guess_western(data)
    if western and not _is_binary(western[0]):
        _LOG.info("%s is not UTF-8; read as %s", name, western[1])
        return western[0]
    match = charset_normalizer.from_bytes(data).best()
    if match is None or _is_binary(str(match)):
        raise _not_text(name)
    _LOG.info("%s is not UTF-8; read as %s", name, match.encoding)
    return str(match)


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(name) from error


def _is_binary(text: str) -> bool:
    """Whether more than one character in a hundred is a control character that no text has."""
    controls = sum(unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\x85" for char in text)
    return controls * 100 > len(text)


def _not_text(name: str) -> LoadError:
    return LoadError(
        nl=f"{name} is geen leesbare tekst. Sla het op als tekst in UTF-8 en voeg het opnieuw toe.",
        en=f"{name} is no readable text. Save it as text in UTF-8 and add it again.",
    )
