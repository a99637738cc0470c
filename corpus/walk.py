"""The tree of a web page or of a word processor's HTML goes in, its text comes out as Markdown, block by block."""

from __future__ import annotations

import re

from lxml import html  # type: ignore[import-untyped]

from corpus.numbers import INLINE

_FURNITURE = set("head nav footer aside button select option iframe svg dialog textarea label".split())
_TITLE = (  # a heading of any level in the header of a part of the article
    ".//h1|self::header[ancestor::article or ancestor::main or ancestor::section]"
    "//*[self::h2 or self::h3 or self::h4 or self::h5 or self::h6]"
)
_PREFIXES = {f"h{level}": "#" * level + " " for level in range(1, 7)} | {"li": "- ", "tr": "- "}


def tree_to_markdown(tree: html.HtmlElement) -> str:
    """All of the text of ``tree`` outside navigation and forms, as Markdown with one blank line between blocks."""
    return re.sub(r"\s{2,}", lambda gap: "\n\n" if "\n\n" in gap[0] else gap[0], _to_markdown(tree)).strip()


def _to_markdown(element: html.HtmlElement) -> str:
    """The text of ``element`` outside navigation and forms, with blank lines between its blocks."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _FURNITURE or (tag in ("form", "header") and not _holds_text(element)):
        return ""
    inner = _spaced(element.text) + "".join(_to_markdown(child) + _spaced(child.tail) for child in element)
    if tag == "br":
        return "\n"
    if tag in INLINE:
        return inner
    if tag in ("td", "th"):
        return f" {' '.join(inner.split())} |"
    if tag in _PREFIXES:
        inner = _PREFIXES[tag] + " ".join(inner.split()).strip("| ") if inner.strip() else ""
    return f"\n\n{inner}\n\n"


def _holds_text(element: html.HtmlElement) -> bool:
    """Whether a form or a header holds part of the article: a title, or a paragraph of twenty words."""
    return bool(element.xpath(_TITLE)) or any(len(p.text_content().split()) >= 20 for p in element.iter("p"))


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")
