"""The command line: each command calls one function and prints what it gives.

What searches and answers takes seconds to import, so each command imports what it needs itself: `wmo list` is there at
once, and a wrong command is refused before a model is loaded.
"""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from assistant.question import check_question
from assistant.settings import Settings, load_settings, message_language
from corpus.catalogue import read_catalogue
from corpus.errors import UsageError, UserError
from corpus.types import Report

if TYPE_CHECKING:
    from assistant.wire import Desk
    from index.scope import Scope
    from index.sync import SyncReceipt

app = typer.Typer(
    help="Ask the reports about the Wmo and the social domain; every statement is cited to its exact sentence.",
    epilog='Begin with: wmo sync, then wmo chat, or wmo ask "Why does Wmo collaboration stall?"',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

CorpusOption = Annotated[Path | None, typer.Option("--corpus", help="Folder with catalogue.csv and reports/.")]
IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ReportOption = Annotated[
    list[str] | None, typer.Option("--report", help="Search only the report with this id; may be given again.")
]
PublisherOption = Annotated[
    list[str] | None, typer.Option("--publisher", help="Search only reports of this publisher; may be given again.")
]
SinceOption = Annotated[int | None, typer.Option("--since", help="Search only reports from this year on.")]
UntilOption = Annotated[int | None, typer.Option("--until", help="Search only reports up to this year.")]
ChatModelOption = Annotated[
    str | None,
    typer.Option("--chat-model", help="Have a chat model word the answer: provider:name, such as ollama:llama3.1."),
]
SyncOption = Annotated[bool, typer.Option("--sync", help="Bring the index in step with the catalogue first.")]

_LINES_NAMED = 10
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WIDEST = 1_000

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def run(application: typer.Typer) -> None:
    """Runs the command line; what a user can mend becomes a line on stderr and exit code 1 or 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal has every character
    try:
        try:
            application()
        finally:
            sys.stdout.flush()
    except UserError as error:
        err.print(Line(error.message(message_language()), style="red"))
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in (errno.EPIPE, *_FULL):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left unsaid is not tried again
        if error.errno != errno.EPIPE:
            reason = ("Niet alles is geschreven", "Not everything was written")[message_language() == "en"]
            err.print(Line(f"{reason}: {error.strerror}.", style="red"))
        sys.exit(1)


def print_table(table: Table) -> None:
    """Prints a table: within the width of a terminal, and with every row whole where it goes elsewhere."""
    if not out.is_terminal:
        table.width = natural_width(table)
    out.print(table, soft_wrap=not out.is_terminal)


def natural_width(table: Table) -> int:
    """The columns of a terminal in which no row of a table is broken."""
    return out.measure(table, options=out.options.update(width=_WIDEST)).maximum


@app.command()
def ask(
    question: Annotated[list[str] | None, typer.Argument(help="The question, in Dutch or English.")] = None,
    as_json: JsonOption = False,
    batch: Annotated[
        str | None, typer.Option("--batch", help="JSON Lines with id, question and turns; - is standard input.")
    ] = None,
    turn: Annotated[
        list[str] | None, typer.Option("--turn", help="An earlier question, oldest first; may be given again.")
    ] = None,
    report: ReportOption = None,
    publisher: PublisherOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    chat_model: ChatModelOption = None,
    sync: SyncOption = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Answer a question with quotes from the reports, each with its source.

    Example: wmo ask "Why does Wmo collaboration stall?"

    A follow-up: wmo ask "And in Breda?" --turn "Which networks were studied?"

    In some of the reports: wmo ask "What delays networks?" --publisher Movisie --since 2020

    Many at once: wmo ask --json --batch questions.jsonl
    """
    settings = load_settings(corpus=corpus, index=index, chat_model=chat_model)
    if bool(question) == (batch is not None):
        raise UsageError(
            nl='Geef een vraag, bijvoorbeeld: wmo ask "Waarom stokt de samenwerking?", of een bestand met --batch.',
            en='Give a question, for example: wmo ask "Why does collaboration stall?", or a file with --batch.',
        )
    scope = _scope(report, publisher, since, until)
    if batch is not None:
        lines = _read_lines(batch)
        raise typer.Exit(_ask_batch(_desk(settings, sync), lines, scope))
    text = check_question(" ".join(question or ()), settings.max_question_chars)

    from assistant.ask import ask
    from assistant.present import answer_to_json
    from assistant.write import write_sources

    desk = _desk(settings, sync)
    answer = ask(desk, text, tuple(turn or ()), scope)
    if as_json:
        _print_json(answer_to_json(answer, answer.reports))
    else:
        out.print(Line(answer.text, style="yellow" if answer.declined else ""))
        if answer.engine != "extractive":
            out.print(Line(f"\n{write_sources(answer.citations, answer.reports)}", style="dim"))
        if answer.note:
            err.print(Line(answer.note, style="yellow"))


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many passages.")] = 5,
    report: ReportOption = None,
    publisher: PublisherOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Show the passages that come nearest to a query, best first.

    Example: wmo search "persoonsgebonden budget" -n 3 --since 2020
    """
    settings = load_settings(corpus=corpus, index=index)
    text = check_question(" ".join(query), settings.max_question_chars)

    from assistant.present import hit_to_json, reference

    found = _desk(settings).find(text, _scope(report, publisher, since, until))
    hits = found.hits(limit)
    if as_json:
        _print_json([hit_to_json(hit) for hit in hits])
        return
    for hit in hits:
        passage = hit.passage
        place = " › ".join((reference(found.snapshot.reports[passage.report_id]), *passage.headings))
        page = f", p. {passage.page}" if passage.page else ""
        out.print(Line(f"{hit.rank}. {place}{page}", style="bold"))
        out.print(Line(f"   {passage.text.strip()}\n"))


@app.command("list")
def list_reports(as_json: JsonOption = False, corpus: CorpusOption = None) -> None:
    """List the reports of the catalogue: id, title, publisher and date; in a pipe one a line, with tabs between."""
    settings = load_settings(corpus=corpus)
    reports = read_catalogue(settings.corpus)
    if as_json:
        _print_json([_report_json(report) for report in reports])
        return
    rows = [(report.id, report.title, report.publisher, report.published) for report in reports]
    if not out.is_terminal:
        for row in rows:
            typer.echo("\t".join(" ".join(cell.split()) for cell in row))
        return
    dutch = settings.language == "nl"
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True)
    for column in ("titel", "uitgever", "datum") if dutch else ("title", "publisher", "date"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Line, row))
    out.print(table, soft_wrap=False)


@app.command()
def show(
    report_id: Annotated[str, typer.Argument(help="The id of a report, as `wmo list` gives it.")],
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Show the cleaned text of a report, which is what citations point into.

    Example: wmo show van-kuijk-2022-netwerken-wmo
    """
    from assistant.present import reference
    from corpus.read import read_text

    settings = load_settings(corpus=corpus)
    report = _find_report(read_catalogue(settings.corpus), report_id)
    text = read_text(settings.corpus, report)
    if as_json:
        _print_json({**_report_json(report), "text": text.content})
    else:
        out.print(Line(f"{reference(report)}\n", style="bold"))
        out.print(Line(text.content))


@app.command()
def sync(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the whole index anew.")] = False,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing where nothing had to be done.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and follow the corpus until Ctrl+C.")] = False,
    inbox: Annotated[Path | None, typer.Option("--inbox", help="With --watch: add what is put in this folder.")] = None,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Bring the index in step with the catalogue: new, changed and vanished reports."""
    from assistant.corpus_cli import follow, require_inbox, stoppable
    from assistant.progress import progress_bars
    from assistant.wire import sync_index

    settings = load_settings(corpus=corpus, index=index)
    if inbox is not None:
        require_inbox(inbox, watch)
    with stoppable(settings.language), progress_bars(err, settings.language) as progress:
        receipt = sync_index(settings, rebuild, progress)

    def say(receipt: SyncReceipt, quiet: bool = True) -> None:
        if as_json:
            _print_json(receipt_to_json(receipt, settings.language))
        elif not (quiet and _is_idle(receipt)):
            print_receipt(receipt, settings.language, out)

    say(receipt, quiet)
    if watch:
        follow(settings, inbox, say, as_json)
    if receipt.failed:
        raise typer.Exit(1)


@app.command()
def chat(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on; this machine only by default.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    chat_model: ChatModelOption = None,
    sync: SyncOption = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Open the chat page in the browser, and say its address; Ctrl+C ends it."""
    settings = load_settings(corpus=corpus, index=index, host=host, port=port, chat_model=chat_model)
    desk = _desk(settings, sync)

    from assistant.ask import stream
    from assistant.guard import is_this_machine
    from assistant.library_tab import most_bytes
    from assistant.page import build_page, serve

    page = build_page(desk, stream)
    only_here = is_this_machine(settings.host) and not settings.allow_changes
    serve(page, settings.host, settings.port, browser, most_bytes(settings), only_here, announce=typer.echo)


@app.command()
def doctor(as_json: JsonOption = False, corpus: CorpusOption = None, index: IndexOption = None) -> None:
    """Check corpus, index, embedding model and packages, and say what to do about what is wrong."""
    from assistant.doctor import examine

    settings = load_settings(corpus=corpus, index=index)
    findings = examine(settings)
    if as_json:
        _print_json([{"check": f.check, "ok": f.ok, "detail": f.message(settings.language)} for f in findings])
    else:
        for finding in findings:
            mark = Line("✓ ", style="green") if finding.ok else Line("✗ ", style="red")
            out.print(mark + Line(f"{finding.check}: {finding.message(settings.language)}"))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command("settings")
def list_settings(as_json: JsonOption = False) -> None:
    """List what can be set in the environment: each WMO_ variable, its value and its meaning."""
    values = load_settings().model_dump(mode="json")
    rows = [
        {"name": f"WMO_{name.upper()}", "value": values[name], "about": str(setting.description)}
        for name, setting in Settings.model_fields.items()
    ]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        out.print(Line.assemble((f"{row['name']}={row['value']}", "bold"), f"  {row['about']}"))


def _desk(settings: Settings, in_step: bool = False) -> Desk:
    """A desk over the index; with ``in_step`` the index is brought in step with the catalogue first."""
    from assistant.progress import progress_bars
    from assistant.wire import make_embedder, open_desk, sync_index

    with progress_bars(err, settings.language) as progress:
        if not in_step:
            return open_desk(settings, progress)
        embedder = make_embedder(settings, progress)
        receipt = sync_index(settings, progress=progress, embedder=embedder)
        desk = open_desk(settings, embedder=embedder)
    if not _is_idle(receipt):
        print_receipt(receipt, settings.language, err)
    return desk


def _scope(report: list[str] | None, publisher: list[str] | None, since: int | None, until: int | None) -> Scope:
    from index.scope import Scope

    return Scope(frozenset(report or ()), frozenset(publisher or ()), since, until)


def _ask_batch(desk: Desk, lines: Iterable[bytes], scope: Scope) -> int:
    """Prints one JSON answer a line; 1 where any line could not be answered, else 0."""
    from assistant.batch import answer_lines

    scope.choose(tuple(desk.reports.values()))  # what is wrong with it is said once, before the first line
    failed: list[int] = []
    for row in answer_lines(desk, lines, scope):
        if "error" in row:
            failed.append(row["line"])
        _print_json(row, indent=None)
    if failed:
        err.print(Line(_unanswered(failed, desk.settings.language), style="yellow"))
    return int(bool(failed))


def _unanswered(lines: Sequence[int], language: str) -> str:
    some = ", ".join(map(str, lines[:_LINES_NAMED])) + (", …" if len(lines) > _LINES_NAMED else "")
    return (
        f"Niet beantwoord: {len(lines)} (regel {some}). Waarom staat bij elk onder error."
        if language == "nl"
        else f"Not answered: {len(lines)} (line {some}). Each says why under error."
    )


def _read_lines(source: str) -> Iterable[bytes]:
    """The lines of a file, or of standard input as they come."""
    if source == "-":
        return sys.stdin.buffer
    try:
        return Path(source).read_bytes().splitlines()
    except OSError as error:
        raise UsageError(
            nl=f"Het bestand {source} kan niet worden gelezen ({error.strerror}). Controleer de naam na --batch.",
            en=f"The file {source} cannot be read ({error.strerror}). Check the name after --batch.",
        ) from error


def _find_report(reports: tuple[Report, ...], report_id: str) -> Report:
    for report in reports:
        if report.id == report_id:
            return report
    raise UsageError(
        nl=f"Er is geen rapport met id {report_id!r}. Bekijk de ids met: wmo list",
        en=f"There is no report with id {report_id!r}. See the ids with: wmo list",
    )


def _print_json(value: Any, indent: int | None = 2) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=indent))


def _report_json(report: Report) -> dict[str, Any]:
    fields = ("id", "title", "publisher", "published", "language", "url", "file", "sha256")
    return {**{name: getattr(report, name) for name in fields}, "authors": list(report.authors)}


def receipt_to_json(receipt: SyncReceipt, language: str) -> dict[str, Any]:
    """What a sync did, as plain values, with messages in ``language``."""
    return {
        "added": receipt.added,
        "changed": receipt.changed,
        "removed": receipt.removed,
        "unchanged": len(receipt.unchanged),
        "failed": [{"report": report_id, "error": error.message(language)} for report_id, error in receipt.failed],
        "rebuilt_because": receipt.rebuilt_because.message(language) if receipt.rebuilt_because else "",
        "recovered": receipt.recovered,
        "seconds": round(receipt.seconds, 3),
    }


def _is_idle(receipt: SyncReceipt) -> bool:
    return not (receipt.added or receipt.changed or receipt.removed or receipt.failed)


def print_receipt(receipt: SyncReceipt, language: str, console: Console) -> None:
    """Says what was done on ``console``, and what deserves attention on standard error."""
    dutch = language == "nl"
    if receipt.recovered:
        err.print("Een afgebroken bijwerking is opgeruimd." if dutch else "An interrupted sync was cleared away.")
    if receipt.rebuilt_because:
        err.print(Line(("Opnieuw opgebouwd: " if dutch else "Rebuilt: ") + receipt.rebuilt_because.message(language)))
    counts = (len(receipt.added), len(receipt.changed), len(receipt.removed), len(receipt.unchanged))
    words = (
        "{} nieuw, {} gewijzigd, {} verwijderd, {} ongewijzigd"
        if dutch
        else "{} new, {} changed, {} removed, {} unchanged"
    )
    console.print(f"{words.format(*counts)} ({receipt.seconds:.1f} s)")
    for report_id, error in receipt.failed:
        err.print(Line(f"{report_id}: {error.message(language)}", style="red"))
