"""The words of an answer without a language model: a lead line, then quotes grouped by report, each with its [n]."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from assistant.present import reference
from assistant.types import Citation
from corpus.types import Report

_LEADS: Mapping[str, tuple[str, str]] = {
    "why": ("Verklaringen in {reports}:", "Explanations in {reports}:"),
    "how": ("Zo staat het in {reports}:", "How it is described in {reports}:"),
    "number": ("Cijfers in {reports}:", "Figures in {reports}:"),
    "recommendation": ("Over aanbevelingen staat in {reports}:", "What is said about recommendations in {reports}:"),
}
_SIDE_BY_SIDE = ("Naast elkaar gezet, uit {reports}:", "Side by side, from {reports}:")
_LEAD_ELSE = ("Hierover staat in {reports}:", "What is said about this in {reports}:")
_COUNTS = {"nl": ("één rapport", "{} rapporten"), "en": ("one report", "{} reports")}
_OPENING = "“„‘"
_CLOSING = "”’"
_BRACKETED_NUMBER = re.compile(r"\[(\d+)\]")


def number_citations(spans: Sequence[Citation]) -> tuple[Citation, ...]:
    """The citations, reports together in the order in which each is first named, numbered from 1."""
    order = list(dict.fromkeys(citation.report_id for citation in spans))
    grouped = sorted(spans, key=lambda c: (order.index(c.report_id), c.start))
    return tuple(
        Citation(number, c.report_id, c.start, c.end, c.quote, c.page) for number, c in enumerate(grouped, start=1)
    )


def write_quotes(citations: Sequence[Citation], reports: Mapping[str, Report], intent: str, language: str) -> str:
    """The text of an extractive answer, for numbered citations whose reports stand together."""
    report_ids = list(dict.fromkeys(citation.report_id for citation in citations))
    blocks = [_lead(intent, len(report_ids), language)]
    for report_id, quoted in groupby(citations, key=lambda citation: citation.report_id):
        lines = [f"• {in_marks(citation.quote)} [{citation.number}]" for citation in quoted]
        blocks.append("\n".join((shown(reference(reports[report_id])), *lines)))
    return "\n\n".join(blocks)


def shown(quote: str) -> str:
    r"""A quote on one line; a bracketed number in it gets round brackets, so that it cannot pass for a citation.

    >>> shown("zie de\nbijlage [3]")
    'zie de bijlage (3)'
    """
    return _BRACKETED_NUMBER.sub(r"(\1)", " ".join(quote.split()))


def in_marks(quote: str) -> str:
    """A quote on one line between quotation marks; where the report has put it between marks itself, between those.

    >>> in_marks("Dat lukt zelden."), in_marks("‘Dat lukt zelden.’")
    ('“Dat lukt zelden.”', '‘Dat lukt zelden.’')
    """
    line = shown(quote)
    is_marked = len(line) > 1 and line[0] in _OPENING and line[-1] in _CLOSING
    return line if is_marked and not any(mark in line[1:-1] for mark in _OPENING) else f"“{line}”"


def write_sources(citations: Sequence[Citation], reports: Mapping[str, Report]) -> str:
    """The quotes behind statements, one a line with its [n], report and page."""
    lines = []
    for citation in citations:
        page = f", p. {citation.page}" if citation.page else ""
        origin = shown(reference(reports[citation.report_id]))
        lines.append(f"[{citation.number}] {in_marks(citation.quote)} {origin}{page}")
    return "\n".join(lines)


def unresolved_markers(text: str, citations: Sequence[Citation]) -> tuple[int, ...]:
    """The numbers of [n] markers in a text that point at no citation, ascending."""
    marked = {int(number) for number in _BRACKETED_NUMBER.findall(text)}
    return tuple(sorted(marked - {citation.number for citation in citations}))


def _lead(intent: str, reports: int, language: str) -> str:
    one, many = _COUNTS[language]
    compares = intent == "comparison" and reports > 1
    dutch, english = _SIDE_BY_SIDE if compares else _LEADS.get(intent, _LEAD_ELSE)
    return (dutch if language == "nl" else english).format(reports=one if reports == 1 else many.format(reports))
