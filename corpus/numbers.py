"""The tree of a page goes in; the numbers that only its mark-up tells apart come to stand so in its text.

Without this a note behind a year, ``2015<sup>3</sup>``, would read as the figure 20153.
"""

from __future__ import annotations

import re

from lxml import html  # type: ignore[import-untyped]

INLINE = set("a abbr b big cite code del em font i ins kbd mark q s small span strong sub sup time u var wbr".split())
"""The tags that stand inside a line of text."""

_RAISED = re.compile(r"[-−–]?\d{1,3}(?:[,;\s]+\d{1,3})*")
_CENTS = re.compile(r"€\s*[\d.]+,$")
_BLOCKS = "p|h1|h2|h3|h4|h5|h6|ul|ol|table|div"


def bracket_notes(tree: html.HtmlElement) -> None:
    """Put brackets around the numbers of notes in ``tree``: a raised 3 behind a figure or a mark becomes ``[3]``.

    Raised numbers behind a letter (m2) stay as they are, unless they link to a note, and so do those that open a line.
    """
    for element in list(tree.iter("sup", "a")):
        numbers = element.text_content().strip()
        if element.getparent() is not None and _RAISED.fullmatch(numbers) and _is_note(element):
            for child in list(element):
                element.remove(child)
            element.text = "".join(f"[{number}]" for number in re.split(r"[,;\s]+", numbers))
            element.tag = "sup"


def _is_note(element: html.HtmlElement) -> bool:
    links = [link for link in (element, element.getparent(), *element.iter("a")) if link.tag == "a"]
    if any("noteref" in (link.get("epub:type") or link.get("role") or "") for link in links):
        return True
    before = _before(element).rstrip()
    if element.tag == "a" or not before or _CENTS.search(before) or _is_over_a_bar(element):
        return False
    return not before[-1].isalpha() or any("#" in link.get("href", "") for link in links)


def _before(element: html.HtmlElement) -> str:
    """The text right before ``element`` in its line."""
    while element.tag in INLINE:
        previous, parent = element.getprevious(), element.getparent()
        if previous is not None:
            inside = previous.text_content() if previous.tag in INLINE else ""
            element, text = previous, inside + (previous.tail or "")
        elif parent is not None:
            element, text = parent, parent.text
        else:
            break
        if text:
            return str(text)
    return ""


def _is_over_a_bar(element: html.HtmlElement) -> bool:
    """Whether ``element`` is the upper half of a fraction."""
    following = element.getnext()
    return following is not None and following.tag == "sub" and (element.tail or "").strip() in ("/", "⁄")


def number_items(items: html.HtmlElement) -> None:
    """Put the number of every item of an ordered list before its text, counted from where the list starts."""
    number = _read_number(items.get("start"), 1)
    for item in items.findall("li"):
        number = _read_number(item.get("value"), number)
        blocks = item.xpath(f"./*[{' or '.join(f'self::{tag}' for tag in _BLOCKS.split('|'))}]")
        target = blocks[0] if blocks and not (item.text or "").strip() and blocks[0].tag == "p" else item
        target.text = f"{number}. {(target.text or '').lstrip()}"
        number += 1


def _read_number(said: str | None, default: int) -> int:
    return int(said) if said and re.fullmatch(r"\d{1,4}", said) else default
