"""The style sheet of a web page goes in; what it hides from readers comes out, as selectors that elements may match.

A sheet is read as far as one file allows: rules for classes and ids, behind the names of tags at most. A rule that
holds only under a condition is not read, and a class that another rule shows again is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import html  # type: ignore[import-untyped]

_PIECE = re.compile(r"[{}]|[^{}]+")
_SELECTOR = re.compile(r"((?:[a-z]\w*(?:\s*>\s*|\s+))*)([a-z]\w*|\*)?((?:[.#][\w-]+)+)", re.IGNORECASE)
_NAMED = re.compile(r"[.#][\w-]+")
_SHOWS = re.compile("display:|visibility:|opacity:|left:")


@dataclass(frozen=True)
class Hidden:
    """What a rule hides: elements with all of the ``names`` (".x" a class, "#x" an id), of one tag where it is given.

    Around such an element stand elements with the tags of ``within``.
    """

    names: frozenset[str]
    tag: str
    within: frozenset[str]


def read_hidden(sheet: str, hides: Callable[[str], bool]) -> Mapping[str, list[Hidden]]:
    """What ``sheet`` hides, by one of the names of each; ``hides`` says whether declarations hide.

    >>> list(read_hidden(".a, p.b{display:none} .b:hover{display:block}", lambda body: body == "display:none"))
    ['.a']
    """
    rules = [(selectors, re.sub(r"\s+", "", body).lower()) for selectors, body in _rules(_without_comments(sheet))]
    shown = {
        name
        for selectors, body in rules
        if not hides(body) and _SHOWS.search(body)
        for name in _NAMED.findall(selectors)
    }
    found: dict[str, list[Hidden]] = {}
    for selectors, body in rules:
        for hidden in _parse(selectors) if hides(body) else ():
            if hidden.names.isdisjoint(shown):
                found.setdefault(min(hidden.names), []).append(hidden)
    return found


def is_hidden(element: html.HtmlElement, hidden: Mapping[str, list[Hidden]]) -> bool:
    """Whether ``element`` matches one of the selectors of ``hidden``."""
    names = set(_names_of(element))
    return any(_matches(element, names, each) for name in names for each in hidden.get(name, ()))


def _matches(element: html.HtmlElement, names: set[str], hidden: Hidden) -> bool:
    if not hidden.names <= names or hidden.tag not in ("", "*", element.tag):
        return False
    return not hidden.within or hidden.within <= {around.tag for around in element.iterancestors()}


def _names_of(element: html.HtmlElement) -> Iterator[str]:
    yield from (f".{name}" for name in (element.get("class") or "").split())
    yield f"#{element.get('id')}"


def _without_comments(sheet: str) -> str:
    first, *parts = sheet.split("/*")
    return first + "".join(part.partition("*/")[2] for part in parts)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The selectors and the declarations of every rule that holds without a condition."""
    opened: list[str] = []
    conditions = 0
    text = ""
    for piece in _PIECE.findall(sheet):
        if piece == "{":
            opened.append(text.rpartition(";")[2].strip())
            conditions += opened[-1].startswith("@")
        elif piece == "}" and opened:
            selectors = opened.pop()
            if selectors.startswith("@"):
                conditions -= 1
            elif not conditions:
                yield selectors, text
        text = "" if piece in "{}" else piece


def _parse(selectors: str) -> Iterable[Hidden]:
    for found in map(_SELECTOR.fullmatch, map(str.strip, selectors.split(","))):
        if found:
            within = frozenset(re.findall(r"\w+", found[1].lower()))
            yield Hidden(frozenset(_NAMED.findall(found[3])), (found[2] or "").lower(), within)
