"""The tree of a web page goes in; what its readers do not see is taken out of it, and told.

Style sheets are read as far as one file allows: rules for a class or an id in the page itself. A class that another
rule shows again is left alone, as is white text where a sheet may put something dark behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html  # type: ignore[import-untyped]

_COOKIE_NOTICE = (  # not the wrapper of a page with one, nor a part of its article
    "//*[self::div or self::section or self::aside]"
    "[contains(translate(@id, 'COKIE', 'cokie'), 'cookie') or contains(translate(@class, 'COKIE', 'cokie'), 'cookie')]"
    "[not(.//article or .//main or .//h1)][not(ancestor::article or ancestor::main)]"
)
_NEVER_SHOWN = f"//script|//style|//noscript|//template|//comment()|{_COOKIE_NOTICE}"
_HIDDEN = "//*[@hidden]|//*[@aria-hidden='true']|//body//*[@style]|//font[@color]"
_DECORATION_WORDS = 20  # what is hidden from screen readers alone is drawing or repetition, unless it is longer

_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:(?:0+|0*\.0(?:[0-4]\d*)?)%?(?:[;!]|$)"
    r"|font-size:[01]?(?:\.\d+)?(?:px|pt)?(?:[;!]|$)|font-size:0(?:\.0\d*)?(?:em|rem|%)"
    r"|(?:left|top|right|bottom|text-indent|margin-left|margin-top):-\d{3,}|transform:scale\(0"
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

_SHEET_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CONDITION = re.compile(r"@[^{;]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"[a-z]*([.#][\w-]+)", re.IGNORECASE)
_NAMED = re.compile(r"[.#][\w-]+")


def take_out_unseen(tree: html.HtmlElement) -> tuple[str, ...]:
    """Takes out of ``tree`` what a reader of the page does not see, and gives the texts that went.

    Scripts, comments and cookie notices go without being told, as no page is without them.
    """
    sheet = _SHEET_COMMENT.sub("", "\n".join(style.text or "" for style in tree.iter("style")))
    may_be_dark = "background" in sheet or bool(tree.xpath("//link[contains(@rel, 'stylesheet')]"))
    names = set(_hidden_names(sheet))
    for element in tree.xpath(_NEVER_SHOWN):
        _drop(element)
    texts = []
    for element in [*tree.xpath(_HIDDEN), *_with_names(tree, names)]:
        is_there = any(around is tree for around in element.iterancestors())  # not inside one that went before
        if is_there and element.tag not in ("html", "body") and _is_unseen(element, names, may_be_dark):
            texts.append(" ".join(element.text_content().split()))
            _drop(element)
    return tuple(text for text in texts if text)


def _drop(element: html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _is_unseen(element: html.HtmlElement, names: set[str], may_be_dark: bool) -> bool:
    if element.get("hidden") is not None or not names.isdisjoint(_names_of(element)):
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


def _hidden_names(sheet: str) -> Iterator[str]:
    """The classes (".x") and ids ("#x") that a sheet hides and no other rule of it shows."""
    rules = [
        (selectors, re.sub(r"\s+", "", body).lower()) for selectors, body in _RULE.findall(_CONDITION.sub("", sheet))
    ]
    shown = {
        name
        for selectors, body in rules
        if not _UNSEEN_STYLE.search(body) and re.search("display:|visibility:|opacity:|left:", body)
        for name in _NAMED.findall(selectors)
    }
    for selectors, body in rules:
        if _UNSEEN_STYLE.search(body):
            simple = (_SIMPLE.fullmatch(selector.strip()) for selector in selectors.split(","))
            yield from (match[1] for match in simple if match and match[1] not in shown)


def _names_of(element: html.HtmlElement) -> Iterator[str]:
    yield from (f".{name}" for name in (element.get("class") or "").split())
    yield f"#{element.get('id')}"


def _with_names(tree: html.HtmlElement, names: set[str]) -> list[html.HtmlElement]:
    if not names:
        return []
    return [element for element in tree.xpath("//*[@class or @id]") if not names.isdisjoint(_names_of(element))]
