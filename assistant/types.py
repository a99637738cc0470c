"""What a question becomes: an answer whose every statement points at an exact span of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.types import Report
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
class Checks:
    """What became of the statements that a chat model wrote for one answer.

    Of ``statements`` in all, ``supported`` are in the answer, and ``rejected`` counts the others by the first reason:
    ``malformed``, ``too-long``, ``repeated``, ``no-quote``, ``unknown-hit``, ``quote`` (not what stands in the
    passage), ``order`` (said to a language model), or a kind of figure or ``negation`` that no quote has. ``shown`` are
    the ranks of the hits that the model got to read and ``left_out`` those that did not fit. Tokens are an estimate.
    ``first_seconds`` is the time from question to the first supported statement, or None where there is none.
    """

    statements: int = 0
    supported: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    shown: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    prompt_tokens: int = 0
    answer_tokens: int = 0
    first_seconds: float | None = None


@dataclass(frozen=True)
class Answer:
    """One answer, or one honest refusal.

    ``searched`` is the stand-alone form of the question. ``language`` is ``"nl"`` or ``"en"``. ``text`` is plain text:
    a lead line, then the quotes grouped by report, each with its [n]; or a chat model's statements, each with its [n].
    ``declined`` answers cite nothing and give their ``reason``. ``confidence`` in [0, 1] is the probability that the
    corpus answers the question. ``unresolved`` lists [n] markers in the text that point at no citation. ``engine`` is
    ``"extractive"`` or the chat model's name. ``seconds`` is the time from question to answer. ``note`` is a line for
    the user about how the answer came about, in its language: why there are quotes where a chat model was to write, or
    what was left out. ``checks`` tells what a chat model wrote; None where it was not asked. ``reports`` holds what was
    searched, by id, as it was when the answer was made: a report that it cites may have been removed since.
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
    note: str = ""
    checks: Checks | None = None
    reports: Mapping[str, Report] = field(default_factory=dict)
