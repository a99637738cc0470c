"""What a loader takes and gives: the bounds it keeps to, and the document it makes of one file's bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """The bounds that a file must keep to: its size, what it may unpack to (both in bytes), and its pages."""

    max_bytes: int = 100_000_000
    max_unpacked_bytes: int = 500_000_000
    max_pages: int = 5_000


@dataclass(frozen=True)
class Document:
    """What one file says, before cleaning: its pages in order, and how they are marked up.

    ``kind`` is ``"text"``, ``"markdown"``, ``"html"``, ``"pdf"``, ``"docx"``, ``"odt"`` or ``"epub"``. The pages
    of ``"pdf"`` are lines of text, with a blank line between paragraphs and ``#`` before headings; those of the
    other formats with mark-up are Markdown made from it. A format without pages gives one page. ``properties``
    holds what the file says of itself, under ``title``, ``author``, ``date``, ``publisher``, ``language``;
    ``empty_pages`` the numbers, from 1, of the pages without readable text; ``unseen`` the texts that the file
    holds and its readers do not see, which are in no page.
    """

    pages: tuple[str, ...]
    kind: str
    properties: Mapping[str, str] = field(default_factory=dict, hash=False)
    empty_pages: tuple[int, ...] = ()
    unseen: tuple[str, ...] = ()


Loader = Callable[[bytes, str, Limits], Document]
"""Bytes, the file's name for messages and the limits go in; a Document comes out."""
