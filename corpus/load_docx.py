"""Bytes of a Word document go in, a Document with its headings, lists and tables as Markdown comes out."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Mapping
from xml.dom import DOMException
from xml.parsers.expat import ExpatError
from xml.sax import SAXException

import mammoth  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]

from corpus.archive import UNREADABLE, damaged, open_archive, read_member, read_xml
from corpus.document import Document, Limits
from corpus.load_html import parse_html
from corpus.markup import document_to_markdown

_LOG = logging.getLogger(__name__)

_STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='Titel'] => h1:fresh",
        "p[style-name='Subtitle'] => p:fresh",
        *(f"p[style-name='Kop {level}'] => h{level}:fresh" for level in range(1, 7)),
        *(f"p[style-name='toc {level}'] => !" for level in range(1, 10)),
        *(f"p[style-name='TOC {level}'] => !" for level in range(1, 10)),
        "p[style-name='TOC Heading'] => !",
    ]
)
_BODY = "word/document.xml"
_HIDDEN_RUNS = (
    "//*[local-name()='r'][*[local-name()='rPr']/*[local-name()='vanish']"
    "[not(@*[local-name()='val'][.='0' or .='false' or .='off'])]]"
)
_BROKEN = (
    DOMException,
    ExpatError,
    SAXException,
    KeyError,
    IndexError,
    ValueError,
    AttributeError,
    TypeError,
    *UNREADABLE,
)
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "app": "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
}
_PROPERTIES = {
    "title": ("docProps/core.xml", "dc:title"),
    "author": ("docProps/core.xml", "dc:creator"),
    "language": ("docProps/core.xml", "dc:language"),
    "date": ("docProps/core.xml", "dcterms:created"),
    "publisher": ("docProps/app.xml", "app:Company"),
}


def load_docx(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as DOCX: tables as one line a row, footnotes at the end, no pictures.

    Text with Word's mark for hidden text is left out, and told. A numbered list that goes on behind a paragraph
    counts from 1 again, as mammoth keeps no numbers.

    Raises:
        LoadError: the file is damaged, or unpacks to too much.
    """
    with open_archive(data, name, limits) as archive:
        body = read_member(archive, _BODY, name)
        properties = _read_properties(archive, name)
        data, unseen = _without_hidden(archive, name) if b"vanish" in body else (data, ())
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(lambda image: {})
        )
    except _BROKEN as error:  # what the parser of a file with broken parts raises
        raise damaged(name) from error
    for message in result.messages:
        _LOG.debug("%s: %s", name, message.message)
    tree = parse_html(f"<html><body>{result.value}</body></html>", name)
    return Document(("" if tree is None else document_to_markdown(tree),), "docx", properties, unseen=unseen)


def _without_hidden(archive: zipfile.ZipFile, name: str) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of the file without its hidden runs of text, and what these say, a paragraph each."""
    body = read_xml(archive, _BODY, name)
    texts: dict[etree._Element, str] = {}
    for run in body.xpath(_HIDDEN_RUNS):
        paragraph = run.getparent()
        texts[paragraph] = texts.get(paragraph, "") + "".join(run.itertext())
        paragraph.remove(run)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in dict.fromkeys(archive.namelist()):
            copy.writestr(member, etree.tostring(body) if member == _BODY else read_member(archive, member, name))
    return changed.getvalue(), tuple(" ".join(text.split()) for text in texts.values() if text.strip())


def _read_properties(archive: zipfile.ZipFile, name: str) -> Mapping[str, str]:
    members = set(archive.namelist())
    found = {}
    for field, (member, tag) in _PROPERTIES.items():
        if member in members:
            value = read_xml(archive, member, name).findtext(f".//{tag}", "", _NAMESPACES)
            if value.strip():
                found[field] = " ".join(value.split())
    return found
