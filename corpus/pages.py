"""The pages of a document go in; the same pages come out without what belongs to the page and not to the text.

Running heads, page numbers and the table of contents go, and a word that is broken at the end of a line is made
whole on that line. A page never gains or loses a line of another page, so that page numbers stay right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from corpus.boilerplate import is_running

DEEPEST = 4  # lines of a running head or foot

_LEAST_REPEATS = 3
_LEAST_CONTENTS = 3

_PAGE_NUMBER = re.compile(r"(?:- ?|\| ?)?(\d{1,4})(?: ?-| ?\||(?: van | of | ?/ ?)\d{1,4})?")
_NAMED_PAGE_NUMBER = re.compile(r"(?:pagina|page|blz\.?|p\.) ?\d{1,4}(?:(?: van | of | ?/ ?)\d{1,4})?", re.IGNORECASE)
_NOT_RUNNING = re.compile(r"^[-•] |^(?:bron(?:nen)?|sources?):|[.;:?!]$", re.IGNORECASE)
_NUMBER_AT_END = re.compile(r"^\d{1,4}\b|\b\d{1,4}(?: ?(?:van|of|/) ?\d{1,4})?$")
_DIGITS = re.compile(r"\d{1,9}")
_COUNTED = re.compile(r"#|\d{1,2}(?:[.)]|(?:\.\d{1,2})+) |[^\W\d_]+ [\divx]+$")  # "Hoofdstuk 3", "3.1 Methode"
_LEADER = re.compile(r"^(.*?\w.*?)\s*(?:(?:[.·_]\s?){4,}|(?:…\s?){2,})\|?\s*(\d{1,4})$")
_ENTRY = re.compile(r"^(.*[^\W\d_].*?)\s(?:\|\s)?(\d{1,3})$")  # four digits without dots before them are a year
_CONTENTS = re.compile(
    r"(?:#+ )?(?:inhoud|inhoudsopgave|inhoudsopgaaf|(?:table of )?contents|lijst (?:van|met) (?:figuren|tabellen))",
    re.IGNORECASE,
)

_BROKEN = re.compile(r"([^\W_]+)-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NEVER_JOINED = {"en", "of", "and", "or", "tot", "to", "dan", "als", "respectievelijk"}
_VOWEL = re.compile(r"[aeiouyà-öø-ÿ]", re.IGNORECASE)
_ABBREVIATIONS = frozenset(
    "wmo wlz awb avg abw anw aow awbz akw brp hbo mbo vmbo havo zzp ict uwv ozb svb eu wia wao wajong ioaw ioaz ciz cak"
    " cao bibob vog rivm pgb isd aba".split()
)


def strip_running_lines(pages: Sequence[str]) -> tuple[list[str], list[str]]:
    r"""The pages without their numbers and running heads and feet, and the lines that went.

    A running line is the first or the last line, its page number aside, of half of the pages, or of half of the
    left or the right ones, and of three at least, or of both where there are two; running text, list items and
    sources are none, nor are lines whose number is another on every page without counting these. A lone number
    goes where it counts the pages.
    What stands behind a running line is looked at in its turn, ``DEEPEST`` lines deep.

    >>> strip_running_lines(["De Wmo 7\n\nEen.", "De Wmo 8\n\nTwee.", "De Wmo 9\n\nDrie."])[0]
    ['\n\nEen.', '\n\nTwee.', '\n\nDrie.']
    """
    split = [page.split("\n") for page in pages]
    removed: list[str] = []
    for side in (0, -1):
        for _ in range(DEEPEST if len(pages) > 1 else 0):
            found = _running_lines(split, side)
            for page, line in found.items():
                removed.append(split[page][line].strip())
                split[page][line] = ""
    return ["\n".join(lines) for lines in split], removed


def strip_contents(pages: Sequence[str]) -> tuple[list[str], list[str]]:
    r"""The pages without their table of contents, and the lines that went.

    A table of contents is three or more lines in a row that end in a page number which never falls, after dots
    or under a title such as "Inhoud"; a line of the table may run over to a second one.

    >>> strip_contents(["Inhoud\nInleiding 3\nMethode 5\nSlot 9\nDe Wmo"])
    (['\n\n\n\nDe Wmo'], ['Inhoud', 'Inleiding 3', 'Methode 5', 'Slot 9'])
    """
    split = [page.split("\n") for page in pages]
    filled = [(page, line) for page, lines in enumerate(split) for line, text in enumerate(lines) if text.strip()]
    texts = [split[page][line].strip() for page, line in filled]
    removed = []
    for index in _contents(texts):
        page, line = filled[index]
        removed.append(texts[index])
        split[page][line] = ""
    return ["\n".join(lines) for lines in split], removed


def join_broken_words(pages: Sequence[str]) -> list[str]:
    r"""The pages with every word that a hyphen breaks at the end of a line, or of a page, whole on that line.

    The hyphen stays where the word has it elsewhere in the document, after an abbreviation, and before a
    capital or a digit.

    >>> join_broken_words(["De samen-\nwerking in de Wmo-\nraad."])
    ['De samenwerking\nin de Wmo-raad.']
    """
    split = [page.split("\n") for page in pages]
    words = {word for page in pages for word in _WORD.findall(page.casefold())}
    filled = [(page, line) for page, lines in enumerate(split) for line, text in enumerate(lines) if text.strip()]
    for (page, line), (next_page, next_line) in zip(filled, filled[1:], strict=False):
        if page == next_page and next_line != line + 1:
            continue
        head, tail = split[page][line].rstrip(), split[next_page][next_line].lstrip()
        joined = _joined(head, tail, words)
        if joined:
            split[page][line] = joined
            split[next_page][next_line] = tail.partition(" ")[2]
    return ["\n".join(_without_emptied(old.split("\n"), new)) for old, new in zip(pages, split, strict=True)]


def _without_emptied(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The new lines without those that were not empty and are now, which would look like a paragraph's end."""
    return (line for before, line in zip(old, new, strict=True) if line.strip() or not before.strip())


# Running lines


def _running_lines(pages: Sequence[Sequence[str]], side: int) -> dict[int, int]:
    """The pages, from 0, whose outermost line on one side is a running line or a page number, and that line."""
    edges = {page: filled[side] for page, lines in enumerate(pages) if (filled := _filled(lines))}
    lines = {page: pages[page][index].strip() for page, index in edges.items()}
    offset = _number_offset(lines)
    keys = {page: _edge_keys(line) for page, line in lines.items()}
    repeated = _repeated(keys, len(pages))
    return {
        page: edges[page]
        for page, line in lines.items()
        if _is_number(line, page, offset) or not repeated.isdisjoint(keys[page])
    }


def _filled(lines: Sequence[str]) -> list[int]:
    return [index for index, line in enumerate(lines) if line.strip()]


def _edge_keys(line: str) -> dict[str, int | None]:
    """The cells of a line as they are compared, each with the number that may count the pages.

    They are without that number, unless it counts chapters or the like.
    """
    if is_running(line) or _NOT_RUNNING.search(line):
        return {}
    cells = [" ".join(cell.casefold().split()) for cell in line.split("|")]
    words = [cell for cell in cells if any(char.isalpha() for char in cell)]
    if len(cells) - len(words) > 1:  # figures: the row of a table
        return {}
    figure = "".join(cell for cell in cells if cell not in words)
    keys: dict[str, int | None] = {}
    for cell in words:
        own = "" if _COUNTED.match(cell) else " ".join(_NUMBER_AT_END.findall(cell))
        numbers = _DIGITS.findall(figure) or _DIGITS.findall(own)
        keys[_NUMBER_AT_END.sub("#", cell) if own else cell] = int(numbers[-1]) if numbers else None
    return keys


def _is_number(line: str, page: int, offset: int | None) -> bool:
    """Whether the line is a page number: it says so, or it is ``offset`` more than the page's index."""
    number = _PAGE_NUMBER.fullmatch(line)
    counts = number is not None and offset is not None and int(number[1]) - page == offset
    return counts or _NAMED_PAGE_NUMBER.fullmatch(line) is not None


def _number_offset(lines: Mapping[int, str]) -> int | None:
    """What lone numbers are more than the index of their page, where that is the same on enough pages."""
    numbers = ((page, _PAGE_NUMBER.fullmatch(line)) for page, line in lines.items())
    offsets = Counter(int(match[1]) - page for page, match in numbers if match)
    offset, count = max(offsets.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    enough = count >= _LEAST_REPEATS or (offset == 1 and count > 1)
    return offset if enough else None


def _repeated(keys: Mapping[int, Mapping[str, int | None]], pages: int) -> set[str]:
    """The keys of the lines that half of all, of the left or of the right pages begin or end with."""
    found: set[str] = set()
    every = range(pages)
    for group in (every, every[::2], every[1::2]) if pages >= 2 * _LEAST_REPEATS else (every,):
        counts = Counter(key for page in group for key in keys.get(page, ()))
        often = {key for key, count in counts.items() if count >= max(min(_LEAST_REPEATS, pages), len(group) / 2)}
        found |= {key for key in often if _counts_pages({page: keys[page].get(key) for page in group if page in keys})}
    return found


def _counts_pages(numbers: Mapping[int, int | None]) -> bool:
    """Whether half of the numbers are the same, or as much more than the index of their page.

    >>> [_counts_pages(dict(enumerate(numbers))) for numbers in ([7, 8, 9], [2021, 2021], [100, 137, 174], [None])]
    [True, True, False, True]
    """
    given = [(page, number) for page, number in numbers.items() if number is not None]
    same, offsets = Counter(number for _, number in given), Counter(number - page for page, number in given)
    return 2 * max([*same.values(), *offsets.values()], default=0) >= len(given)


# The table of contents


def _contents(lines: Sequence[str]) -> Iterator[int]:
    """The indexes of the lines that are a table of contents, with its title."""
    index = 0
    while index < len(lines):
        titled = _CONTENTS.fullmatch(lines[index].rstrip(":")) is not None
        start = index + titled
        entries = _entries(lines, start, titled)
        if len(entries) >= _LEAST_CONTENTS:
            yield from range(index, entries[-1] + 1)
            index = entries[-1] + 1
        else:
            index += 1


def _entries(lines: Sequence[str], start: int, titled: bool) -> list[int]:
    """The indexes of the entries of a table of contents that begins at ``start``."""
    found: list[int] = []
    last = 0
    for index in range(start, len(lines)):
        match = _LEADER.match(lines[index]) or (_ENTRY.match(lines[index]) if titled else None)
        if match and int(match[2]) >= last:
            found.append(index)
            last = int(match[2])
        elif match or is_running(lines[index]) or index - (found[-1] if found else start - 1) > 1:
            break
        elif not found and not titled:
            break
    return found


# Broken words


def _joined(head: str, tail: str, words: set[str]) -> str | None:
    """The line ``head`` with the rest of its last word, which opens ``tail``; None where no word is broken."""
    broken = _BROKEN.search(head)
    follows = re.match(r"[^\W_]+", tail)
    if not broken or not follows or follows[0] in _NEVER_JOINED:
        return None
    rest = tail.partition(" ")[0]
    part, word = broken[1], follows[0]
    if not word[0].islower():
        same = (part[0].isupper() and word[0].isupper()) or (part[-1].isdigit() and word[0].isdigit())
        return head + rest if same else None
    if len(part) < 2 and not part.isalpha():
        return None
    keeps = _is_abbreviation(part) or part[-1].isdigit() or f"{part}-{word}".casefold() in words
    return head + rest if keeps else head[:-1] + rest


def _is_abbreviation(part: str) -> bool:
    """Whether a word takes a hyphen before what is joined to it.

    >>> [_is_abbreviation(part) for part in ("GGZ", "Wmo", "onder")]
    [True, True, False]
    """
    inner = any(char.isupper() for char in part[1:])
    return inner or len(part) == 1 or not _VOWEL.search(part) or part.casefold() in _ABBREVIATIONS
