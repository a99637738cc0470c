"""Bytes of plain text or Markdown in any encoding go in, a Document of one page comes out."""

from __future__ import annotations

import codecs
import logging
import unicodedata

import charset_normalizer

from corpus.document import Document, Limits
from corpus.errors import LoadError

_LOG = logging.getLogger(__name__)

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = ["cp1252", "iso8859_15", "mac_roman", "cp850"]


def load_text(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as plain text.

    Raises:
        LoadError: the bytes are no text.
    """
    return Document((decode(data, name),), "text")


def load_markdown(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as Markdown.

    Raises:
        LoadError: the bytes are no text.
    """
    return Document((decode(data, name),), "markdown")


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
    match = charset_normalizer.from_bytes(data, cp_isolation=_WESTERN).best()
    match = match or charset_normalizer.from_bytes(data).best()
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
