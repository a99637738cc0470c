"""``wmo eval fit``: fits the shipped models anew on corpora with their question sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table as Grid

from assistant.cli import err, out
from assistant.evidence import EVIDENCE_MODEL
from assistant.progress import progress_bars
from assistant.refuse import REFUSAL_MODEL
from assistant.settings import load_settings
from corpus.errors import UsageError
from eval.fit import WRONGLY, Held, cross_validate, describe, fit_evidence, fit_refusal, hold_out, read_examples
from eval.worlds import open_world
from index.linear import write_model


def fit(
    worlds: Annotated[list[str], typer.Argument(metavar="CORPUS=SET…", help="A corpus folder and its question set.")],
    test: Annotated[
        list[str] | None,
        typer.Option(metavar="CORPUS=SET", help="To judge what is fitted on all of these; repeatable."),
    ] = None,
    save: Annotated[bool, typer.Option(help="Write the weights; otherwise only the figures are shown.")] = False,
) -> None:
    """Fit the scorer of sentences and the refusal, judged on each corpus in turn by what the others taught."""
    if len(worlds) < 2:
        raise UsageError(
            nl="Geef twee of meer corpora, elk als MAP=VRAGENSET: elk model wordt op een ander corpus beoordeeld.",
            en="Give two or more corpora, each as FOLDER=SET, so that each model is judged on another corpus.",
        )
    with progress_bars(err, load_settings().language) as progress:
        read = [read_examples(open_world(world, progress)) for world in worlds]
        others = [read_examples(open_world(world, progress)) for world in test or ()]
    held = cross_validate(read)
    _print((*held, *(hold_out(read, other) for other in others)))
    if save:
        write_model(EVIDENCE_MODEL, fit_evidence(read), describe(read, {h.world: h.evidence for h in held}))
        write_model(REFUSAL_MODEL, fit_refusal(read), describe(read, {h.world: h.answered for h in held}))


def _print(held: Sequence[Held]) -> None:
    grid = Grid("held out", "AUROC evidence", "AUROC answered", f"refused, {WRONGLY:.0%} wrongly", box=None)
    for one in held:
        grid.add_row(one.world, f"{one.evidence:.3f}", f"{one.answered:.3f}", f"{one.refused:.0%}")
    out.print(grid)
