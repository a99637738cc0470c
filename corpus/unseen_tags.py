"""Markdown goes in; what tags of HTML in it hide from its readers is taken out of it, and told."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from lxml import html  # type: ignore[import-untyped]
from lxml.etree import ParserError  # type: ignore[import-untyped]

from corpus.unseen import is_unseen

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>", re.IGNORECASE)
_MAY_HIDE = re.compile(r"\b(?:style|color)\s*=|(?<![\w-])hidden\b", re.IGNORECASE)
_VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
_FENCE = re.compile(r"^[ >]*(?:```|~~~)", re.MULTILINE)


def take_out_unseen_tags(page: str) -> tuple[str, tuple[str, ...]]:
    """The page without the elements that no reader sees, and their texts; one that is never closed stays.

    >>> take_out_unseen_tags("De wet.<span hidden>Weg <b>ermee</b></span> Zo is het.")
    ('De wet. Zo is het.', ('Weg ermee',))
    """
    kept, texts, at = [], [], 0
    for start, end in sorted(_unseen_spans(page)) if _MAY_HIDE.search(page) else ():
        if start >= at:  # not inside one that went before
            kept.append(page[at:start])
            texts.append(" ".join(_TAG.sub(" ", page[start:end]).split()))
            at = end
    return "".join([*kept, page[at:]]), tuple(text for text in texts if text)


def _unseen_spans(page: str) -> Iterator[tuple[int, int]]:
    """Where the elements that no reader sees begin and end."""
    fences = [fence.start() for fence in _FENCE.finditer(page)]
    may_be_dark = "background" in page or "bgcolor" in page
    opened: dict[str, list[tuple[int, bool]]] = {}
    for tag in _TAG.finditer(page):
        name = tag[2].lower()
        if not tag[1] and name not in _VOID and not tag[3].endswith("/"):
            hides = _MAY_HIDE.search(tag[3]) is not None and _hides(tag[0], may_be_dark)
            opened.setdefault(name, []).append((tag.start(), hides and not _is_code(page, tag.start(), fences)))
        elif tag[1] and opened.get(name):
            start, hides = opened[name].pop()
            if hides:
                yield start, tag.end()


def _hides(tag: str, may_be_dark: bool) -> bool:
    try:
        element = html.fragment_fromstring(tag)
    except ParserError:
        return False
    element.attrib.pop("aria-hidden", None)
    return is_unseen(element, {}, may_be_dark)


def _is_code(page: str, at: int, fences: list[int]) -> bool:
    """Whether a tag stands in code, where it is text: behind a fence that is open, or a backtick on its line."""
    in_fence = bisect_left(fences, at) % 2 == 1
    return in_fence or page.count("`", page.rfind("\n", 0, at) + 1, at) % 2 == 1
