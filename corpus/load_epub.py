"""Bytes of an EPUB go in, a Document with its chapters in reading order as Markdown comes out."""

from __future__ import annotations

import posixpath
import zipfile
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]

from corpus.archive import open_archive, read_member, read_xml
from corpus.document import Document, Limits
from corpus.errors import LoadError
from corpus.load_html import decode_html, parse_html
from corpus.markup import document_to_markdown
from corpus.unseen import take_out_unseen

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/rights.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PROPERTIES = {"title": "title", "author": "creator", "date": "date", "publisher": "publisher", "language": "language"}


def load_epub(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as EPUB: its chapters in the order of the spine, as one page.

    Raises:
        LoadError: the file is damaged, protected, or unpacks to too much.
    """
    with open_archive(data, name, limits) as archive:
        members = set(archive.namelist())
        if _RIGHTS in members:
            raise _protected(name)
        root = read_xml(archive, _CONTAINER, name)
        package_path = next(iter(root.xpath("//@full-path")), "")
        package = read_xml(archive, package_path, name)
        spine = _spine(package, package_path)
        if _ENCRYPTION in members and not _encrypted(archive, name).isdisjoint(spine):
            raise _protected(name)
        chapters = [_read_chapter(archive, member, name) for member in spine]
    text = "\n\n".join(chapter for chapter, _ in chapters if chapter)
    unseen = tuple(hidden for _, texts in chapters for hidden in texts)
    return Document((text,), "epub", _read_properties(package), unseen=unseen)


def _spine(package: etree._Element, package_path: str) -> list[str]:
    """The names of the members with chapters, in reading order, each once; the page with the contents is none."""
    folder = posixpath.dirname(package_path)
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in package.iter("{*}item")
        if "nav" not in item.get("properties", "").split() and "html" in item.get("media-type", "")
    }
    named = (items[ref.get("idref")] for ref in package.iter("{*}itemref") if ref.get("idref") in items)
    return list(dict.fromkeys(named))


def _encrypted(archive: zipfile.ZipFile, name: str) -> set[str]:
    """The members that are encrypted; often these are fonts alone, which are not read."""
    root = read_xml(archive, _ENCRYPTION, name)
    return {posixpath.normpath(unquote(reference.get("URI", ""))) for reference in root.iter("{*}CipherReference")}


def _protected(name: str) -> LoadError:
    return LoadError(
        nl=f"{name} is beveiligd en alleen met het leesprogramma van de verkoper te openen. Vraag de uitgever om een "
        "PDF of een EPUB zonder beveiliging.",
        en=f"{name} is protected and opens only in the reading program of its seller. Ask the publisher for a PDF or "
        "an EPUB without protection.",
    )


def _read_chapter(archive: zipfile.ZipFile, member: str, name: str) -> tuple[str, tuple[str, ...]]:
    """A chapter as Markdown, and what its readers do not see."""
    tree = parse_html(decode_html(read_member(archive, member, name), name), name)
    if tree is None:
        return "", ()
    unseen = take_out_unseen(tree)
    for element in tree.iter("aside", "header"):
        element.tag = "div"  # in a book these hold notes and titles, and no part of a website
    return document_to_markdown(tree), unseen


def _read_properties(package: etree._Element) -> dict[str, str]:
    found = {}
    for field, tag in _PROPERTIES.items():
        values = [" ".join((element.text or "").split()) for element in package.iter(_DC + tag)]
        if values := [value for value in values if value]:
            found[field] = "; ".join(values) if field == "author" else values[0]
    return found
