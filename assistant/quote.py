"""A quote as a language model wrote it goes in, the exact span of the report that it repeats comes out, or None.

Text and quote are brought to one form in which only the marks of typesetting are gone: white space and line breaks,
hyphens at line ends, the kinds of quotation marks and dashes, ligatures, invisible characters, the two ways to write an
accent.
Words, their order, digits, punctuation and capitals stay. Each character of that form knows where it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

MIN_QUOTE_WORDS = 4
"""Fewer words recur by chance in a passage about the same subject and prove nothing."""

_LONGEST = 8  # times the span, which no accents, spaces and invisible characters add up to
_AROUND_CHARS = 8  # of the text beside the span, to tell whether a word goes on there
_MARKS = dict.fromkeys('"“”„‟«»‘’‚‛‹›`´＂＇', "'")
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-") | dict.fromkeys("\u2014\u2015", "\u2014")
_LIGATURES = {char: unicodedata.normalize("NFKD", char) for char in ("ĳ", "Ĳ", *map(chr, range(0xFB00, 0xFB07)))}
_SPELT = _MARKS | _DASHES | _LIGATURES | {"…": "...", "\u00a0": " ", "\u202f": " "}

_TO_SPELL = re.compile(r"\u00ad[ \t]*\n\s*|[^\x00-\x21\x23-\x5f\x61-\x7f]|[\x00-\x08\x0e-\x1b]")
_WORD_END = r"(?:(?<=[^\W_])|(?<=[\u0300-\u036f]))"
# a soft or hard hyphen inside a word, whether or not a line ends there; a spaced dash; white space
_TO_SPACE = re.compile(rf"{_WORD_END}-\s*(?=[^\W_])|\s*(?:\u2014|--+)\s*|\s+")
_ELLIPSIS = r"(?:\[\s*\.{3,}\s*\]|\(\s*\.{3,}\s*\)|\.{3,})"
_ENDS = re.compile(rf"^(?:[\s']|{_ELLIPSIS})+|(?:[\s']|{_ELLIPSIS})+$")
_WORD = re.compile(r"[^\W_]+")
_JOINERS = "-'./_@&:"


def find_quote(quote: str, content: str, start: int, end: int) -> tuple[int, int] | None:
    r"""The offsets in ``content`` of the first place inside ``[start, end)`` where ``quote`` stands, or None.

    A place counts where both say the same once ``normalise_quote`` has brought them to one form, and where the quote
    begins and ends with whole words and whole numbers: "can" is not quoted from "can't", nor "3" from "3,1%", nor
    "verzekerden" from "niet-verzekerden". Only the very first letter may differ in case, as a quote that begins in
    mid-sentence gets a capital and changes nothing; elsewhere a capital tells a name from a word. Quotation marks or
    an ellipsis around the quote that the text does not have are left off. A quote of fewer than ``MIN_QUOTE_WORDS``
    words is never found.

    >>> content = "De samen-\nwerking is ‘niet’ duur."
    >>> find_quote('"de samenwerking is "niet" duur…"', content, 0, len(content))
    (0, 32)
    >>> find_quote("De samenwerking is duur", content, 0, len(content)) is None
    True
    """
    if len(quote) > _LONGEST * (end - start) + _LONGEST:
        return None
    first = max(start - _AROUND_CHARS, 0)
    folded, places = _fold(content[first : end + _AROUND_CHARS])
    places = [first + place for place in places]
    whole = _fold(quote)[0].strip()
    for needle in dict.fromkeys((whole, _ENDS.sub("", whole))):
        if len(_WORD.findall(needle)) >= MIN_QUOTE_WORDS and (span := _find(needle, folded, places, start, end)):
            return span
    return None


def normalise_quote(quote: str) -> str:
    r"""The one form of a quote in which all its harmless variants are equal, without marks or an ellipsis around it.

    >>> normalise_quote("“De samen-\nwerking  …”") == normalise_quote("De samenwerking")
    True
    """
    return _ENDS.sub("", _fold(quote)[0])


def _find(needle: str, folded: str, places: list[int], start: int, end: int) -> tuple[int, int] | None:
    """The first place of a needle between whole words, whatever the case of its first letter."""
    head, rest = needle[0].lower(), needle[1:]
    at = folded.find(rest, 1) - 1
    while at >= 0:
        last = at + len(needle)
        span = places[at], places[last - 1] + 1
        if (
            folded[at].lower() == head
            and start <= span[0]
            and span[1] <= end
            and not _is_inside(folded, at)
            and not _is_inside(folded, last)
        ):
            return span
        at = folded.find(rest, at + 2) - 1
    return None


def _is_inside(folded: str, at: int) -> bool:
    """Whether a word or a number goes on across the place before the character at ``at``."""
    if not 0 < at < len(folded):
        return False
    two_before, before = folded[at - 2 : at - 1] if at > 1 else "", folded[at - 1]
    after, two_after = folded[at], folded[at + 1 : at + 2]
    if unicodedata.combining(after) or (_in_word(before) and _in_word(after)):
        return True
    if (before.isdigit() and after in "%‰°") or (before in "€$£" and after.isdigit()):
        return True
    if before == "-" and after.isdigit() and not two_before.strip():  # a minus
        return True
    return _joins(two_before, before, after) or _joins(before, after, two_after)


def _joins(left: str, mark: str, right: str) -> bool:
    """Whether a mark holds two parts of one word or number together; a point after a word may also end a sentence."""
    if not (left and right and _in_word(left) and _in_word(right)):
        return False
    if mark == ",":
        return left.isdigit() and right.isdigit()
    if mark == "." and not left.isdigit():
        return right.islower()
    return mark in _JOINERS


def _in_word(char: str) -> bool:
    return char.isalpha() or char.isdecimal() or unicodedata.combining(char) > 0


def _fold(text: str) -> tuple[str, list[int]]:
    """A text in the one form, and for each of its characters the offset in ``text`` that it came from."""
    folded, places = _replace(text, list(range(len(text))), _TO_SPELL, lambda found: _spell(found[0]))
    return _replace(folded, places, _TO_SPACE, _space)


def _replace(
    text: str, places: list[int], pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]
) -> tuple[str, list[int]]:
    pieces: list[str] = []
    kept: list[int] = []
    done = 0
    for found in pattern.finditer(text):
        new = replacement(found)
        pieces += (text[done : found.start()], new)
        kept += places[done : found.start()]
        kept += [places[found.start()]] * len(new)
        done = found.end()
    pieces.append(text[done:])
    return "".join(pieces), kept + places[done:]


@cache
def _spell(char: str) -> str:
    """A character as it counts: nothing for an invisible one, letter and accent apart, one kind of mark and dash."""
    if char in _SPELT:
        return _SPELT[char]
    if len(char) > 1:  # a soft hyphen at the end of a line
        return ""
    if char.isspace():
        return " "
    if unicodedata.category(char) in ("Cf", "Cc") or 0xFE00 <= ord(char) <= 0xFE0F:
        return ""
    return unicodedata.normalize("NFD", char)


def _space(found: re.Match[str]) -> str:
    """What stands for a hyphen in a word, a dash or white space."""
    mark = found[0].strip()
    if not mark:
        return " "
    if mark != "-":
        return " - "
    text, at, last = found.string, found.start(), found.end()
    return "-" if text[at - 1].isdigit() and text[last].isdigit() else ""
