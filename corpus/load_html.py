"""Bytes of a web page go in, a Document with its article as Markdown and its meta tags comes out."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from lxml import html  # type: ignore[import-untyped]
from lxml.etree import ErrorTypes, ParserError  # type: ignore[import-untyped]

from corpus.article import find_article
from corpus.document import Document, Limits
from corpus.errors import LoadError
from corpus.load_text import BYTE_ORDER_MARKS, decode
from corpus.notes import take_out_returns
from corpus.numbers import bracket_notes, number_items
from corpus.unseen import take_out_unseen

_LOG = logging.getLogger(__name__)

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)


def load_html(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as a web page: its article, and what its meta tags say of it.

    Raises:
        LoadError: the bytes are no text, or cannot be read as a whole.
    """
    page = decode_html(data, name)
    tree = parse_html(page, name)
    if tree is None:
        return Document(("",), "html")
    properties = read_meta(tree)
    unseen = take_out_unseen(tree)
    _make_readable(tree)
    return Document((find_article(tree),), "html", properties, unseen=unseen)


def decode_html(data: bytes, name: str) -> str:
    """The text of a page: as ``decode``, but a charset that the page declares goes before a guess."""
    declared = _CHARSET.search(data[:2048])
    try:
        return data.decode("utf-8") if b"\0" not in data else decode(data, name)
    except UnicodeDecodeError:
        pass
    if declared and not data.startswith(tuple(mark for mark, _ in BYTE_ORDER_MARKS)):
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            _LOG.info("%s does not hold to the charset it declares", name)
    return decode(data, name)


def parse_html(page: str, name: str) -> html.HtmlElement | None:
    """The tree of a web page or fragment, or None where it holds no element at all; ``name`` is for the message.

    Raises:
        LoadError: it is nested so deeply, or has so long a text in one piece, that the rest would be left out.
    """
    parser = html.HTMLParser()
    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", page), parser=parser)
    except ParserError:
        tree = None
    if any(entry.type == ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise LoadError(
            nl=f"{name} is zo diep genest, of heeft zo'n lange tekst zonder alinea's, dat het niet heel te lezen is. "
            "Sla het op als PDF of als platte tekst.",
            en=f"{name} is nested so deeply, or has so long a text without paragraphs, that it cannot be read whole. "
            "Save it as PDF or as plain text.",
        )
    return tree


def _make_readable(tree: html.HtmlElement) -> None:
    """Put into text what trafilatura would leave out of ``tree``: headings that are buttons, numbers of notes."""
    for heading in tree.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        buttons = heading.findall(".//button")
        if len(buttons) == 1 and heading.text_content().split() == buttons[0].text_content().split():
            buttons[0].tag = "span"
    take_out_returns(tree)
    bracket_notes(tree)
    for items in tree.xpath("//ol[@start > 1]"):
        number_items(items)
        items.tag = "ul"  # trafilatura numbers every list from 1


_META = {
    "title": ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title"),
    "author": ("citation_author", "dc.creator", "dcterms.creator", "author", "article:author"),
    "date": (
        "citation_publication_date",
        "citation_date",
        "article:published_time",
        "dcterms.issued",
        "dcterms.date",
        "dc.date",
        "datepublished",
        "date",
    ),
    "publisher": ("citation_publisher", "dcterms.publisher", "dc.publisher", "og:site_name", "publisher"),
}


def read_meta(tree: html.HtmlElement) -> Mapping[str, str]:
    """What the meta tags of a page say of it, by the names of ``Document.properties``; authors joined by ``;``.

    >>> read_meta(parse_html('<meta property="og:title" content="Wijkteams"><meta name="author" content="A. Bos">', ""))
    {'title': 'Wijkteams', 'author': 'A. Bos'}
    """
    said: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop") or ""
        value = " ".join((element.get("content") or "").split())
        if value:
            said.setdefault(name.casefold(), []).append(value)
    found = {field: value for field, names in _META.items() if (value := _first(said, names))}
    title = " ".join("".join(tree.xpath("//head/title[1]//text()")).split())
    if title and "title" not in found:
        found["title"] = title
    language = (tree.get("lang") or "")[:2].casefold()
    return found | ({"language": language} if language else {})


def _first(said: Mapping[str, list[str]], names: tuple[str, ...]) -> str:
    """The values of the first of ``names`` that is said and no address, joined by semicolons."""
    for name in names:
        values = [value for value in said.get(name, []) if not value.startswith(("http:", "https:"))]
        if values:
            return "; ".join(dict.fromkeys(values)) if name.endswith(("author", "creator")) else values[0]
    return ""
