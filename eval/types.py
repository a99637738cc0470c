"""The values of an evaluation: a case of a question set, and what became of it once it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """Words of a report that answer the question: ``quote`` occurs in the report, whitespace aside."""

    report_id: str
    quote: str


@dataclass(frozen=True)
class Case:
    """One question of a set.

    ``lang`` is ``"nl"`` or ``"en"``, ``kind`` a free label to group by, ``turns`` the questions asked
    before it, oldest first. ``facts`` are words that a right answer contains. Unanswerable cases have no
    evidence or facts.
    """

    id: str
    lang: str
    question: str
    kind: str
    answerable: bool
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """Characters ``start`` up to ``end`` of one report's ``Text.content``."""

    start: int
    end: int


@dataclass(frozen=True)
class Marks:
    """Where the scores of a case come from; each tuple runs parallel to what it marks.

    ``evidence_spans`` are the places where each evidence quote stands, ``evidence_ranks`` the rank from 1
    of the first hit that holds it (None where no hit does), ``evidence_cited`` whether a citation covers
    it. ``citations_needed`` tells of each citation whether it supports the case; ``facts_found`` of each
    fact whether the answer says it.
    """

    evidence_spans: tuple[tuple[Span, ...], ...] = ()
    evidence_ranks: tuple[int | None, ...] = ()
    evidence_cited: tuple[bool, ...] = ()
    citations_needed: tuple[bool, ...] = ()
    facts_found: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one case.

    ``answer`` is the JSON form of the Answer, or None where asking ended in an error that a user can
    mend; then ``error`` is that message, otherwise it is empty. ``scores`` holds only the metrics that
    cover the case. ``seconds`` is the time from question to answer.
    """

    case: Case
    answer: Mapping[str, Any] | None
    scores: Mapping[str, float]
    marks: Marks
    error: str
    seconds: float

    @property
    def confidence(self) -> float | None:
        """The probability behind answering or declining, or None where there is no answer."""
        return None if self.answer is None else float(self.answer["confidence"])

    @property
    def declined(self) -> bool:
        """Whether the assistant said that the corpus does not answer the question."""
        return self.answer is not None and bool(self.answer["declined"])


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval; ``low`` and ``high`` are None where ``n`` cases allow none."""

    value: float
    low: float | None
    high: float | None
    n: int
