"""What a visitor may search within: the values of four fields go in, a Scope and its description come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.reader import shorten
from assistant.wording import WORDING, count_reports
from corpus.types import Report
from index.scope import Scope, years

_TITLE_CHARS = 60


def make_scope(reports: Sequence[str], publishers: Sequence[str], since: str, until: str) -> Scope:
    """The scope that the fields ask for; an empty field sets no condition.

    >>> make_scope([], ["SCP"], "2019", "")
    Scope(reports=frozenset(), publishers=frozenset({'SCP'}), since=2019, until=None)
    """
    return Scope(frozenset(reports), frozenset(publishers), *(int(year) if year else None for year in (since, until)))


def describe(scope: Scope, reports: Mapping[str, Report], language: str) -> str:
    """The conditions of a scope in words, its report by title, or several by their number; empty without any.

    >>> describe(Scope(frozenset({"a", "b"}), until=2021), {}, "nl")
    '2 rapporten, tot en met 2021'
    """
    others = Scope(publishers=scope.publishers, since=scope.since, until=scope.until).describe(language)
    titles = [f"“{shorten(reports[i].title, _TITLE_CHARS)}”" for i in scope.reports if i in reports]
    named = titles[0] if len(scope.reports) == len(titles) == 1 else count_reports(len(scope.reports), language)
    return ", ".join(filter(None, [named if scope.reports else "", others]))


def report_choices(reports: Mapping[str, Report]) -> list[tuple[str, str]]:
    """Title with year, and id, of every report in order of title."""
    rows = sorted(reports.values(), key=lambda report: report.title.casefold())
    return [(f"{shorten(r.title, _TITLE_CHARS)}{f' ({r.year})' if r.year else ''}", r.id) for r in rows]


def publisher_choices(reports: Mapping[str, Report]) -> list[str]:
    """The publishers, each once, in order."""
    return sorted({report.publisher for report in reports.values() if report.publisher}, key=str.casefold)


def year_choices(reports: Mapping[str, Report], language: str) -> list[tuple[str, str]]:
    """The years of publication, newest first, after a choice that sets no condition."""
    return [(WORDING[language].any_year, ""), *((str(year), str(year)) for year in reversed(years(reports.values())))]
