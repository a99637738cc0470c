"""The tree of a web page goes in; what its readers do not see is taken out of it, and told.

White text is left alone where a sheet may put something dark behind it, and so is a panel that a reader can open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import html  # type: ignore[import-untyped]

from corpus.panels import find_panels, open_panel, show_question, without_closing
from corpus.sheet import Hidden, is_hidden, read_hidden

_COOKIE_NOTICE = (  # not the wrapper of a page with one, nor a part of its article
    "//*[self::div or self::section or self::aside]"
    "[contains(translate(@id, 'COKIE', 'cokie'), 'cookie') or contains(translate(@class, 'COKIE', 'cokie'), 'cookie')]"
    "[not(.//article or .//main or .//h1)][not(ancestor::article or ancestor::main)]"
)
_NEVER_SHOWN = f"//script|//style|//noscript|//template|//comment()|{_COOKIE_NOTICE}"
_DECORATION_WORDS = 20  # what is hidden from screen readers alone is drawing or repetition, unless it is longer

_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:(?:0+|0*\.0(?:[0-4]\d*)?)%?(?:[;!]|$)"
    r"|font-size:[01]?(?:\.\d+)?(?:px|pt)?(?:[;!]|$)|font-size:0(?:\.0\d*)?(?:em|rem|%)"
    r"|(?:left|top|right|bottom|text-indent|margin-left|margin-top):-\d{3,}|transform:scale\(0(?:\.0\d*)?[,)]"
    r"|transform:translatex?\(-(?:9\d{3}|\d{5,})px|(?:^|;)left:(?:9\d{3}|\d{5,})px|(?:^|;)font:0(?:px|pt|em)?/"
    r"|(?:^|;)color:#(?:[0-9a-f]{3}0|[0-9a-f]{6}00)(?:[;!]|$)"
    r"|clip:rect\((?:[01](?:px)?,?){4}\)|clip-path:inset\((?:50|100)%|color:(?:transparent|rgba\(\d+,\d+,\d+,0\))"
)
_NO_SIZE = re.compile(r"(?:^|;)(?:max-)?(?:width|height):[01](?:px)?(?:[;!]|$)")
_INK = re.compile(r"(?:^|;)color:([^;!]+)")
_PAPER = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_HEX = re.compile(r"#(?:([0-9a-f]{6})(?:ff)?|([0-9a-f]{3})f?)")
_RGB = re.compile(r"rgba?\((\d+),(\d+),(\d+)(?:[,/]1)?\)")
_HSL_WHITE = re.compile(r"hsla?\([\d.]+(?:deg)?,[\d.]+%?,(?:9[5-9]|100)%\)")
_APART = re.compile(r"(?<=[\d%])\s+(?=\d)")  # numbers without a comma between them
_NEAR_WHITE = 240  # of 255
_WHITES = {"white", "snow", "ivory", "ghostwhite", "whitesmoke", "floralwhite", "mintcream", "azure"}


def take_out_unseen(tree: html.HtmlElement) -> tuple[str, ...]:
    """Takes out of ``tree`` what a reader of the page does not see, and gives the texts that went.

    Scripts, comments and cookie notices go without being told, as no page is without them. A panel that a reader can
    open is opened.
    """
    sheet = "\n".join(style.text or "" for style in tree.iter("style"))
    may_be_dark = "background" in sheet or bool(tree.xpath("//link[contains(@rel, 'stylesheet')]"))
    hidden = read_hidden(sheet, _hides)
    for element in tree.xpath(_NEVER_SHOWN):
        _drop(element)
    panels = find_panels(tree)
    closed: set[html.HtmlElement] = set()
    texts = []
    for element in list(tree.iter("*")):
        if element.tag in ("html", "body") or not is_unseen(element, hidden, may_be_dark):
            element.attrib.pop("aria-hidden", None)  # trafilatura would leave it out
        elif element in panels:
            closed.add(element)
        elif _is_in(tree, element):
            texts.append(_drop(element))
    closing = read_hidden(sheet, _closes)
    for panel in [panel for panel in panels if panel in closed and _is_in(tree, panel)]:
        if any(_is_in(tree, opener) and closed.isdisjoint(opener.iterancestors()) for opener in panels[panel]):
            open_panel(panel, closing)
            closed.discard(panel)
        if panel in closed or is_unseen(panel, hidden, may_be_dark):
            texts.append(_drop(panel))
    for opener in {opener for openers in panels.values() for opener in openers}:
        show_question(opener)
    return tuple(text for text in texts if text)


def _hides(declarations: str) -> bool:
    return _UNSEEN_STYLE.search(declarations) is not None


def _closes(declarations: str) -> bool:
    return _hides(declarations) and not _hides(without_closing(declarations))


def _is_in(tree: html.HtmlElement, element: html.HtmlElement) -> bool:
    """Whether ``element`` is still in ``tree``: not taken out, nor inside what was."""
    return any(around is tree for around in element.iterancestors())


def _drop(element: html.HtmlElement) -> str:
    """Takes ``element`` out of its tree, and gives the text that it held."""
    text = " ".join(element.text_content().split()) if isinstance(element.tag, str) else ""
    if element.getparent() is not None:
        element.drop_tree()
    return text


def is_unseen(element: html.HtmlElement, hidden: Mapping[str, list[Hidden]], may_be_dark: bool) -> bool:
    """Whether an element says, or ``hidden`` of a sheet does, that it is not shown, or nothing of it would be seen.

    ``may_be_dark`` says that an unknown colour may lie behind the text.
    """
    if element.get("hidden") is not None or is_hidden(element, hidden):
        return True
    if element.get("aria-hidden") == "true" and len(element.text_content().split()) < _DECORATION_WORDS:
        return True
    style = _style(element)
    if _UNSEEN_STYLE.search(style) or (_NO_SIZE.search(style) and "overflow:hidden" in style):
        return True
    return _is_white_on_white(element, style, may_be_dark)


def _is_white_on_white(element: html.HtmlElement, style: str, may_be_dark: bool) -> bool:
    """Whether ink and paper are alike, the paper being that of the nearest element around that has one."""
    ink = _INK.search(style)
    colour = ink[1] if ink else (element.get("color") or "").lower()
    if not colour:
        return False
    for around in (element, *element.iterancestors()):
        paper = _PAPER.search(_style(around))
        if paper or around.get("bgcolor"):
            behind = paper[1] if paper else around.get("bgcolor").lower()
            return _is_alike(colour, behind)
    return _is_white(colour) and not may_be_dark


def _is_alike(ink: str, paper: str) -> bool:
    parts = _parts(ink)
    return ink == paper or (parts is not None and parts == _parts(paper)) or (_is_white(ink) and _is_white(paper))


def _is_white(colour: str) -> bool:
    parts = _parts(colour)
    if parts:
        return min(parts) >= _NEAR_WHITE
    return colour in _WHITES or _HSL_WHITE.fullmatch(colour) is not None


def _parts(colour: str) -> tuple[int, ...] | None:
    """Red, green and blue of 255; None for a colour that is given in another way.

    >>> [_parts(colour) for colour in ("#fc0", "rgb(1,2,3)", "black", "plum")]
    [(255, 204, 0), (1, 2, 3), (0, 0, 0), None]
    """
    if found := _HEX.fullmatch(colour):
        digits = found[1] or "".join(2 * digit for digit in found[2])
        return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))
    if found := _RGB.fullmatch(colour):
        return tuple(map(int, found.groups()))
    return (0, 0, 0) if colour == "black" else None


def _style(element: html.HtmlElement) -> str:
    style = _APART.sub(",", element.get("style") or "")
    return re.sub(r"\s+", "", style).lower()
