"""The XML of an OpenDocument text goes in; what its readers do not see is taken out of it, and told.

Hidden is what a field, a section or a style says is, what is too small to be seen, and white text where nothing can
be behind it: no colour of a paragraph, cell or page, no picture that floats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

_NAMESPACES = {part: f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("style", "text", "drawing")}
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_STYLE, _TEXT, _DRAW = (f"{{{namespace}}}" for namespace in _NAMESPACES.values())
_HIDDEN = (
    "//text:hidden-text|//text:section[@text:display='none']|//text:p[text:hidden-paragraph[@text:is-hidden='true']]"
)
_FAMILIES = {"p": "paragraph", "h": "paragraph", "span": "text", "a": "text"}
_LEAST_POINTS = 1.5
_LONGEST_LINE = 20  # of styles that are each based on the next: a ring has no end
_NEAR_WHITE = 250  # of 255
_SIZE = re.compile(r"(\d+(?:\.\d+)?)pt")


@dataclass(frozen=True)
class _Style:
    """What one style says of letters, the key of the style that it is based on, and whether it gives a colour behind.

    A key is the family of a style and its name.
    """

    parent: tuple[str, str]
    letters: Mapping[str, str]
    is_coloured: bool


_Styles = Mapping[tuple[str, str], _Style]


def take_out_hidden(content: etree._Element, sheet: etree._Element | None) -> tuple[str, ...]:
    """Takes out of ``content`` what no reader sees, and gives the texts that went; ``sheet`` holds common styles."""
    parts = [content] if sheet is None else [sheet, content]
    styles = dict(item for part in parts for item in _read_styles(part))
    on_white = not any(map(_has_floating, parts))
    styled = [element for element in content.iter(f"{_TEXT}*") if _is_hidden(element, styles, on_white)]
    texts = []
    for element in [*content.xpath(_HIDDEN, namespaces=_NAMESPACES), *styled]:
        if any(around is content for around in element.iterancestors()):  # not inside one that went before
            texts.append(" ".join("".join(element.itertext()).split()) or element.get(f"{_TEXT}string-value", ""))
            element.clear(keep_tail=True)
    return tuple(text for text in texts if text)


def _read_styles(part: etree._Element) -> Iterator[tuple[tuple[str, str], _Style]]:
    for style in part.iter(f"{_STYLE}style"):
        family = style.get(f"{_STYLE}family", "text")
        letters = style.find(f"{_STYLE}text-properties")
        yield (
            (family, style.get(f"{_STYLE}name", "")),
            _Style(
                (family, style.get(f"{_STYLE}parent-style-name", "")),
                {} if letters is None else dict(letters.attrib),
                any(map(_is_coloured, style)),
            ),
        )


def _has_floating(part: etree._Element) -> bool:
    """Whether a picture or a drawing that floats, or the colour of a page, may lie behind the text."""
    pages = part.iter(f"{_STYLE}page-layout-properties", f"{_STYLE}drawing-page-properties")
    anchors = (drawn.get(f"{_TEXT}anchor-type", "as-char") for drawn in part.iter(f"{_DRAW}*"))
    return any(map(_is_coloured, pages)) or any(anchor != "as-char" for anchor in anchors)


def _is_coloured(properties: etree._Element) -> bool:
    behind = properties.get(f"{_FO}background-color", "transparent")
    return not (behind == "transparent" or _is_white(behind)) or properties.get(f"{_DRAW}fill", "none") != "none"


def _is_white(ink: str) -> bool:
    return re.fullmatch("#[0-9A-Fa-f]{6}", ink) is not None and min(bytes.fromhex(ink[1:])) >= _NEAR_WHITE


def _line_of(key: tuple[str, str], styles: _Styles) -> Iterator[_Style]:
    """A style and those that it is based on, the nearest first."""
    for _ in range(_LONGEST_LINE):
        if key not in styles:
            break
        yield styles[key]
        key = styles[key].parent


def _said(element: etree._Element, name: str, styles: _Styles) -> str:
    """What the style of an element says of its letters; empty where it says nothing."""
    key = _FAMILIES.get(etree.QName(element).localname, ""), element.get(f"{_TEXT}style-name", "")
    return next((style.letters[name] for style in _line_of(key, styles) if name in style.letters), "")


def _is_hidden(element: etree._Element, styles: _Styles, on_white: bool) -> bool:
    if _said(element, f"{_TEXT}display", styles) == "none":
        return True
    return _is_all(element, f"{_FO}font-size", _is_tiny, styles) or (
        on_white and _is_all(element, f"{_FO}color", _is_white, styles) and not _has_colour_behind(element, styles)
    )


def _is_all(element: etree._Element, name: str, is_so: Callable[[str], bool], styles: _Styles) -> bool:
    """Whether the style of an element says so of its letters, and none inside it says otherwise."""
    if not is_so(_said(element, name, styles)):
        return False
    inside = (_said(inner, name, styles) for inner in element.iter(f"{_TEXT}*"))
    return all(is_so(said) for said in inside if said)


def _is_tiny(size: str) -> bool:
    points = _SIZE.fullmatch(size)
    return points is not None and float(points[1]) <= _LEAST_POINTS


def _has_colour_behind(element: etree._Element, styles: _Styles) -> bool:
    for around in (element, *element.iterancestors()):
        tag = etree.QName(around)
        if tag.localname == "text-box":
            return True
        family = _FAMILIES.get(tag.localname, tag.localname)
        name = around.get(f"{{{tag.namespace}}}style-name", "")
        if any(style.is_coloured for style in _line_of((family, name), styles)):
            return True
    return False
