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
from corpus.unseen_docx import has_floating, read_styles, take_out_hidden

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
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_STYLES_PART = "word/styles.xml"
_NEEDED = ("word/", "_rels/", "[Content_Types]")
_MOST_FIELDS_IN_FIELDS = 20
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

    Text that no reader sees is left out, and told. A numbered list that goes on behind a paragraph counts from 1
    again, as mammoth keeps no numbers.

    Raises:
        LoadError: the file is damaged, or unpacks to too much.
    """
    with open_archive(data, name, limits) as archive:
        properties = _read_properties(archive, name)
        data, unseen = _prepare(archive, name)
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


def _prepare(archive: zipfile.ZipFile, name: str) -> tuple[bytes, tuple[str, ...]]:
    """The text of the file, without what no reader sees and without broken fields, as a file; and what nobody sees."""
    members = [member for member in dict.fromkeys(archive.namelist()) if member.startswith(_NEEDED)]
    parts = {member: read_member(archive, member, name) for member in members if member.endswith((".xml", ".rels"))}
    on_white = not any(map(has_floating, parts.values()))
    styles = read_styles(read_xml(archive, _STYLES_PART, name) if _STYLES_PART in parts else None)
    unseen: list[str] = []
    for member in (_BODY, *(member for member in _NOTES if member in parts)):
        part = read_xml(archive, member, name)
        unseen += take_out_hidden(part, styles, on_white)
        if _has_odd_fields(part):
            etree.strip_elements(part, "{*}fldChar", "{*}instrText", with_tail=False)
        parts[member] = etree.tostring(part, encoding="utf-8")
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as copy:
        for member, content in parts.items():
            copy.writestr(member, content)
    return changed.getvalue(), tuple(unseen)


def _has_odd_fields(part: etree._Element) -> bool:
    """Whether the fields of ``part`` do not end as they begin: mammoth looks at every open one for every run."""
    is_separated: list[bool] = []  # of every open field
    for mark in part.iter("{*}fldChar"):
        kind = next((value for key, value in mark.attrib.items() if key.endswith("fldCharType")), "")
        if kind == "begin":
            is_separated.append(False)
        elif not is_separated or (kind == "separate" and is_separated[-1]):
            return True
        elif kind == "separate":
            is_separated[-1] = True
        else:
            is_separated.pop()
        if len(is_separated) > _MOST_FIELDS_IN_FIELDS:
            return True
    return bool(is_separated)


def _read_properties(archive: zipfile.ZipFile, name: str) -> Mapping[str, str]:
    members = set(archive.namelist())
    found = {}
    for field, (member, tag) in _PROPERTIES.items():
        if member in members:
            value = read_xml(archive, member, name).findtext(f".//{tag}", "", _NAMESPACES)
            if value.strip():
                found[field] = " ".join(value.split())
    return found
