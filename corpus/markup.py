"""Trees of a word processor's HTML go in, Markdown comes out that the cleaner reads back as the same words."""

from __future__ import annotations

import re
from html import escape

from lxml import html  # type: ignore[import-untyped]

from corpus.notes import take_out_returns
from corpus.numbers import bracket_notes, number_items
from corpus.walk import tree_to_markdown

_MARKS = re.compile(r"[\\_`\[\]]|\*(?! )")


def document_to_markdown(tree: html.HtmlElement) -> str:
    """All of the text of ``tree`` as Markdown; ``tree`` is changed on the way.

    Characters that mean something in Markdown are escaped, numbered items get their number, the numbers of notes
    get brackets, and the items of a list inside a list stand on lines of their own.
    """
    take_out_returns(tree)
    bracket_notes(tree)
    for element in tree.iter():
        if isinstance(element.tag, str):
            element.text = _escape(element.text)
        element.tail = _escape(element.tail)
    for items in tree.iter("ol"):
        number_items(items)
        for item in items.findall("li"):
            item.tag = "div"  # a block of its own, without a dash
    for inner in reversed(tree.xpath("//li//ul | //li//ol")):
        _move_out(inner)
    return tree_to_markdown(tree)


def _escape(text: str | None) -> str | None:
    return escape(_MARKS.sub(r"\\\g<0>", text), quote=False) if text else text


def _move_out(inner: html.HtmlElement) -> None:
    """Move a list inside an item to behind that item."""
    item = inner.getparent()
    while item.tag != "li" and item.getparent() is not None and item.getparent().tag not in ("ul", "ol"):
        item = item.getparent()
    tail, inner.tail = inner.tail, None
    parent = inner.getparent()
    before = inner.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    item.addnext(inner)
