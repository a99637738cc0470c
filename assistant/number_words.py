"""A Dutch or English word goes in, the number that it stands for comes out, or None."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache

_UNITS = {
    word: value
    for words in (
        "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien"
        " zeventien achttien negentien",
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen",
    )
    for value, word in enumerate(words.split())
} | {"één": 1, "eén": 1, "éen": 1, "dozijn": 12, "dozen": 12}
_TENS = {
    word: 10 * value
    for words in (
        "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
        "twenty thirty forty fifty sixty seventy eighty ninety",
    )
    for value, word in enumerate(words.split(), start=2)
}
_SCALES = {
    word: 10**power
    for power, words in (
        (2, "honderd hundred"),
        (3, "duizend thousand"),
        (6, "miljoen mln mio million"),
        (9, "miljard mld billion bn"),
    )
    for word in words.split()
}
_HALVES = {"anderhalf": Fraction(3, 2), "anderhalve": Fraction(3, 2)}
_SHARES = {
    word: Fraction(share)
    for share, words in (
        ("1/2", "half halve helft"),
        ("1/4", "kwart quarter kwartaal"),
        ("3/4", "driekwart"),
        ("1/3", "eenderde éénderde"),
        ("2/3", "tweederde"),
    )
    for word in words.split()
}
_ORDINALS = {
    word: value
    for words in (
        "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
    )
    for value, word in enumerate(words.split(), start=1)
}
_MONTHS = {
    word: value
    for words in (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "january february march april may june july august september october november december",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
        "jan feb mar apr may jun jul aug sept oct nov dec",
    )
    for value, word in enumerate(words.split(), start=1)
}
_COUPLE = {"beide", "beiden", "both", "twice", "double", "doubled", "dubbel", "dubbele", "verdubbeld", "verdubbelde"}
_GROUP = re.compile(r"(.+)tal$")
_AND_A_HALF = re.compile(r"(.+?)[eë]n(?:een)?hal(?:f|ve)")


@cache
def number_of(word: str) -> Fraction | None:
    """The number that one word is, compounds too.

    >>> number_of("Vijfentwintig"), number_of("tweehonderdtien"), number_of("honderden"), number_of("drieënhalf")
    (Fraction(25, 1), Fraction(210, 1), None, Fraction(7, 2))
    """
    word = word.casefold()
    if word in _HALVES:
        return _HALVES[word]
    if (found := _AND_A_HALF.fullmatch(word)) and found[1] in _UNITS:
        return _UNITS[found[1]] + Fraction(1, 2)
    if found := _GROUP.fullmatch(word):  # drietal
        word = found[1]
    value = _whole(word)
    return None if value is None else Fraction(value)


def scale_of(word: str) -> Fraction | None:
    """What a word multiplies the number before it by: a hundred to a thousand million."""
    value = _SCALES.get(word.casefold())
    return None if value is None else Fraction(value)


def share_of(word: str) -> Fraction | None:
    """The share that a word is by itself, such as "helft" or "half"."""
    return _SHARES.get(word.casefold())


def part_of(word: str) -> Fraction | None:
    """The part that a word is after a number, such as "derde" in "twee derde" or "quarters" in "three quarters"."""
    word = word.casefold()
    for stem in (word, word.removesuffix("s"), word.removesuffix("n")):
        if stem in ("kwart", "quarter"):
            return Fraction(1, 4)
        if _ORDINALS.get(stem, 0) > 2:
            return Fraction(1, _ORDINALS[stem])
    return None


def ordinal_of(word: str) -> Fraction | None:
    """The number of an ordinal such as "vierde" or "fourth", to twelve."""
    value = _ORDINALS.get(word.casefold())
    return None if value is None else Fraction(value)


def month_of(word: str) -> Fraction | None:
    """The number of a month, from 1, by its name or its short name."""
    value = _MONTHS.get(word.casefold())
    return None if value is None else Fraction(value)


def is_couple(word: str) -> bool:
    """Whether a word says that there are two of something without counting: "beide", "twice"."""
    return word.casefold() in _COUPLE


def _whole(word: str) -> int | None:
    """The whole number that a word is: a plain one, or a Dutch compound."""
    if word in _UNITS or word in _TENS or word in _SCALES:
        return _UNITS.get(word) or _TENS.get(word) or _SCALES.get(word) or 0
    for scale in ("duizend", "honderd"):
        left, found, right = word.partition(scale)
        if found and (left or right) and right != "en":
            times = _whole(left) if left else 1
            rest = _whole(right[2:] if right.startswith(("en", "ën")) and right[2:] else right) if right else 0
            return None if times is None or rest is None or rest >= _SCALES[scale] else times * _SCALES[scale] + rest
    for ten, value in _TENS.items():
        unit = re.fullmatch(rf"(.+)(?:en|ën){ten}", word)
        if unit and _UNITS.get(unit[1], 0) in range(1, 10):
            return value + _UNITS[unit[1]]
    return None
