"""The XML of a Word document goes in; text that its readers do not see is taken out of it, and told.

Hidden is what a run or its styles mark as such, what is too small to be seen, and white text where nothing can be
behind it: no shading, no table with a style of its own that shades, no picture that floats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

_MOST_HALF_POINTS = 3  # letters this small are dust to whoever reads the page
_NEAR_WHITE = 250  # of 255
_LONGEST_LINE = 20  # of styles that are each based on the next; Word keeps to ten, and a ring has no end
_OFF = ("0", "false", "off", "none")
_DRAWN = ("textOutline", "textFill", "glow", "shadow", "outline", "emboss", "imprint")
_FLOATING = re.compile(rb"<(?:\w+:)?(?:anchor|pict|object|background)[\s>/]")


@dataclass(frozen=True)
class Styles:
    """The styles of a document by their ids: what each is based on, how it writes, and those that shade."""

    based_on: Mapping[str, str]
    writing: Mapping[str, etree._Element]
    shading: frozenset[str]


def read_styles(root: etree._Element | None) -> Styles:
    """The styles of the part with the styles, if there is one."""
    based_on, writing, shading = {}, {}, set()
    for style in root.iter("{*}style") if root is not None else ():
        name = _value(style, "styleId")
        based_on[name] = _value(_child(style, "basedOn"))
        writing[name] = _child(style, "rPr")
        if any(map(_is_shade, style.iter("{*}shd", "{*}highlight"))):
            shading.add(name)
    return Styles(based_on, writing, frozenset(shading))


def has_floating(part: bytes) -> bool:
    """Whether something in a part may lie behind text: a picture that floats, a drawing, a coloured page."""
    return _FLOATING.search(part) is not None


def take_out_hidden(part: etree._Element, styles: Styles, on_white: bool) -> Iterator[str]:
    """Takes out of ``part`` the runs that no reader sees, and gives their text, each paragraph's as one.

    ``on_white`` says that nothing floats behind the text.
    """
    texts: dict[etree._Element, str] = {}
    for run in list(part.iter("{*}r")):
        if any(run.itertext()) and _is_hidden(run, styles, on_white):
            parent = run.getparent()
            texts[parent] = texts.get(parent, "") + "".join(run.itertext())
            parent.remove(run)
    return (" ".join(text.split()) for text in texts.values() if text.strip())


def _is_hidden(run: etree._Element, styles: Styles, on_white: bool) -> bool:
    chain = list(_writing(run, styles))
    vanish = _first(chain, "vanish")
    if vanish is not None and _value(vanish) not in _OFF:
        return True
    size = _value(_first(chain, "sz"))
    if size.isdecimal() and 0 < int(size) <= _MOST_HALF_POINTS:
        return True
    ink = _value(_first(chain, "color"))
    return on_white and _is_white(ink) and not _is_drawn(chain) and not _has_shade(run, styles)


def _writing(run: etree._Element, styles: Styles) -> Iterator[etree._Element]:
    """What says how a run is written, first what goes first: itself, its style, that of its paragraph."""
    own = _properties(run)
    if own is not None:
        yield own
    paragraph = next(run.iterancestors("{*}p"), None)
    of_paragraph = None if paragraph is None else _properties(paragraph)
    for name in (_value(_child(own, "rStyle")), _value(_child(of_paragraph, "pStyle"))):
        yield from (styles.writing[style] for style in _line_of(name, styles) if styles.writing[style] is not None)


def _line_of(name: str, styles: Styles) -> list[str]:
    """A style and those that it is based on, the nearest first."""
    line: list[str] = []
    while name in styles.based_on and len(line) < _LONGEST_LINE:
        line.append(name)
        name = styles.based_on[name]
    return line


def _first(chain: list[etree._Element], name: str) -> etree._Element | None:
    return next((found for found in (_child(writing, name) for writing in chain) if found is not None), None)


def _is_white(ink: str) -> bool:
    return re.fullmatch("[0-9A-Fa-f]{6}", ink) is not None and min(bytes.fromhex(ink)) >= _NEAR_WHITE


def _is_drawn(chain: list[etree._Element]) -> bool:
    """Whether white letters have an edge, a shadow or a filling of their own."""
    return any(_child(writing, name) is not None for writing in chain for name in _DRAWN)


def _has_shade(run: etree._Element, styles: Styles) -> bool:
    """Whether a run, or something that it stands in, has a colour behind it."""
    for around in (run, *run.iterancestors()):
        tag = etree.QName(around).localname
        written = _properties(around)
        if tag == "txbxContent" or any(map(_is_shade, () if written is None else written)):
            return True
        if not styles.shading.isdisjoint(_line_of(_value(_child(written, f"{tag}Style")), styles)):
            return True
    return False


def _is_shade(written: etree._Element) -> bool:
    tag = etree.QName(written).localname
    if tag == "highlight":
        return _value(written) not in ("none", "white")
    fill = _value(written, "fill").upper()
    plain = fill == "FFFFFF" or (fill in ("", "AUTO") and not _value(written, "themeFill"))
    return tag == "shd" and not (plain and _value(written) in ("", "clear", "nil"))


def _child(parent: etree._Element | None, name: str) -> etree._Element | None:
    return None if parent is None else parent.find(f"{{*}}{name}")


def _properties(element: etree._Element) -> etree._Element | None:
    """What says how an element is set: its first child, if it has one of that kind."""
    first = next(iter(element), None)
    return first if first is not None and str(first.tag).endswith(f"{etree.QName(element).localname}Pr") else None


def _value(element: etree._Element | None, name: str = "val") -> str:
    """An attribute in whichever namespace it is; empty where it is not there."""
    attributes = {} if element is None else element.attrib
    return next((str(value) for key, value in attributes.items() if etree.QName(key).localname == name), "")
