"""The tree of a web page goes in; its article comes out as Markdown, with what was lost on the way taken back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import groupby

from lxml import html  # type: ignore[import-untyped]

from corpus.walk import tree_to_markdown

_OWN_ELEMENTS = ("//main|//*[@role='main']", "//article")
_SITE_NAMES = set(
    "ad ads advert advertentie banner breadcrumb breadcrumbs comment comments consent cookie cookies delen dialog"
    " footer gerelateerd kruimelpad login menu modal nav navbar navigation newsletter nieuwsbrief pager pagination"
    " popup promo reacties related respond search share sharing sidebar skip social socials tags teaser teasers"
    " toolbar".split()
)
_NAME = re.compile(r"[A-Z]?[a-z]+")
_LEAST_WORDS = 8  # of running text, and of a lost text that is taken back
_ROW = 3  # words in a row by which a text is found again
_LINKED = "\ue000"  # stands behind every word of a link
_NO_MARKS = str.maketrans("", "", f"*`{_LINKED}")

_Places = Mapping[tuple[str, ...], Sequence[int]]
"""Up to ``_ROW`` words in a row, and the lines in which they end."""


def find_article(tree: html.HtmlElement) -> str:
    """The article of a web page or bare fragment as Markdown with ``#`` headings; empty where there is none.

    trafilatura finds the article, and the texts that it leaves out inside it are taken back. Where more than a
    quarter of the running text outside the page's navigation is still lost, all of that text is taken instead: a lost
    paragraph is worse than a line too many.
    """
    import trafilatura  # takes half a second, and most runs read no HTML

    found = trafilatura.extract(
        html.tostring(tree, encoding="unicode"),
        output_format="markdown",
        include_comments=False,
        include_formatting=True,
        include_tables=True,
        favor_recall=True,
    )
    article = _take_back(found.split("\n"), tree) if found else ""
    whole = tree_to_markdown(tree)
    return whole if _loses_text(article, whole) else article


def _take_back(lines: Sequence[str], tree: html.HtmlElement) -> str:
    """The article with the texts of its part of the page that it lacks, each below what it follows there."""
    places = _places(lines)
    blocks, is_own = _blocks(tree)
    kinds = _kinds(blocks, places)
    kept = [index for index, kind in enumerate(kinds) if kind == "kept"]
    if not kept:
        return "\n".join(lines)
    title = kinds[: kept[0]][-1:] == ["heading"] and blocks[kept[0] - 1].startswith("# ")
    part = slice(None) if is_own else slice(kept[0] - title, kept[-1] + 1)
    line = _line_of(blocks[kept[0]], places, 0) - 1
    lost: dict[int, list[str]] = {}
    for kind, group in groupby(zip(kinds[part], blocks[part], strict=True), key=lambda pair: pair[0]):
        texts = [block for _, block in group]
        if kind == "kept":
            for text in texts:
                line = _line_of(text, places, line)
        elif kind == "heading" or (kind == "lost" and sum(map(_unlinked, texts)) >= _LEAST_WORDS):
            lost.setdefault(line, []).extend(["", *(f"{text.replace(_LINKED, '')}\n" for text in texts)])
    rest = (text for at, own in enumerate(lines) for text in (own, *lost.get(at, ())))
    return "\n".join([*lost.get(-1, ()), *rest])


def _blocks(tree: html.HtmlElement) -> tuple[Sequence[str], bool]:
    """The blocks of the part of the page that holds the article, and whether that part is an element of its own.

    Every word of a link is marked, and what belongs to the site by its name is not there.
    """
    copy = deepcopy(tree)
    owns = next((found[0] for path in _OWN_ELEMENTS if len(found := copy.xpath(path)) == 1), None)
    part = copy if owns is None else owns
    for link in part.iter("a"):
        for element in link.iter():
            element.text = _mark(element.text)
            if element is not link:
                element.tail = _mark(element.tail)
    most = len(part.text_content()) // 4  # what holds more is a wrapper that is named after something in it
    for element in list(part.iter("*")):
        if element is not part and _is_of_site(element) and len(element.text_content()) < most:
            element.drop_tree()
    for element in part.iter("aside") if owns is not None else ():
        element.tag = "div"
    return [block for block in tree_to_markdown(part).split("\n\n") if _words(block)], owns is not None


def _is_of_site(element: html.HtmlElement) -> bool:
    named = " ".join(element.get(name) or "" for name in ("class", "id", "role"))
    return not _SITE_NAMES.isdisjoint(name.lower() for name in _NAME.findall(named))


def _mark(text: str | None) -> str | None:
    return re.sub(r"(?<=\S)(?=\s|$)", _LINKED, text) if text else text


def _kinds(blocks: Sequence[str], places: _Places) -> Sequence[str]:
    """Of every block whether it is ``"kept"``, ``"lost"``, or one of ``"links"``, as is a heading above these.

    A lost heading above a text that is kept is a ``"heading"``.
    """
    kinds: list[str] = []
    below = "links"
    for block in reversed(blocks):
        if _is_kept(block, places):
            below = "kept"
        elif block.startswith("#"):
            below = "heading" if below == "kept" else below
        else:
            below = "links" if 2 * _unlinked(block) < len(block.split()) else "lost"
        kinds.append(below)
    return kinds[::-1]


def _unlinked(block: str) -> int:
    return sum(not word.endswith(_LINKED) for word in block.split())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().translate(_NO_MARKS))


def _rows(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(length)), strict=False)


def _places(lines: Sequence[str]) -> _Places:
    words, ends = [], []
    for index, line in enumerate(lines):
        found = _words(line)
        words += found
        ends += [index] * len(found)
    places: dict[tuple[str, ...], list[int]] = {}
    for length in range(1, _ROW + 1):
        for row, end in zip(_rows(words, length), ends[length - 1 :], strict=True):
            places.setdefault(row, []).append(end)
    return places


def _rows_of(block: str, places: _Places) -> list[tuple[str, ...]]:
    """The rows of words of a block that are in the article, in order."""
    words = _words(block)
    return [row for row in _rows(words, min(_ROW, len(words))) if row in places]


def _is_kept(block: str, places: _Places) -> bool:
    """Whether half of a block is in the article."""
    words = _words(block)
    return not words or 2 * len(_rows_of(block, places)) > len(words) - min(_ROW, len(words))


def _line_of(block: str, places: _Places, line: int) -> int:
    """The line of the article in which a kept block is, by its rarest row of words; of several the nearest to ``line``.

    A line before it counts as ten times as far, as both are in the order of the page.
    """
    found = min((places[row] for row in reversed(_rows_of(block, places))), key=len)
    at = bisect_left(found, line)
    return min(found[max(0, at - 1) : at + 1], key=lambda one: one - line if one >= line else 10 * (line - one))


def _loses_text(article: str, whole: str) -> bool:
    """Whether more than a quarter of the running text of ``whole`` is not in ``article``."""
    places = _places(article.split("\n"))
    blocks = [block for block in whole.split("\n\n") if len(block.split()) >= _LEAST_WORDS]
    missing = [block for block in blocks if not _is_kept(block, places)]
    return 4 * sum(map(len, missing)) > sum(map(len, blocks))
