"""Enters: a question and what reports are called. Leaves: how far each report is one that the question names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from corpus.types import Report
from index.dutch import is_stopword, words
from index.named import SHORTEST_NAME_CHARS, match_name, names_in

_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w’'-]*")
_TITLE_END = re.compile(r"[:?–]")
_SHORTEST_TOPIC_WORDS = 3
K = TypeVar("K")

# "volgens de rekenkamer", "according to van kuijk": what follows is a source, with a capital or without
_ARTICLES = "(?:de|het|the|van|der|den|ter|ten)"
_ACCORDING_TO = r"\b(?:volgens|according to)\s+"
_SOURCE = re.compile(rf"{_ACCORDING_TO}(?:{_ARTICLES}\s+)*(\w[\w’'-]*)", re.IGNORECASE)
_BEFORE_SOURCE = re.compile(_ACCORDING_TO, re.IGNORECASE)
_ARTICLE = re.compile(rf"{_ARTICLES}\s+", re.IGNORECASE)
_WORD_END = re.compile(r"\w\b")
_AND = re.compile(r"\s+(?:en|and)\s+", re.IGNORECASE)
_BESIDE = {
    "nl": re.compile(r"\b(?:en|of|als|dan|tot|tegenover|versus|vergeleken)\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:and|or|as|than|to|from|versus|compared)\b", re.IGNORECASE),
}
_AFTER_SOURCE = re.compile(r"\s*[,:]?")
_SINCE = re.compile(r"\b(?:sinds|vanaf|since)\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"\b(?:rapport\w*|onderzoek\w*|studies?|evaluatie\w*|brie(?:f|ven)|artikel\w*|publicaties?|factsheets?|columns?|"
    r"verschenen|gepubliceerd|reports?|stud(?:y|ies)|evaluations?|letters?|articles?|publications?|published)"
    r"\s+(?:uit|van|in|from|of)\s+((?:19|20)\d\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Naming:
    """What the reports of a corpus are called, each name with the ids of the reports it belongs to.

    ``words`` are the names in titles, publishers and authors, in lower case; ``titles`` and ``publishers`` are whole
    ones, as their words; ``years`` those of publication. ``sources`` are whole titles, publishers and authors as they
    are written, in lower case.
    """

    words: Mapping[str, frozenset[str]]
    titles: Mapping[tuple[str, ...], frozenset[str]]
    publishers: Mapping[tuple[str, ...], frozenset[str]]
    years: Mapping[int, frozenset[str]]
    sources: frozenset[str]

    @cached_property
    def _longest_source(self) -> int:
        return max(map(len, self.sources), default=0)

    @cached_property
    def _longest_phrase(self) -> int:
        return max(map(len, (*self.titles, *self.publishers)), default=0)

    def topic(self, question: str) -> str:
        """The question without "volgens …" or "according to …" before a known name: what it is about.

        A question of which too little would be left stays as it is.
        """
        kept, at = [], 0
        for mark in _BEFORE_SOURCE.finditer(question):
            end = self._source_end(question, mark.end())
            if end is not None:
                kept.append(question[at : mark.start()])
                at = end
        rest = " ".join(" ".join([*kept, question[at:]]).split()).replace(" ?", "?")
        return rest if len(words(rest)) >= _SHORTEST_TOPIC_WORDS else question

    def named(self, question: str, mentioning: Callable[[str], Set[str]]) -> dict[str, float]:
        """How far a question names each report, in (0, 1], by id; the reports that it does not name are left out.

        A report is named by its author, its publisher, a name in its title, or when it was published. A name that other
        reports mention too says less about where the answer is: it counts as one over the reports that have it, of
        which ``mentioning`` gives the ids. Where a question has both a name and a year, each counts for half.
        """
        by_name, by_year = self._by_name(question, mentioning), self._by_year(question)
        if not by_name or not by_year:
            return {**by_name, **dict.fromkeys(by_year, 1.0)}
        both = by_name.keys() | by_year
        return {report_id: (by_name.get(report_id, 0.0) + (report_id in by_year)) / 2 for report_id in both}

    def names(self, question: str) -> dict[str, frozenset[str]]:
        """The names in a question that titles, publishers and authors have, each with the ids of its reports."""
        known = {match_name(name, self.words.keys()) for name in names_in(question)}
        sources = {word for source in _SOURCE.findall(question) for word in words(source)}
        return {name: self.words[name] for name in known | sources if name and name in self.words}

    def sides(self, question: str, language: str) -> tuple[frozenset[str], ...]:
        """The ids of the reports of each name, where a question sets several beside each other; nothing elsewhere.

        Of names that share a report, the one of fewest reports counts.
        """
        if not _BESIDE[language].search(question):
            return ()
        called = {*self.names(question).values(), *self._phrased(question)}
        sides: list[frozenset[str]] = []
        for reports in sorted(called, key=lambda ids: (len(ids), sorted(ids))):
            if not any(reports & side for side in sides):
                sides.append(reports)
        return tuple(sides) if len(sides) > 1 else ()

    def _by_name(self, question: str, mentioning: Callable[[str], Set[str]]) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, called in self.names(question).items():
            share = 1 / len(called | mentioning(name))
            for report_id in called:
                found[report_id] = max(found.get(report_id, 0.0), share)
        for reports in self._phrased(question):
            found |= dict.fromkeys(reports, 1.0)
        return found

    def _phrased(self, question: str) -> Iterator[frozenset[str]]:
        """The ids of the reports of each title and publisher that a question has in full."""
        for phrase in _phrases(words(question), self._longest_phrase):
            yield from (known[phrase] for known in (self.titles, self.publishers) if phrase in known)

    def _source_end(self, question: str, at: int) -> int | None:
        """Where the source that begins at ``at`` ends, with a second one after "en" or "and", if it is a known name."""
        end = self._name_end(question, at)
        if end is None:
            return None
        link = _AND.match(question, end)
        second = self._name_end(question, link.end()) if link else None
        after = _AFTER_SOURCE.match(question, second or end)
        return after.end() if after else second or end

    def _name_end(self, question: str, at: int) -> int | None:
        """Where the longest known name that begins at ``at`` ends, articles before it aside."""
        for match in reversed([*_WORD_END.finditer(question, at, at + self._longest_source)]):
            if question[at : match.end()].lower() in self.sources:
                return match.end()
        article = _ARTICLE.match(question, at)
        return self._name_end(question, article.end()) if article else None

    def _by_year(self, question: str) -> frozenset[str]:
        exact = {int(year) for year in _PUBLISHED.findall(question)}
        since = min((int(year) for year in _SINCE.findall(question)), default=None)
        return frozenset[str]().union(
            *(
                reports
                for year, reports in self.years.items()
                if year in exact or (not exact and since is not None and year >= since)
            )
        )


def read_naming(reports: Iterable[Report]) -> Naming:
    """What reports are called.

    >>> report = Report("r", "Wachten op de taxi", "Rekenkamer Breda", "2021", ("Eva de Boer",), "nl", "", "r.md", "")
    >>> naming = read_naming([report])
    >>> naming.named("Wat zegt De Boer?", lambda name: {"r", "s"}), naming.named("Rapporten uit 2021?", lambda _: set())
    ({'r': 0.5}, {'r': 1.0})
    >>> naming.topic("Hoe lang duurt het volgens Rekenkamer Breda, gemiddeld?")
    'Hoe lang duurt het gemiddeld?'
    """
    names: dict[str, set[str]] = {}
    titles: dict[tuple[str, ...], set[str]] = {}
    publishers: dict[tuple[str, ...], set[str]] = {}
    years: dict[int, set[str]] = {}
    sources: set[str] = set()
    for report in reports:
        main_title = _TITLE_END.split(report.title)[0].strip()
        sources |= {report.title, main_title, report.publisher, *report.authors, *map(_surname, report.authors)}
        for line in (report.title, report.publisher, *report.authors):
            for name in _names_of(line):
                names.setdefault(name, set()).add(report.id)
        for title in (report.title, main_title):
            if len(phrase := tuple(words(title))) > 1:
                titles.setdefault(phrase, set()).add(report.id)
        if publisher := tuple(words(report.publisher)):
            publishers.setdefault(publisher, set()).add(report.id)
        if report.year.isdecimal():
            years.setdefault(int(report.year), set()).add(report.id)
    spelled = frozenset(source.lower() for source in sources)
    return Naming(_frozen(names), _frozen(titles), _frozen(publishers), _frozen(years), spelled)


def _names_of(line: str) -> set[str]:
    """The words of a title, publisher or author that are written with a capital."""
    capital = {word for match in _CAPITAL.findall(line) for word in words(match)}
    return {
        word
        for word in capital
        if len(word) >= SHORTEST_NAME_CHARS and not is_stopword(word, "nl") and not is_stopword(word, "en")
    }


def _surname(author: str) -> str:
    return author.split()[-1] if author.split() else ""


def _frozen(found: Mapping[K, set[str]]) -> dict[K, frozenset[str]]:
    return {name: frozenset(ids) for name, ids in found.items()}


def _phrases(asked: Sequence[str], longest: int) -> Iterator[tuple[str, ...]]:
    """Every run of words of a question, up to a number of words."""
    for start in range(len(asked)):
        for end in range(start + 1, min(start + longest, len(asked)) + 1):
            yield tuple(asked[start:end])
