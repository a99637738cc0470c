"""An assistant and questions go in; how long each stage of an answer takes comes out.

The answers come from the same function as everybody's. It knows of no clock: the steps that it takes are clocked from
outside, by putting a clock around them while the bench runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

import assistant.ask as flow
import index.retrieve as retrieval
from assistant.wire import Desk
from eval.types import Case
from index.default import DefaultEmbedder
from index.types import Progress, no_progress

STAGES: Mapping[str, str] = {
    "understand": "language, checks and stand-alone form",
    "embed": "the question's vectors",
    "concepts": "its words with their forms, compounds and glossary entries",
    "dense": "search by vector",
    "lexical": "search by words",
    "score": "what was found, by sentence and passage",
    "refuse": "whether the reports answer it",
    "evidence": "the sentences to quote",
    "write": "the answer, every quote verified",
    "other": "all else",
}
_STEPS = {
    "understand": ("check_question", "detect_language", "stand_alone"),
    "refuse": ("probability_answered", "write_refusal"),
    "evidence": ("weigh", "choose"),
    "write": ("number_citations", "cite", "write_quotes", "verified", "unresolved_markers"),
}
WARM_UP = ("Waar gaan deze rapporten over, in het kort?", "What are these reports about, in short?", "Wmo")
TOTAL = "total"


@dataclass
class Stopwatch:
    """Adds up the seconds of each stage; a stage within another counts for itself alone."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _running: list[str] = field(default_factory=list)
    _since: float = 0.0

    def clocked(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time counted for ``stage``."""

        def timed(*arguments: Any, **named: Any) -> Any:
            with self.on(stage):
                return function(*arguments, **named)

        return timed

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Counts for ``stage`` until the end of the block."""
        self._lap()
        self._running.append(stage)
        try:
            yield
        finally:
            self._lap()
            self._running.pop()

    def _lap(self) -> None:
        now = perf_counter()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


def measure(desk: Desk, cases: Sequence[Case], progress: Progress = no_progress) -> list[dict[str, float]]:
    """The seconds of each stage and in total for each case, asked once, in order, after a few to warm up."""
    for question in WARM_UP:
        flow.ask(desk, question)
    measured = []
    for done, case in enumerate(cases, start=1):
        watch = Stopwatch()
        with _clocks(desk, watch), watch.on("other"):
            flow.ask(desk, case.question, case.turns)
        stages = {stage: watch.seconds[stage] for stage in STAGES}
        measured.append(stages | {TOTAL: sum(stages.values())})
        progress("ask", done, len(cases))
    return measured


def percentiles(measured: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The mean, median and 95th percentile of each stage and of the total, in milliseconds.

    The means of the stages add up to that of the total; medians and percentiles do not.

    >>> percentiles([{"total": 0.02}, {"total": 0.04}])
    {'total': {'mean': 30.0, 'p50': 30.0, 'p95': 39.0}}
    """
    figures = {}
    for stage in measured[0]:
        milliseconds = 1000 * np.array([row[stage] for row in measured])
        p50, p95 = np.quantile(milliseconds, [0.5, 0.95])
        figures[stage] = {"mean": float(milliseconds.mean()), "p50": float(p50), "p95": float(p95)}
    return figures


@contextmanager
def _clocks(desk: Desk, watch: Stopwatch) -> Iterator[None]:
    """Puts the watch around the steps of an answer, and takes it away at the end."""
    retriever = desk.retriever
    with ExitStack() as undo:
        for owner, name, stage in (
            *((flow, name, stage) for stage, names in _STEPS.items() for name in names),
            (retrieval, "read_concepts", "concepts"),
            (type(retriever), "find", "score"),
            (type(retriever.embedder), "embed_queries", "embed"),
            (DefaultEmbedder, "embed_both_ways", "embed"),
            (type(retriever.snapshot.dense), "search", "dense"),
            (type(retriever.snapshot.lexical), "search", "lexical"),
        ):
            plain = getattr(owner, name)
            undo.callback(setattr, owner, name, plain)
            setattr(owner, name, watch.clocked(stage, plain))
        yield
