"""What a question becomes: an answer whose every statement points at an exact span of a report."""

from __future__ import annotations

from dataclasses import dataclass

from index.types import Hit


@dataclass(frozen=True)
class Citation:
    """A span of a report: ``quote`` is ``Text.content[start:end]`` verbatim; ``number`` is its [n] in the answer."""

    number: int
    report_id: str
    start: int
    end: int
    quote: str
    page: int | None


@dataclass(frozen=True)
class Answer:
    """One answer, or one honest refusal.

    ``searched`` is the stand-alone form of the question. ``language`` is ``"nl"`` or ``"en"``. ``text`` is plain text:
    a lead line, then the quotes grouped by report, each with its [n]. ``declined`` answers cite nothing and give
    their ``reason``. ``confidence`` in [0, 1] is the probability that the corpus answers the question. ``unresolved``
    lists [n] markers in the text that point at no citation. ``engine`` is ``"extractive"`` or the chat model's name.
    ``seconds`` is the time from question to answer.
    """

    question: str
    searched: str
    language: str
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    declined: bool
    reason: str
    confidence: float
    unresolved: tuple[int, ...]
    engine: str
    seconds: float
