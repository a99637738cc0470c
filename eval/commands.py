"""``wmo eval``: measures how well questions are answered, and what a change did to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from assistant.cli import CorpusOption, err, natural_width, out, print_table
from assistant.settings import Settings, load_settings
from corpus.catalogue import read_catalogue
from corpus.errors import UsageError
from corpus.read import read_text
from corpus.split import split_passages, split_sentences
from corpus.types import Passage, Report, Text
from eval.ablate_cli import ablate_command
from eval.beir import export_beir
from eval.cases import (
    cases_to_csv,
    cases_to_jsonl,
    check_cases,
    known_texts,
    parse_set,
    read_cases,
)
from eval.compare import DEFAULT_GUARDS, Difference, compare, pair_up, require_comparable, require_guards
from eval.fit_cli import fit
from eval.report import format_figure, render_comparison
from eval.run import read_run, write_whole
from eval.run_cli import SetArgument, run
from eval.tune_cli import tune_command
from eval.types import Case
from index.sync import PASSAGE_WORDS

_FIGURES = ("A", "B", "B − A", "95%", "p", "p Holm", "+/=/−", "n")

evaluate = typer.Typer(
    help="Measure how well questions are answered, and whether a change made it better.", no_args_is_help=True
)
evaluate.command()(run)
evaluate.command()(fit)
evaluate.command("ablate")(ablate_command)
evaluate.command("tune")(tune_command)


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


def _print_differences(differences: Sequence[Difference]) -> None:
    """Prints a table of the differences; in a terminal too narrow for it, one of what can be read at a glance."""
    table = _difference_table(differences)
    if out.is_terminal and natural_width(table) > out.width:
        table = _difference_table(differences, _FIGURES[:3])
    print_table(table)


def _difference_table(differences: Sequence[Difference], shown: Sequence[str] = _FIGURES) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("metric", overflow="fold")
    for column in shown:
        table.add_column(column, justify="right", no_wrap=True)
    for d in differences:
        bounds = f"{d.low:+.3f} {d.high:+.3f}" if d.low is not None and d.high is not None else "–"
        counts = f"{d.wins}/{d.ties}/{d.losses}" if d.wins is not None else "–"
        figures = [format_figure(d.a), format_figure(d.b), f"{d.change:+.3f}", bounds, format_figure(d.p)]
        figures += [format_figure(d.p_holm), counts, str(d.n)]
        style = "red" if d.alarm else ""
        name = f"● {d.title}" if d.guarded else d.title
        table.add_row(name, *figures[: len(shown)], style=style)
    return table
