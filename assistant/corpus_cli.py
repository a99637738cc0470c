"""The commands that extend and shrink the corpus: each calls one function and prints its receipt."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text as Line

from assistant.cli import CorpusOption, IndexOption, JsonOption, err, out
from assistant.notes import notes_on, warning_on
from assistant.settings import Settings, load_settings
from corpus.catalogue import read_rows
from corpus.errors import IndexBusy, UsageError, UserError

if TYPE_CHECKING:
    from corpus.quality import Quality
    from index.add import AddReceipt
    from index.receipt import Receipt
    from index.sync import SyncReceipt

corpus_commands = typer.Typer()

_INTERRUPTED = 130
_OUTCOMES = {
    "added": ("+", "green", "toegevoegd", "added"),
    "replaced": ("±", "green", "vervangen", "replaced"),
    "duplicate": ("=", "yellow", "al aanwezig", "already there"),
    "failed": ("✗", "red", "mislukt", "failed"),
}


@corpus_commands.command()
def add(
    sources: Annotated[list[str], typer.Argument(metavar="PATH|FOLDER|GLOB|URL...", help="What to add.")],
    title: Annotated[str, typer.Option(help="Title, where the document does not give the right one.")] = "",
    author: Annotated[list[str] | None, typer.Option(help="Author; may be given again.")] = None,
    publisher: Annotated[str, typer.Option(help="Publisher.")] = "",
    published: Annotated[str, typer.Option(help="Date of publication: YYYY, YYYY-MM or YYYY-MM-DD.")] = "",
    language: Annotated[str, typer.Option(help="Language of the report: nl or en.")] = "",
    url: Annotated[str, typer.Option(help="Address where the report is published.")] = "",
    report_id: Annotated[str, typer.Option("--id", help="Permanent id, such as jansen-2021-wmo.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", "--yes", help="Replace a report by another version of it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the receipts, and change nothing.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Add reports to the corpus and the index, with a receipt for each; all are searchable at once, or none is.

    Examples: wmo add rapport.pdf --title "Wijkteams in beeld" --author "Eva de Boer"

    wmo add map-met-rapporten "archief/**/*.docx" https://voorbeeld.nl/rapport.pdf
    """
    from assistant.progress import progress_bars
    from assistant.wire import make_embedder
    from index.add import Given, preview, want
    from index.add import add as add_reports

    settings = load_settings(corpus=corpus, index=index)
    given = Given(report_id, title, tuple(author or ()), publisher, published, language, url)
    wanted = want(sources, given, replace, settings.limits)
    with stoppable(settings.language), progress_bars(err, settings.language) as progress:
        if dry_run:
            receipt = preview(settings.corpus, settings.index, wanted, settings.limits, progress)
        else:
            embedder = make_embedder(settings, progress)
            receipt = add_reports(settings.corpus, settings.index, embedder, wanted, settings.limits, progress)
    _say_added(receipt, settings.language, as_json)
    if receipt.failed:
        raise typer.Exit(1)


@corpus_commands.command()
def remove(
    report_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of reports, as `wmo list` gives them.")],
    keep_file: Annotated[bool, typer.Option("--keep-file", help="Leave the file where it is.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Remove reports from the corpus and the index, with their files; nothing of them stays behind.

    Example: wmo remove jansen-2021-wmo
    """
    from assistant.progress import progress_bars
    from assistant.wire import make_embedder
    from index.add import find_reports
    from index.add import remove as remove_reports

    settings = load_settings(corpus=corpus, index=index)
    dutch = settings.language == "nl"
    if not yes and sys.stdin.isatty():
        for report in find_reports(read_rows(settings.corpus), report_ids):
            err.print(Line(f"{report.id}  {report.title}"))
        typer.confirm("Verwijderen?" if dutch else "Remove?", abort=True, err=True)
    with stoppable(settings.language), progress_bars(err, settings.language) as progress:
        embedder = make_embedder(settings, progress)
        receipt = remove_reports(settings.corpus, settings.index, embedder, report_ids, keep_file, progress)
    ids = [report.id for report in receipt.removed]
    if as_json:
        facts = {"removed": ids, "kept_files": keep_file, "recovered": receipt.sync.recovered}
        typer.echo(json.dumps(facts | {"seconds": round(receipt.sync.seconds, 3)}, indent=2))
        return
    _say_recovered(receipt.sync, dutch)
    out.print(Line(f"{'Verwijderd' if dutch else 'Removed'}: {', '.join(ids)} ({receipt.sync.seconds:.1f} s)"))


def require_inbox(inbox: Path, watch: bool) -> None:
    """Raises UsageError where nothing would ever be added from ``inbox``."""
    if not watch:
        raise UsageError(
            nl=f"--inbox doet alleen iets samen met --watch. Geef: wmo sync --watch --inbox {inbox}",
            en=f"--inbox does something only with --watch. Give: wmo sync --watch --inbox {inbox}",
        )
    if not inbox.is_dir() or not os.access(inbox, os.R_OK | os.X_OK):
        raise UsageError(
            nl=f"{inbox} is geen map die te lezen is. Maak hem eerst, of controleer de naam na --inbox.",
            en=f"{inbox} is not a folder that can be read. Make it first, or check the name after --inbox.",
        )


def follow(settings: Settings, inbox: Path | None, say: Callable[[SyncReceipt], None], as_json: bool) -> None:
    """Keeps the index in step with the corpus until Ctrl-C, and adds each file that comes into ``inbox``.

    ``say`` is called with what each sync did. What goes wrong is told, and the watch goes on.
    """
    from assistant.progress import progress_bars
    from assistant.wire import make_embedder
    from index.add import Given, want
    from index.add import add as add_reports
    from index.sync import sync
    from index.watch import changes, wait_a_moment, watched_files

    corpus, index, language = settings.corpus, settings.index, settings.language

    def act(changed: Sequence[Path]) -> None:
        new = [str(path) for path in changed if inbox and path.is_relative_to(inbox) and path.is_file()]
        with progress_bars(err, language) as progress:
            if not new:
                say(sync(corpus, index, embedder, progress=progress))
                return
            wanted = want(new, Given(), True, settings.limits)
            receipt = add_reports(corpus, index, embedder, wanted, settings.limits, progress)
        _say_added(receipt, language, as_json)

    with stoppable(language, "Gestopt.", "Stopped."):
        embedder = make_embedder(settings)
        for changed in changes(lambda: watched_files(corpus, inbox), {}):
            while True:
                try:
                    act(changed)
                except IndexBusy:
                    wait_a_moment()
                    continue
                except UserError as error:
                    err.print(Line(error.message(language), style="red"))
                break


@contextmanager
def stoppable(
    language: str, dutch: str = "Gestopt; er is niets gewijzigd.", english: str = "Stopped; nothing was changed."
) -> Iterator[None]:
    """Turns Ctrl-C into one line and exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        err.print(dutch if language == "nl" else english)
        raise typer.Exit(_INTERRUPTED) from None


def add_receipt_to_json(receipt: AddReceipt, language: str) -> dict[str, Any]:
    """What an addition did, as plain values."""
    from index.receipt import receipt_to_json

    outcomes = [r.outcome for r in receipt.receipts]
    return {
        "receipts": [receipt_to_json(r, language) for r in receipt.receipts],
        **{outcome: outcomes.count(outcome) for outcome in ("added", "replaced", "duplicate", "failed")},
        "dry_run": receipt.sync is None,
        "recovered": bool(receipt.sync and receipt.sync.recovered),
        "seconds": round(receipt.seconds, 3),
    }


def _say_added(receipt: AddReceipt, language: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(add_receipt_to_json(receipt, language), ensure_ascii=False, indent=2))
    else:
        _print_added(receipt, language)


def _print_added(receipt: AddReceipt, language: str) -> None:
    """Prints a table of receipts with notes, the number of each outcome, and on standard error why some failed."""
    from index.receipt import on_one_line

    dutch = language == "nl"
    if receipt.sync:
        _say_recovered(receipt.sync, dutch)
    read = [r for r in receipt.receipts if r.report]
    if read:
        out.print(_receipt_table(read, dutch), soft_wrap=False)
    outcomes = [r.outcome for r in receipt.receipts]
    counts = [f"{outcomes.count(o)} {nl if dutch else en}" for o, (_, _, nl, en) in _OUTCOMES.items() if o in outcomes]
    out.print(f"{', '.join(counts)} ({receipt.seconds:.1f} s)")
    if receipt.sync is None:
        out.print("Dit was een proef: er is niets gewijzigd." if dutch else "This was a dry run: nothing was changed.")
    for r in receipt.receipts:
        if r.error:
            err.print(Line(on_one_line(f"{r.source}: {r.error.message(language)}"), style="red"))
    if receipt.sync:
        _say_others(receipt.sync, {r.report.id for r in receipt.receipts if r.report}, language)


def _say_others(sync: SyncReceipt, known: Collection[str], language: str) -> None:
    """What the sync did besides: reports that were added, changed or removed by hand, and those that cannot be read."""
    others = [report_id for report_id in (*sync.added, *sync.changed, *sync.removed) if report_id not in known]
    if others:
        out.print(Line(("Ook bijgewerkt: " if language == "nl" else "Also updated: ") + ", ".join(others)))
    for report_id, error in sync.failed:
        err.print(Line(f"{report_id}: {error.message(language)}", style="yellow"))


def _receipt_table(receipts: Sequence[Receipt], dutch: bool) -> Table:
    """A row for each receipt: what became of it, and its id with its figures and notes below it."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for receipt in receipts:
        mark, style, *_ = _OUTCOMES[receipt.outcome]
        lines = [Line(receipt.report.id if receipt.report else "", style="bold")]
        if receipt.quality:
            lines.append(_figures(receipt.quality, receipt.passages, receipt.seconds, dutch))
        language = "nl" if dutch else "en"
        warning = warning_on(receipt, language)
        lines += [Line(note, style="bold red" if note == warning else "yellow") for note in notes_on(receipt, language)]
        table.add_row(Line(mark, style=style), Line("\n").join(lines))
    return table


def _figures(quality: Quality, passages: int, seconds: float, dutch: bool) -> Line:
    """The figures of a reading in one line, those that deserve attention in yellow."""
    from corpus.quality import GOOD_GARBLED_SHARE, GOOD_RECOGNISED_SHARE

    warn = {True: "", False: "yellow"}
    parts = [
        (f"{quality.pages} {'pagina’s' if dutch else 'pages'}" if quality.pages else "", ""),
        (f"{quality.words} {'woorden' if dutch else 'words'}", ""),
        (quality.language or ("taal onbekend" if dutch else "unknown language"), warn[bool(quality.language)]),
        (
            f"{quality.recognised_share:.1%} {'herkend' if dutch else 'recognised'}",
            warn[quality.recognised_share >= GOOD_RECOGNISED_SHARE],
        ),
        (
            f"{quality.garbled_share:.1%} {'beschadigd' if dutch else 'garbled'}",
            warn[quality.garbled_share <= GOOD_GARBLED_SHARE],
        ),
        (f"{quality.removed_lines} {'regels weggelaten' if dutch else 'lines left out'}", ""),
        (f"{passages} passages", ""),
        (f"{seconds:.1f} s", ""),
    ]
    return Line(" · ").join(Line(text, style=style) for text, style in parts if text)


def _say_recovered(sync: SyncReceipt, dutch: bool) -> None:
    if sync.recovered:
        err.print("Een afgebroken bijwerking is opgeruimd." if dutch else "An interrupted sync was cleared away.")
