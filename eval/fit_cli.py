"""``wmo eval fit``: fits the shipped models anew on corpora with their question sets."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table as Grid

from assistant.cli import err, out
from assistant.evidence import EVIDENCE_MODEL
from assistant.progress import progress_bars
from assistant.refuse import REFUSAL_MODEL
from assistant.settings import load_settings
from corpus.errors import UsageError
from eval.fit import Held, cross_validate, describe, fit_evidence, fit_refusal, read_examples
from eval.worlds import open_world
from index.linear import write_model


def fit(
    worlds: Annotated[list[str], typer.Argument(metavar="CORPUS=SET…", help="A corpus folder and its question set.")],
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
    evidence = cross_validate(read, fit_evidence, lambda world: world.evidence)
    refusal = cross_validate(read, fit_refusal, lambda world: world.refusal)
    _print(evidence, refusal)
    if save:
        write_model(EVIDENCE_MODEL, fit_evidence(read), describe(read, evidence))
        write_model(REFUSAL_MODEL, fit_refusal(read), describe(read, refusal))


def _print(evidence: tuple[Held, ...], refusal: tuple[Held, ...]) -> None:
    grid = Grid("held out", "sentences", "AUROC evidence", "questions", "AUROC refusal", box=None)
    for sentences, questions in zip(evidence, refusal, strict=True):
        grid.add_row(
            sentences.world,
            str(sentences.examples),
            f"{sentences.auroc:.3f}",
            str(questions.examples),
            f"{questions.auroc:.3f}",
        )
    out.print(grid)
