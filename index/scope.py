"""Enters: what a reader wants to search within, and the reports. Leaves: the ids of the reports that match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process

from corpus.errors import UsageError
from corpus.types import Report
from index.dutch import fold

_LISTED = 12


@dataclass(frozen=True)
class Scope:
    """Which reports are searched: those that meet every condition that is given; without any, all of them.

    ``reports`` are ids, ``publishers`` names in whatever case, ``since`` and ``until`` years of publication, both
    included. A report of which the year is not known lies outside every scope with a year.
    """

    reports: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None

    def admits(self, report: Report) -> bool:
        """Whether a report is searched.

        >>> report = Report("r", "Samen", "SCP", "2021-03-02", (), "nl", "", "r.md", "")
        >>> [scope.admits(report) for scope in (Scope(publishers=frozenset({"scp"})), Scope(until=2020), EVERYTHING)]
        [True, False, True]
        """
        return (
            (not self.reports or report.id in self.reports)
            and (not self.publishers or same_name(report.publisher) in {same_name(name) for name in self.publishers})
            and _is_between(report.year, self.since, self.until)
        )

    def choose(self, reports: Sequence[Report]) -> frozenset[str]:
        """The ids of the reports that are searched.

        Raises:
            UsageError: a report or publisher is not known, the years are reversed, or no report meets all conditions.
        """
        _require_known(self.reports, {report.id for report in reports}, "rapport", "report")
        publishers = {same_name(report.publisher): report.publisher for report in reports if report.publisher}
        unknown = frozenset(name for name in self.publishers if same_name(name) not in publishers)
        _require_known(unknown, set(publishers.values()), "uitgever", "publisher")
        chosen = frozenset(report.id for report in reports if self.admits(report))
        if self != EVERYTHING and not chosen:
            raise _nothing(self, reports)
        return chosen

    def describe(self, language: str) -> str:
        """The conditions in words, in ``"nl"`` or ``"en"``; empty where there are none.

        >>> Scope(publishers=frozenset({"SCP"}), since=2019, until=2021).describe("nl")
        'uitgever SCP, 2019 tot en met 2021'
        """
        dutch = language == "nl"
        parts = []
        if self.reports:
            parts.append(("rapport " if dutch else "report ") + ", ".join(sorted(self.reports)))
        if self.publishers:
            parts.append(("uitgever " if dutch else "publisher ") + ", ".join(sorted(self.publishers)))
        if self.since is not None and self.until is not None:
            parts.append(f"{self.since} {'tot en met' if dutch else 'to'} {self.until}")
        elif self.since is not None:
            parts.append(f"{'vanaf' if dutch else 'from'} {self.since}")
        elif self.until is not None:
            parts.append(f"{'tot en met' if dutch else 'up to'} {self.until}")
        return ", ".join(parts)


EVERYTHING = Scope()
"""The scope without conditions."""


def same_name(name: str) -> str:
    """A name without what does not set it apart: case, accents, and white space around or doubled in it.

    >>> same_name(" Gemeente  Zandewáard")
    'gemeente zandewaard'
    """
    return " ".join(fold(name).split())


def years(reports: Iterable[Report]) -> tuple[int, ...]:
    """The years of publication that are known, each once, in order."""
    return tuple(sorted({int(report.year) for report in reports if report.year.isdecimal()}))


def _is_between(year: str, since: int | None, until: int | None) -> bool:
    if since is None and until is None:
        return True
    if not year.isdecimal():
        return False
    return (since is None or since <= int(year)) and (until is None or int(year) <= until)


def _require_known(names: frozenset[str], known: set[str], nl: str, en: str) -> None:
    unknown = sorted(names - known)
    if not unknown:
        return
    near = [found for found, *_ in process.extract(unknown[0], sorted(known), limit=_LISTED)]
    listed, more = ", ".join(near) or "–", len(known) - len(near)
    raise UsageError(
        nl=f"Er is geen {nl} {unknown[0]!r}. Wel: {listed}{f', en nog {more}' if more else ''}.",
        en=f"There is no {en} {unknown[0]!r}. There is: {listed}{f', and {more} more' if more else ''}.",
    )


def _nothing(scope: Scope, reports: Sequence[Report]) -> UsageError:
    known = years(reports)
    span = f"{known[0]}–{known[-1]}" if known else "?"
    return UsageError(
        nl=f"Geen van de {len(reports)} rapporten past bij: {scope.describe('nl')}. "
        f"Er zijn rapporten uit {span}; bekijk ze met: wmo list",
        en=f"None of the {len(reports)} reports fits: {scope.describe('en')}. "
        f"There are reports from {span}; see them with: wmo list",
    )
