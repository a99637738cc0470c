"""Cases are asked one by one and scored; a run is kept as results.jsonl and summary.json, and read back."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from assistant.types import Answer
from corpus.errors import UsageError, UserError
from corpus.types import Text
from eval.cases import case_from_json, case_to_json
from eval.metrics import mark, score, score_failure
from eval.types import Case, Marks, Outcome, Span
from index.types import Progress, no_progress

logger = logging.getLogger(__name__)

RESULTS = "results.jsonl"
SUMMARY = "summary.json"
_CASE_KEYS = ("id", "lang", "question", "kind", "answerable", "evidence", "facts", "turns")
_WARM_UP = Case("warm-up", "nl", "Waar gaan deze rapporten over, in het kort?", "warm-up", answerable=False)
_OWN_KEYS = (*_CASE_KEYS, "scores", "marks", "error", "seconds")


def run_cases(
    cases: Sequence[Case],
    answer: Callable[[Case], Answer],
    text_of: Callable[[str], Text],
    as_json: Callable[[Answer], dict[str, Any]],
    progress: Progress = no_progress,
) -> tuple[Outcome, ...]:
    """The outcome of each case, in order, after one question of no set to warm up.

    ``answer`` asks the assistant, ``text_of`` gives a report's text by its id, ``as_json`` the JSON form
    of an Answer. A ``UserError`` ends only its own case, which counts as failed.
    """
    run_case(_WARM_UP, answer, text_of, as_json)
    outcomes: list[Outcome] = []
    for case in cases:
        outcomes.append(run_case(case, answer, text_of, as_json))
        progress("ask", len(outcomes), len(cases))
    return tuple(outcomes)


def run_case(
    case: Case,
    answer: Callable[[Case], Answer],
    text_of: Callable[[str], Text],
    as_json: Callable[[Answer], dict[str, Any]],
) -> Outcome:
    """The outcome of one case: asked, timed and scored."""
    started = perf_counter()
    try:
        given = answer(case)
        seconds = perf_counter() - started
        marks = mark(case, given, text_of)
        scores = score(case, given, marks, text_of)
    except UserError as error:
        logger.warning("%s failed: %s", case.id, error)
        return Outcome(case, None, score_failure(case), Marks(), str(error), perf_counter() - started)
    return Outcome(case, as_json(given), scores, marks, "", seconds)


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """One line of results.jsonl: the case, the Answer's JSON, then scores, marks, error and seconds."""
    own: dict[str, Any] = {
        "scores": dict(outcome.scores),
        "marks": asdict(outcome.marks),
        "error": outcome.error,
        "seconds": outcome.seconds,
    }
    return case_to_json(outcome.case) | dict(outcome.answer or {}) | own


def outcome_from_json(row: Mapping[str, Any]) -> Outcome:
    """The outcome that ``outcome_to_json`` wrote.

    Raises:
        KeyError: a key is missing, so the row is not one of ours.
    """
    case = case_from_json({key: row[key] for key in _CASE_KEYS})
    answer = {key: value for key, value in row.items() if key not in _OWN_KEYS}
    marks = row["marks"]
    return Outcome(
        case=case,
        answer={"question": case.question} | answer | {"seconds": row["seconds"]} if answer else None,
        scores=row["scores"],
        marks=Marks(
            evidence_spans=tuple(tuple(Span(**at) for at in spans) for spans in marks["evidence_spans"]),
            evidence_ranks=tuple(marks["evidence_ranks"]),
            evidence_cited=tuple(marks["evidence_cited"]),
            citations_needed=tuple(marks["citations_needed"]),
            facts_found=tuple(marks["facts_found"]),
        ),
        error=row["error"],
        seconds=row["seconds"],
    )


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there in full or not at all; its folder is made where it is not there.

    Raises:
        UsageError: it cannot be written there.
    """
    partial = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="\n")
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise UsageError(
            nl=f"{path} kan niet worden geschreven ({error.strerror}). Kies een andere map, of maak ruimte.",
            en=f"{path} cannot be written ({error.strerror}). Choose another folder, or make room.",
        ) from error


def require_writable(folder: Path) -> None:
    """Raises UsageError where a run could not be written into ``folder``: better before its questions than after."""
    trial = folder / ".trial"
    write_whole(trial, "")
    trial.unlink()


def write_run(folder: Path, outcomes: Sequence[Outcome], summary: Mapping[str, Any]) -> None:
    """Write results.jsonl and summary.json into ``folder``, which is made where it is not there.

    Raises:
        UsageError: they cannot be written there.
    """
    rows = [json.dumps(outcome_to_json(outcome), ensure_ascii=False) + "\n" for outcome in outcomes]
    write_whole(folder / RESULTS, "".join(rows))
    write_whole(folder / SUMMARY, json.dumps(summary, ensure_ascii=False, indent=2) + "\n")


def read_run(folder: Path) -> tuple[tuple[Outcome, ...], dict[str, Any]]:
    """The outcomes and the summary of an earlier run.

    Raises:
        UsageError: the folder holds no run, or one that cannot be read.
    """
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        rows = (folder / RESULTS).read_text(encoding="utf-8").split("\n")
        return tuple(outcome_from_json(json.loads(row)) for row in rows if row), summary
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            nl=f"{folder} bevat geen leesbare evaluatie ({error!r}). Maak er een: wmo eval run SET --out MAP",
            en=f"{folder} holds no readable run ({error!r}). Make one with: wmo eval run SET --out FOLDER",
        ) from error
