"""``wmo bench``: how long each stage of an answer takes on this computer."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.table import Table

from assistant.ask import ask
from assistant.cli import err, out
from assistant.progress import progress_bars
from assistant.settings import load_settings
from assistant.wire import open_desk
from eval.bench import STAGES, TOTAL, WARM_UP, measure, percentiles
from eval.cases import read_cases


def run_bench(question_set: Path, as_json: bool, corpus: Path | None, index: Path | None, started: float) -> None:
    """Measures and prints; ``started`` is when the command began, by ``perf_counter``."""
    settings = load_settings(corpus=corpus, index=index, chat_model="")
    cases = read_cases(question_set)
    with progress_bars(err, settings.language) as progress:
        desk = open_desk(settings, progress)
        ask(desk, WARM_UP[0])
        cold = perf_counter() - started
        measured = measure(desk, cases, progress)
    snapshot = desk.retriever.snapshot
    figures = {
        "set": question_set.name,
        "questions": len(cases),
        "reports": len(snapshot.reports),
        "passages": len(snapshot.passages),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "cold_start_seconds": cold,
        "milliseconds": percentiles(measured),
    }
    if as_json:
        out.print_json(json.dumps(figures, ensure_ascii=False))
    else:
        _print(figures)


def _print(figures: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("stage")
    for column in ("p50", "p95", "mean"):
        table.add_column(f"{column} ms", justify="right")
    table.add_column("")
    for stage, times in figures["milliseconds"].items():
        style = "bold" if stage == TOTAL else ""
        row = (f"{times[column]:.1f}" for column in ("p50", "p95", "mean"))
        table.add_row(stage, *row, STAGES.get(stage, "from question to answer"), style=style)
    out.print(table, soft_wrap=False)
    out.print(
        f"{figures['questions']} questions, each once, after warm-up · {figures['passages']} passages of "
        f"{figures['reports']} reports · {figures['cores']} cores",
        markup=False,
    )
    out.print(f"From a cold start to the first answer: {figures['cold_start_seconds']:.1f} s", markup=False)
