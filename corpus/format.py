"""The bytes of a file go in, the suffix of the format that they are in comes out, whatever the file is called."""

from __future__ import annotations

import io
import re
import zipfile

from corpus.archive import UNREADABLE, damaged, encrypted
from corpus.document import Document

_HEAD_BYTES = 1024
_MIMETYPES = {"application/vnd.oasis.opendocument.text": ".odt", "application/epub+zip": ".epub"}
_OFFICE = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_ERROR_PAGE = re.compile(
    r"\b(?:40[1345]|50[0234])\b|niet gevonden|not found|bestaat niet|geen toegang|access denied|forbidden|inloggen"
    r"|log ?in|sign in|wachtwoord|password|storing|onderhoud|error|foutmelding|unavailable",
    re.IGNORECASE,
)
_ERROR_PAGE_WORDS = 150


def find_format(data: bytes, name: str) -> str | None:
    """The suffix of the format that the content shows, also one that no loader knows; None where it shows none.

    ``name`` is the file's name for the messages.

    >>> find_format(b"%PDF-1.7 ...", "rapport.txt"), find_format(b"De Wmo 2015", "rapport.txt")
    ('.pdf', None)

    Raises:
        LoadError: an Office file that is encrypted, or a zip file that cannot be opened.
    """
    head = data[:_HEAD_BYTES]
    if b"%PDF-" in head:
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(data, name)
    if head.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted(name)
        return ".doc"
    if head.startswith(b"{\\rtf"):
        return ".rtf"
    return ".html" if _WEB_PAGE.match(head) else None


def is_error_page(document: Document) -> bool:
    """Whether the document is a web page with little text that speaks of an error or of logging in."""
    text = " ".join([document.properties.get("title", ""), *document.pages])
    few = len(text.split()) < _ERROR_PAGE_WORDS
    return document.kind == "html" and few and _ERROR_PAGE.search(text) is not None


def _zip_format(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
            kind = archive.open("mimetype").read(100) if "mimetype" in members else b""
    except UNREADABLE as error:
        raise damaged(name) from error
    known = _MIMETYPES.get(kind.decode("ascii", "replace").strip())
    return known or next((suffix for member, suffix in _OFFICE.items() if member in members), ".zip")
