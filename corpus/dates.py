"""A line of Dutch or English text goes in, the date in it comes out as the catalogue writes it."""

from __future__ import annotations

import re
from datetime import date

EARLIEST_YEAR = 1950

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:e|st|nd|rd|th)?", r"(?P<year>(?:19|20)\d\d)"
_FORMS = [
    re.compile(pattern, re.IGNORECASE | re.ASCII)  # else "ı" is an "i" here and in no name of a month
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        r"^D:(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.]{_YEAR}(?!\d)",
        rf"(?<![\d\w]){_DAY}(?: of)? {_MONTH},? {_YEAR}(?!\d)",
        rf"\b{_MONTH} {_DAY},? {_YEAR}(?!\d)",
        rf"\b{_MONTH} {_YEAR}(?!\d)",
        rf"^{_YEAR}(?:-(?P<month>\d\d))?$",
    )
]
# the year of an act or of a period is not the year of the report on it
_PLAIN_YEAR = re.compile(
    r"(?<![\w/–-])(?<!wmo )(?<!wet )(?<!awbz )(?<!sinds )(?<!vanaf )(?<!since )(?<!from )"
    r"(?P<year>(?:19|20)\d\d)(?![\w/–-])",
    re.IGNORECASE,
)


def month_number(name: str) -> int | None:
    """The number of a month by its Dutch or English name, in full or shortened; None for any other word.

    >>> month_number("Okt"), month_number("august"), month_number("week")
    (10, 8, None)
    """
    return _MONTHS.get(name.casefold())


def find_date(text: str, latest_year: int) -> str:
    """The first date in ``text`` as YYYY-MM-DD, YYYY-MM or YYYY; empty where there is none up to ``latest_year``.

    A date of three numbers is read the Dutch way, day first.

    >>> find_date("Gepubliceerd op: 30-08-2021", 2030), find_date("May 3rd, 2022", 2030), find_date("mei 2020", 2030)
    ('2021-08-30', '2022-05-03', '2020-05')
    """
    for form in _FORMS:
        for match in form.finditer(text.strip()):
            if found := _iso(match.groupdict(), latest_year):
                return found
    return ""


def without_dates(text: str) -> str:
    """The text without the dates in it.

    >>> without_dates("Gepubliceerd: 9 mei 2022, herzien 10-05-2022")
    'Gepubliceerd: , herzien '
    """
    for form in _FORMS:
        text = form.sub("", text)
    return text


def find_years(text: str, latest_year: int) -> list[str]:
    """The years in ``text`` that stand alone and are not an act's, such as "Wmo 2015".

    >>> find_years("Evaluatie Wmo 2015, Den Haag, 2019", 2030)
    ['2019']
    """
    years = (match["year"] for match in _PLAIN_YEAR.finditer(text))
    return [year for year in years if EARLIEST_YEAR <= int(year) <= latest_year]


def _iso(parts: dict[str, str | None], latest_year: int) -> str:
    year = int(parts["year"] or 0)
    name = parts.get("month")
    month = (_MONTHS.get(name.casefold()) or int(name)) if name else None
    number = parts.get("day")
    day = int(number) if number else None
    if not EARLIEST_YEAR <= year <= latest_year:
        return ""
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return ""
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
