"""An answer as other programs read it: plain values for JSON, and one line that names a report."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from assistant.types import Answer, Checks, Citation
from corpus.types import Report
from index.types import Hit

logger = logging.getLogger(__name__)

JSON_HITS = 20


def reference(report: Report) -> str:
    """Title, publisher and year of a report on one line; what is unknown is left out.

    >>> reference(Report("r", "Samen sterk", "SCP", "2021-03-02", (), "nl", "", "r.md", ""))
    'Samen sterk (SCP, 2021)'
    """
    known = ", ".join(part for part in (report.publisher, report.year) if part)
    return f"{report.title} ({known})" if known else report.title


def answer_to_json(answer: Answer, reports: Mapping[str, Report]) -> dict[str, Any]:
    """An answer as plain values: every field, with the report's particulars on each citation, and the first 20 hits.

    ``note`` and ``checks`` come last, and only where a chat model was to write the answer.
    """
    row = {
        "question": answer.question,
        "searched": answer.searched,
        "language": answer.language,
        "declined": answer.declined,
        "reason": answer.reason,
        "text": answer.text,
        "citations": [_citation(citation, reports.get(citation.report_id)) for citation in answer.citations],
        "hits": [hit_to_json(hit) for hit in answer.hits[:JSON_HITS]],
        "unresolved": list(answer.unresolved),
        "confidence": round(answer.confidence, 4),
        "engine": answer.engine,
        "seconds": round(answer.seconds, 4),
    }
    if answer.note or answer.checks:
        row |= {"note": answer.note, "checks": asdict(answer.checks or Checks())}
    return row


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """A hit as plain values."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "report": passage.report_id,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 6),
        "text": passage.text,
    }


def _citation(citation: Citation, report: Report | None) -> dict[str, Any]:
    """A citation as plain values; what is no longer known of a report that was removed since is null."""
    if report is None:
        logger.warning("%s was removed since it was quoted", citation.report_id)
    return {
        "number": citation.number,
        "report": citation.report_id,
        "title": report.title if report else None,
        "publisher": report.publisher if report else None,
        "published": report.published if report else None,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }
