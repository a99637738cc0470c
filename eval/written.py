"""What a chat model wrote over a run, counted: statements, why they were rejected, tokens, how soon the first came.

These figures are of the model and its check alone; the metrics of :mod:`eval.metric_list` are those of every answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from eval.summary import estimate_mean
from eval.types import Outcome

FIGURES = frozenset({"number", "year", "percentage", "amount", "fraction", "month"})
"""The reasons for which a statement is rejected that are a figure which no quote has."""

_QUOTES_ALONE = "extractive"


def summarise_written(outcomes: Sequence[Outcome]) -> dict[str, Any] | None:
    """The figures of the cases for which a chat model was asked, as JSON; None where it never was.

    ``asked`` counts these cases, ``wrote`` those whose answer is in its words; in the others quotes stand in.
    ``per_answer`` are means over the cases asked, with their interval: ``statements`` made, ``supported``, and tokens
    read and written (estimated). ``rejected`` counts statements by their first fault; ``unsupported_figures`` is the
    share of all statements that were rejected for a figure, or None where none was made.
    """
    asked = [(o, o.answer["checks"]) for o in outcomes if o.answer is not None and "checks" in o.answer]
    if not asked:
        return None
    rejected: Counter[str] = Counter()
    for _, checks in asked:
        rejected.update(checks["rejected"])
    made = sum(checks["statements"] for _, checks in asked)
    names = ("statements", "supported", "prompt_tokens", "answer_tokens")
    return {
        "asked": len(asked),
        "wrote": sum((o.answer or {})["engine"] != _QUOTES_ALONE for o, _ in asked),
        "statements": made,
        "supported": sum(checks["supported"] for _, checks in asked),
        "rejected": dict(rejected.most_common()),
        "unsupported_figures": sum(rejected[kind] for kind in FIGURES) / made if made else None,
        "per_answer": {name: asdict(estimate_mean([checks[name] for _, checks in asked])) for name in names},
    }


def first_statement(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Median and 95th percentile of the seconds from question to the first statement that held, over ``n`` cases."""
    seconds = [
        checks["first_seconds"]
        for o in outcomes
        if (checks := (o.answer or {}).get("checks")) and checks["first_seconds"] is not None
    ]
    if not seconds:
        return {"n": 0}
    p50, p95 = np.quantile(seconds, [0.5, 0.95])
    return {"n": len(seconds), "p50": float(p50), "p95": float(p95)}
