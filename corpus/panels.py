"""The tree of a web page goes in; the panels come out that a reader opens with a button or a link, and are opened."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import html  # type: ignore[import-untyped]

from corpus.sheet import Hidden, is_hidden

_OPENERS = "//*[@aria-controls or @data-target or @data-bs-target]|//a[@data-toggle or @data-bs-toggle or @role='tab']"
_NO_TEXT = (  # what opens there is a menu or a question of the site
    "ancestor-or-self::*[self::nav or self::dialog or self::form"
    " or contains(' menu menubar navigation dialog alertdialog listbox search ', concat(' ', @role, ' '))]"
)
_LEAST_WORDS = 3
_CLOSING = re.compile(
    r"(?:^|(?<=;))(?:display:none|visibility:hidden|(?:max-)?height:0(?:px)?|opacity:0)(?:!important)?(?:;|$)"
)


def find_panels(tree: html.HtmlElement) -> dict[html.HtmlElement, list[html.HtmlElement]]:
    """The elements of ``tree`` that something in it opens, each with its openers, in the order of the page."""
    openers: dict[str, list[html.HtmlElement]] = {}
    for opener in tree.xpath(_OPENERS):
        if opener.text_content().strip() or opener.get("aria-label"):
            for name in _targets(opener):
                openers.setdefault(name, []).append(opener)
    named: dict[str, html.HtmlElement] = {}
    for element in tree.xpath("//*[@id]") if openers else ():
        named.setdefault(element.get("id"), element)  # of two with one name the first is opened
    return {
        element: openers[name] for name, element in named.items() if name in openers and not element.xpath(_NO_TEXT)
    }


def open_panel(panel: html.HtmlElement, closed: Mapping[str, list[Hidden]]) -> None:
    """Take from ``panel`` what closes it: attributes, declarations, and the names in ``closed``, rules of the sheet."""
    if is_hidden(panel, closed):
        for name in ("class", "id"):
            panel.attrib.pop(name, None)
    for name in ("hidden", "aria-hidden"):
        panel.attrib.pop(name, None)
    if panel.get("style"):
        panel.set("style", without_closing(re.sub(r"\s+", "", panel.get("style")).lower()))


def show_question(opener: html.HtmlElement) -> None:
    """Make a button with the question that its panel answers a line of text; one with a word or two stays a button."""
    if opener.tag == "button" and len(opener.text_content().split()) >= _LEAST_WORDS:
        opener.tag = "span" if opener.xpath("ancestor::*[self::h1 or self::h2 or self::h3 or self::h4]") else "p"


def without_closing(declarations: str) -> str:
    """The declarations, without spaces, but for those that close a panel.

    >>> without_closing("color:red;display:none;font-size:0")
    'color:red;font-size:0'
    """
    return _CLOSING.sub("", declarations)


def _targets(opener: html.HtmlElement) -> list[str]:
    said = [opener.get(name, "") for name in ("aria-controls", "data-target", "data-bs-target", "href")]
    return [name.lstrip("#") for value in said for name in value.split()]
