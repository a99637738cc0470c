"""Trees of a word processor's HTML go in, Markdown comes out that the cleaner reads back as the same words."""

from __future__ import annotations

import re
from html import escape

from lxml import html  # type: ignore[import-untyped]

from corpus.load_html import tree_to_markdown

_MARKS = re.compile(r"[\\_`\[\]]|\*(?! )")
_BLOCKS = "p|h1|h2|h3|h4|h5|h6|ul|ol|table|div"


def document_to_markdown(tree: html.HtmlElement) -> str:
    """All of the text of ``tree`` as Markdown; ``tree`` is changed on the way.

    Characters that mean something in Markdown are escaped, numbered items get their number, and the items of a
    list inside a list stand on lines of their own.
    """
    for element in tree.iter():
        if isinstance(element.tag, str):
            element.text = _escape(element.text)
        element.tail = _escape(element.tail)
    for items in tree.iter("ol"):
        for number, item in enumerate(items.findall("li"), 1):
            _number(item, f"{number}. ")
    for inner in reversed(tree.xpath("//li//ul | //li//ol")):
        _move_out(inner)
    return tree_to_markdown(tree)


def _escape(text: str | None) -> str | None:
    return escape(_MARKS.sub(r"\\\g<0>", text), quote=False) if text else text


def _number(item: html.HtmlElement, number: str) -> None:
    """Put a number before an item, which makes it a block of its own."""
    item.tag = "div"
    blocks = item.xpath(f"./*[{' or '.join(f'self::{tag}' for tag in _BLOCKS.split('|'))}]")
    target = blocks[0] if blocks and not (item.text or "").strip() and blocks[0].tag == "p" else item
    target.text = number + (target.text or "").lstrip()


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
