"""Bytes of an OpenDocument text go in, a Document with its headings, lists and tables as Markdown comes out."""

from __future__ import annotations

import re

from lxml import etree, html  # type: ignore[import-untyped]

from corpus.archive import encrypted, open_archive, read_member, read_xml
from corpus.document import Document, Limits
from corpus.markup import document_to_markdown
from corpus.unseen_odt import take_out_hidden

_DC = "{http://purl.org/dc/elements/1.1/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_PROPERTIES = {"title": f"{_DC}title", "author": f"{_META}initial-creator", "date": f"{_META}creation-date"}
_NAMESPACES = {part: f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("office", "text")}
_BODY = f"{{{_NAMESPACES['office']}}}body"
_TEXT = f"{{{_NAMESPACES['text']}}}"
_LEVEL = re.compile(r"[1-9]\d?", re.ASCII)
_TAGS = {"p": "p", "list": "ul", "list-item": "li", "table": "table", "table-row": "tr", "table-cell": "td"}
_LEFT_OUT = set("tracked-changes table-of-content annotation sequence-decls binary-data desc title".split())
_SPACE = {"s": " ", "tab": " ", "line-break": "\n"}


def load_odt(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as ODT: tables as one line a row, notes at the end, no table of contents.

    Text that no reader sees is left out, and told.

    Raises:
        LoadError: the file is damaged, encrypted, or unpacks to too much.
    """
    with open_archive(data, name, limits) as archive:
        members = archive.namelist()
        if "META-INF/manifest.xml" in members and b"encryption-data" in read_member(
            archive, "META-INF/manifest.xml", name
        ):
            raise encrypted(name)
        content = read_xml(archive, "content.xml", name)
        sheet = read_xml(archive, "styles.xml", name) if "styles.xml" in members else None
        meta = read_xml(archive, "meta.xml", name) if "meta.xml" in members else None
    properties = {} if meta is None else {field: meta.findtext(f".//{tag}", "") for field, tag in _PROPERTIES.items()}
    properties = {field: value for field, value in properties.items() if value.strip()}
    unseen = take_out_hidden(content, sheet)
    return Document((document_to_markdown(_read_body(content)),), "odt", properties, unseen=unseen)


def _read_body(content: etree._Element) -> html.HtmlElement:
    """What ``content`` says, as HTML with the notes at the end; ``content`` is changed on the way."""
    for element in [element for element in content.iter("{*}*") if _local_name(element) in _LEFT_OUT]:
        element.clear(keep_tail=True)
    notes = _take_out_notes(content)
    body = html.Element("body")
    for source in content.iter(_BODY):
        _copy(source, body)
    body.append(notes)
    return body


def _take_out_notes(content: etree._Element) -> html.HtmlElement:
    """Takes the notes out of ``content``, leaves their numbers in brackets, and gives them as an ordered list."""
    notes = html.Element("ol")
    for number, note in enumerate(list(content.iter(f"{_TEXT}note")), 1):
        item = etree.SubElement(notes, "li")
        for body in note.iter(f"{_TEXT}note-body"):
            _copy(body, item)
        note.clear(keep_tail=True)
        note.text = f"[{number}]"
    return notes


def _copy(source: etree._Element, target: html.HtmlElement) -> None:
    """Add what ``source`` holds to ``target``, as HTML."""
    _add_text(target, source.text)
    for child in source:
        if isinstance(child.tag, str):
            tag = _local_name(child)
            if tag in _SPACE:
                _add_text(target, _SPACE[tag])
            else:
                _copy(child, _place(child, tag, target))
        _add_text(target, child.tail)


def _local_name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _place(child: etree._Element, tag: str, target: html.HtmlElement) -> html.HtmlElement:
    """The element of ``target`` that takes what ``child`` holds: a new one for a block, else ``target`` itself."""
    if tag == "h":
        level = child.get(f"{_TEXT}outline-level", "")
        return etree.SubElement(target, f"h{min(int(level), 6)}" if _LEVEL.fullmatch(level) else "h1")
    return etree.SubElement(target, _TAGS[tag]) if tag in _TAGS else target


def _add_text(target: html.HtmlElement, text: str | None) -> None:
    if not text:
        return
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text
