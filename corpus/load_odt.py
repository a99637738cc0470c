"""Bytes of an OpenDocument text go in, a Document with its headings, lists and tables as Markdown comes out."""

from __future__ import annotations

from lxml import etree, html  # type: ignore[import-untyped]

from corpus.archive import encrypted, open_archive, read_member, read_xml
from corpus.document import Document, Limits
from corpus.markup import document_to_markdown

_DC = "{http://purl.org/dc/elements/1.1/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_PROPERTIES = {"title": f"{_DC}title", "author": f"{_META}initial-creator", "date": f"{_META}creation-date"}
_TAGS = {"p": "p", "list": "ul", "list-item": "li", "table": "table", "table-row": "tr", "table-cell": "td"}
_LEFT_OUT = set("tracked-changes table-of-content annotation sequence-decls note binary-data desc title".split())
_SPACE = {"s": " ", "tab": " ", "line-break": "\n"}


def load_odt(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as ODT: tables as one line a row, no footnotes and no table of contents.

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
        meta = read_xml(archive, "meta.xml", name) if "meta.xml" in members else None
    properties = {} if meta is None else {field: meta.findtext(f".//{tag}", "") for field, tag in _PROPERTIES.items()}
    body = html.Element("body")
    _copy(content, body)
    return Document(
        (document_to_markdown(body),), "odt", {field: value for field, value in properties.items() if value.strip()}
    )


def _copy(source: etree._Element, target: html.HtmlElement) -> None:
    """Add what ``source`` holds to ``target``, as HTML."""
    _add_text(target, source.text)
    for child in source:
        tag = etree.QName(child).localname if isinstance(child.tag, str) else "annotation"
        if tag in _SPACE:
            _add_text(target, _SPACE[tag])
        elif tag not in _LEFT_OUT:
            _copy(child, _place(child, tag, target))
        _add_text(target, child.tail)


def _place(child: etree._Element, tag: str, target: html.HtmlElement) -> html.HtmlElement:
    """The element of ``target`` that takes what ``child`` holds: a new one for a block, else ``target`` itself."""
    if tag == "h":
        level = next((value for key, value in child.attrib.items() if key.endswith("outline-level")), "1")
        name = f"h{min(max(int(level), 1), 6)}" if level.isdigit() else "h1"
        return etree.SubElement(target, name)
    return etree.SubElement(target, _TAGS[tag]) if tag in _TAGS else target


def _add_text(target: html.HtmlElement, text: str | None) -> None:
    if not text:
        return
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text
