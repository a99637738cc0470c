"""The values every other module speaks in: reports, their texts, and spans of those texts.

All offsets are character offsets into ``Text.content``; it is the one coordinate system of the project.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Report:
    """One row of the catalogue.

    ``id`` is a permanent slug, ``published`` an ISO date, a year or empty, ``language`` ``"nl"`` or ``"en"``,
    ``file`` the name inside the corpus's ``reports`` folder, ``sha256`` of the file's bytes in hexadecimal.
    What is unknown is empty.
    """

    id: str
    title: str
    publisher: str
    published: str
    authors: tuple[str, ...]
    language: str
    url: str
    file: str
    sha256: str

    @property
    def year(self) -> str:
        """The four digits of the year of publication, or an empty string."""
        return self.published[:4]


@dataclass(frozen=True)
class Heading:
    """A heading in a text: where its line starts and ends, its level from 1, and its words."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True)
class Text:
    """The cleaned text of one report as one string.

    ``page_starts`` holds the offset at which each page begins, ascending, the first 0; it is empty where the format
    has no pages. ``headings`` are in order of offset. Heading lines are part of ``content``.
    """

    report_id: str
    content: str
    page_starts: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page from 1 that holds the character at ``offset``, or None where there are no pages.

        >>> Text("r", "een twee", page_starts=(0, 4)).page_at(4)
        2
        """
        return bisect_right(self.page_starts, offset) or None

    def headings_at(self, offset: int) -> tuple[str, ...]:
        """The path of headings, outermost first, under which the character at ``offset`` stands."""
        before = bisect_right(self.headings, offset, key=lambda heading: heading.start)
        return self._paths[before - 1] if before else ()

    @cached_property
    def _paths(self) -> list[tuple[str, ...]]:
        """The path that begins with each heading."""
        paths: list[tuple[str, ...]] = []
        path: list[Heading] = []
        for heading in self.headings:
            path = [h for h in path if h.level < heading.level] + [heading]
            paths.append(tuple(h.title for h in path))
        return paths


@dataclass(frozen=True)
class Sentence:
    """One sentence, or one list item: ``text`` is ``Text.content[start:end]`` verbatim."""

    report_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Passage:
    """A stretch of whole sentences: ``text`` is ``Text.content[start:end]`` verbatim; ``headings`` is its path."""

    report_id: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None
