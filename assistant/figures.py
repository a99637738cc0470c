"""A Dutch or English text goes in, the figures in it come out by value: numbers, years, shares, amounts and months."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from assistant.number_words import is_couple, month_of, number_of, ordinal_of, part_of, scale_of, share_of
from corpus.language import find_language


@dataclass(frozen=True)
class Figure:
    """One figure of a text, at ``start`` to ``end``.

    ``kind`` is ``"number"``, ``"year"``, ``"percentage"``, ``"amount"``, ``"fraction"`` or ``"month"``. ``values`` are
    the numbers that its spelling may stand for. ``ratio`` is the share that a percentage, a fraction or "2 in 5" is, 1
    for the whole. ``scale`` is the thousand of "5 thousand". ``loose`` are further kinds that its text allows it to be.
    ``claims`` says whether a statement says something by it: "one of them" does not.
    """

    start: int
    end: int
    kind: str
    values: frozenset[Fraction]
    ratio: Fraction | None = None
    scale: Fraction = Fraction(1)
    loose: frozenset[str] = frozenset()
    claims: bool = True

    @property
    def code(self) -> str:
        """Its kind, a colon and its value in plain digits.

        >>> find_figures("Dat is 3,1 procent.")[0].code
        'percentage:3.1'
        """
        value = self.ratio if self.kind == "fraction" and self.ratio is not None else max(self.values)
        return f"{self.kind}:{int(value) if value.denominator == 1 else round(float(value), 2)}"


_TOKEN = re.compile(
    r"(?P<date>(?<![\d.-])(?:\d{1,2}([-/.])\d{1,2}\2(?:19|20)\d{2}|(?:19|20)\d{2}-\d{2}-\d{2})(?!\d))"
    r"|(?<![^\W\d_])(?<![^\W\d_][-_])(?<!\d)(?P<digits>\d+(?:[.,’'\u00a0\u202f]\d+)*)(?P<suffix>(?:s|e|de|ste|st|nd|rd|th)\b)?"
    r"|(?P<part>[½¼¾⅓⅔⅕⅖⅗⅘])|(?P<word>[^\W\d_]+)"
)
_PARTS = dict(zip("½¼¾⅓⅔⅕⅖⅗⅘", map(Fraction, "1/2 1/4 3/4 1/3 2/3 1/5 2/5 3/5 4/5".split()), strict=True))
_MARKER = re.compile(r"\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")
_ITEM_NUMBER = re.compile(r"^\s*(?:[-•*]\s*)?\(?\d{1,2}[.)](?=\s)", re.MULTILINE)
_ACT = r"(?:Wmo|Wet maatschappelijke ondersteuning|Jeugdwet|Participatiewet|(?:Social Support|Youth|Participation) Act)"
_ACT_YEAR = re.compile(rf"\b{_ACT}\s*\(?(?:uit |van |of |from )?201[45]\b|\b201[45](?= {_ACT})", re.IGNORECASE)

_PERCENT = re.compile(r"[\s-]*(?:%|(?:procent|percent|per\scent|pct\b))", re.IGNORECASE)
_PERCENT_HEADER = re.compile(r"percentages?\b|\(%\)|\bin (?:%|procenten|percent)", re.IGNORECASE)
_EURO_BEFORE = re.compile(r"(?:€|\bEUR|\beuro)\s*$", re.IGNORECASE)
_EURO_AFTER = re.compile(r"[\s-]*(?:€|EUR\b|euro)", re.IGNORECASE)
_EURO = re.compile(r"€|\beuro|\bEUR\b", re.IGNORECASE)
_GAP = re.compile(r"[\s-]?")
_RANGE = re.compile(
    r"\s*(?:,|[-–/]|\b(?:tot en met|tot|en|of|à|naar|to|and|or|through)\b)\s*(?:(?:de|the|€)\s*)?", re.IGNORECASE
)
_OUT_OF = re.compile(r"\s+(?:op|in|van|of|out of)\s+(?:(?:de|elke|iedere|the|every|each)\s+)?", re.IGNORECASE)
_OF_FOLLOWS = re.compile(r"\s+(?:van|deel|of)\b|\s*(?:[.,;:)!?]|$)", re.IGNORECASE)
_COUNTED = re.compile(r"\s+(?:[^\W\d_]+(?:en|s)|jaar|uur|van|op|tot|à)\b", re.IGNORECASE)
_DAY_BEFORE = re.compile(r"\b\d{1,2}(?:e|st|nd|rd|th)?(?: of)?\s+$")
_DAY_AFTER = re.compile(r"\.?,?\s+(?:(?:19|20)\d{2}|\d{1,2}(?:st|nd|rd|th)?\b(?!\s*(?:%|procent|percent)))")
_NEAR = Fraction(1, 200)  # a third is 33% and 33.3%
_KINDS = {"number": {"number", "year", "amount"}, "year": {"year", "number"}}


def find_figures(text: str, language: str = "") -> tuple[Figure, ...]:
    """The figures of a text in order; ``language`` tells what 3.100 and "ten" are, and where it is empty the text does.

    Markers such as [1], the numbers of list items, and digits inside a name (G4) are no figures. The year in the name
    of an act claims nothing, nor do "one", an ordinal to the third, and "both"; they may stand for a figure claimed.

    >>> [figure.code for figure in find_figures("Van 2015 tot 2019 steeg het met twee derde tot € 1,5 mln.")]
    ['year:2015', 'year:2019', 'fraction:0.67', 'amount:1500000']
    """
    for pattern in (_MARKER, _ITEM_NUMBER):
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    tokens = list(_TOKEN.finditer(text))
    figures = _with_ratios(text, _with_shared_units(text, list(_read(text, tokens, language))))
    named = [found.span() for found in _ACT_YEAR.finditer(text)]
    loose = frozenset(kind for kind, sign in (("percentage", _PERCENT_HEADER), ("amount", _EURO)) if sign.search(text))
    return tuple(
        replace(
            figure,
            loose=loose if figure.kind == "number" else frozenset(),
            claims=figure.claims and not any(start <= figure.start < end for start, end in named),
        )
        for figure in figures
    )


def supports(known: Figure, claim: Figure) -> bool:
    """Whether a figure of a quote is the figure of a statement: of a kind that fits, and of the same value.

    A plain number may be said of an amount, not an amount of a plain number; a share of 40% is also 2 in 5.
    """
    if known.ratio is not None and claim.ratio is not None:
        apart = abs(known.ratio - claim.ratio)
        return apart == 0 if known.kind == claim.kind == "percentage" else apart <= _NEAR
    wanted = _KINDS.get(claim.kind, {claim.kind}) | (claim.loose & {"percentage"})
    return bool(wanted & {known.kind, *known.loose}) and bool(known.values & claim.values)


# One after another


def _read(text: str, tokens: Sequence[re.Match[str]], language: str) -> Iterator[Figure]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        used = 1
        if token["date"]:
            yield from _read_date(token, language)
        elif token["word"] and (month := month_of(token[0])) and _is_month(text, token):
            yield Figure(token.start(), token.end(), "month", frozenset({month}))
        elif token["word"] and (is_couple(token[0]) or ordinal_of(token[0])):
            number = ordinal_of(token[0]) or Fraction(2)
            yield Figure(token.start(), token.end(), "number", frozenset({number}), claims=number > 3)
        elif found := _read_number(text, tokens[at : at + 8], language):
            figure, used = found
            yield figure
        at += used


def _read_date(token: re.Match[str], language: str) -> Iterator[Figure]:
    """Day, month and year of a date in digits; day and month may change places where English is possible."""
    first, second, third = map(Fraction, re.findall(r"\d+", token[0]))
    year, month, day = (first, second, third) if first > 31 else (third, second, first)
    swaps = first <= 12 and second <= 12 and language != "nl" and token[2] == "/"
    for kind, value in (("number", day), ("month", month)):
        yield Figure(*token.span(), kind, frozenset({first, second} if swaps else {value}))
    yield Figure(*token.span(), "year", frozenset({year}))


def _is_month(text: str, token: re.Match[str]) -> bool:
    """Whether a word that may be a month stands beside a day or a year; "may" and "march" are often no months."""
    if _DAY_BEFORE.search(text, max(0, token.start() - 12), token.start()):
        return True
    return (token[0] not in ("may", "march", "mar")) and bool(_DAY_AFTER.match(text, token.end()))


def _read_number(text: str, tokens: Sequence[re.Match[str]], language: str) -> tuple[Figure, int] | None:
    """The number or share that the first token begins, and how many tokens it takes; None where it begins none."""
    first = tokens[0]
    if first["word"] and (share := share_of(first[0])):
        scaled = _scale_after(text, tokens)
        if scaled:
            scale, used = scaled
            return _classify(text, first, tokens[used - 1].end(), frozenset({share * scale}), scale), used
        return Figure(*first.span(), "fraction", frozenset(), ratio=share), 1
    values = _first_values(first, text, language)
    second = _next(text, tokens, 1)
    if first[0].casefold() in ("a", "an") and second and part_of(second[0]):  # a third
        values = frozenset({Fraction(1)})
    if not values:
        return None
    if second and (part := part_of(second[0])) and max(values) < 10 and not first["part"]:
        claims = max(values) > 1 or bool(_OF_FOLLOWS.match(text, second.end()))
        return Figure(first.start(), second.end(), "fraction", frozenset(), ratio=max(values) * part, claims=claims), 2
    used, limit, scale = 1, _limit(first), Fraction(1)
    while follows := _next(text, tokens, used):
        skip = follows[0].casefold() in ("and", "en", "een", "a")
        after = _next(text, tokens, used + 1) if skip else None
        if (times := scale_of(follows[0])) is not None:
            values, scale, limit = frozenset(value * times for value in values), times, times
        elif after and after[0].casefold() in ("a", "een") and (half := _next(text, tokens, used + 2)):
            if share_of(half[0]) != Fraction(1, 2) or first["digits"]:
                break
            values, used, limit = frozenset(value + Fraction(1, 2) for value in values), used + 2, Fraction(0)
        elif follows["part"]:
            values, limit = frozenset(value + _PARTS[follows[0]] for value in values), Fraction(0)
        elif after and limit >= 100 and _is_less(after, limit):
            values, used = frozenset(value + (number_of(after[0]) or 0) for value in values), used + 1
            limit = _limit(after)
        elif _is_less(follows, limit):
            values, limit = frozenset(value + (number_of(follows[0]) or 0) for value in values), _limit(follows)
        else:
            break
        used += 1
    is_one_word = used == 1 and first["word"] is not None
    figure = _classify(text, first, tokens[used - 1].end(), values, scale)
    is_verb = is_one_word and first[0].casefold() == "acht" and not _COUNTED.match(text, first.end())
    if figure.kind == "number" and ((is_one_word and values == {Fraction(1)}) or is_verb):
        figure = replace(figure, claims=False)
    return figure, used


def _next(text: str, tokens: Sequence[re.Match[str]], at: int) -> re.Match[str] | None:
    """The token at a place where nothing but a space or a hyphen parts it from the one before."""
    if at >= len(tokens) or not _GAP.fullmatch(text, tokens[at - 1].end(), tokens[at].start()):
        return None
    return tokens[at]


def _scale_after(text: str, tokens: Sequence[re.Match[str]]) -> tuple[Fraction, int] | None:
    """The scale after "half" or "half a", and how many tokens that takes together."""
    at = 2 if (follows := _next(text, tokens, 1)) and follows[0].casefold() == "a" else 1
    word = _next(text, tokens, at)
    scale = scale_of(word[0]) if word else None
    return (scale, at + 1) if scale else None


def _limit(token: re.Match[str]) -> Fraction:
    """The number below which a word that follows is added: 10 after "twenty", 100 after "hundred", else 0."""
    value = number_of(token[0]) if token["word"] else None
    if value is None:
        return Fraction(0)
    return scale_of(token[0]) or (Fraction(10) if value in range(20, 100, 10) else Fraction(0))


def _is_less(token: re.Match[str], limit: Fraction) -> bool:
    value = number_of(token[0]) if token["word"] else None
    return value is not None and 0 < value < limit and not (value == 1 and token[0].casefold() == "een")


def _first_values(token: re.Match[str], text: str, language: str) -> frozenset[Fraction]:
    if token["digits"]:
        return read_digits(
            token["digits"], language or find_language(text) if "." in token[0] or "," in token[0] else ""
        )
    if token["part"]:
        return frozenset({_PARTS[token[0]]})
    value = number_of(token[0])
    if value is None or (token[0].casefold() in ("ten", "dozen") and (language or find_language(text)) != "en"):
        return frozenset()
    return frozenset({value})


def read_digits(digits: str, language: str) -> frozenset[Fraction]:
    """The numbers that digits may stand for; 3.100 is two where the language is neither Dutch nor English.

    >>> read_digits("3.100", "nl") == {3100}, read_digits("3.1", "nl") == {Fraction("3.1")}, read_digits("1,2", "en")
    (True, True, frozenset({Fraction(6, 5)}))
    """
    digits = re.sub(r"[’'\u00a0\u202f]", "", digits)
    marks = re.findall(r"[.,]", digits)
    plain = Fraction(re.sub(r"[.,]", "", digits))
    if not marks:
        return frozenset({plain})
    whole, _, rest = digits.rpartition(marks[-1])
    decimal = Fraction(f"{re.sub('[.,]', '', whole)}.{rest}")
    if marks[-1] not in marks[:-1] and len(marks) > 1:
        return frozenset({decimal})
    if not re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits):
        return frozenset({decimal if len(marks) == 1 else plain})
    if len(marks) > 1:
        return frozenset({plain})
    if language not in ("nl", "en"):
        return frozenset({plain, decimal})
    return frozenset({plain if (marks[0] == ".") == (language == "nl") else decimal})


def _classify(text: str, token: re.Match[str], end: int, values: frozenset[Fraction], scale: Fraction) -> Figure:
    """The figure with its kind, by the signs around it."""
    start = token.start()
    years = {value for value in values if 1900 <= value < 2100 and value.denominator == 1}
    if _PERCENT.match(text, end):
        return Figure(start, end, "percentage", values, max(values) / 100 if len(values) == 1 else None, scale)
    if _EURO_BEFORE.search(text, max(0, start - 6), start) or _EURO_AFTER.match(text, end):
        return Figure(start, end, "amount", values, None, scale)
    if years and token["digits"] and token["digits"].isdigit() and scale == 1:
        if token["suffix"] == "s":  # the 1990s
            return Figure(start, end, "year", values | {max(years) % 100})
        return Figure(start, end, "year", values)
    if token["part"] and end == token.end():
        return Figure(start, end, "fraction", frozenset(), ratio=_PARTS[token[0]])
    return Figure(start, end, "number", values, None, scale)


# Side by side


def _with_shared_units(text: str, figures: list[Figure]) -> list[Figure]:
    """Plain numbers with the sign and the scale of the one they lead up to: "40 tot 45 procent", "5 à 10 miljoen"."""
    for at in range(len(figures) - 2, -1, -1):
        one, following = figures[at], figures[at + 1]
        if one.kind != "number" or one.scale != 1 or not _RANGE.fullmatch(text, one.end, following.start):
            continue
        if following.kind == "percentage":
            ratio = max(one.values) / 100 if len(one.values) == 1 else None
            figures[at] = replace(one, kind="percentage", ratio=ratio, claims=True)
        elif following.kind == "amount" or following.scale != 1:
            scaled = frozenset(value * following.scale for value in one.values)
            kind = following.kind if following.kind == "amount" else "number"
            figures[at] = replace(one, kind=kind, values=one.values | scaled, scale=following.scale)
    return figures


def _with_ratios(text: str, figures: list[Figure]) -> list[Figure]:
    """The figures; both numbers of "2 in 5" with the share that they are together."""
    for at, (one, other) in enumerate(pairwise(list(figures))):
        if one.kind == other.kind == "number" and _OUT_OF.fullmatch(text, one.end, other.start):
            if 0 < (ratio := max(one.values) / max(max(other.values), Fraction(1))) < 1:
                figures[at], figures[at + 1] = replace(one, ratio=ratio), replace(other, ratio=ratio)
    return figures
