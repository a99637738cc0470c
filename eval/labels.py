"""Enters: a case and sentences. Leaves: which of them are its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.wire import Desk
from corpus.types import Sentence
from eval.metrics import locate
from eval.types import Case, Span


def mark_evidence(case: Case, sentences: Sequence[Sentence], desk: Desk) -> NDArray[np.bool_]:
    """Whether each sentence is evidence of a case: it shares at least half of the shorter one with a quote."""
    spans: dict[str, list[Span]] = {}
    for evidence in case.evidence:
        found = locate(evidence.quote, desk.text(evidence.report_id).content)
        spans.setdefault(evidence.report_id, []).extend(found)
    return np.array([any(_share_half(s, span) for span in spans.get(s.report_id, ())) for s in sentences], np.bool_)


def _share_half(sentence: Sentence, span: Span) -> bool:
    shared = min(sentence.end, span.end) - max(sentence.start, span.start)
    return 2 * shared >= min(sentence.end - sentence.start, span.end - span.start)
