"""``wmo eval fit``: fits the shipped models anew on corpora with their question sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid

from assistant.cli import err, out
from assistant.evidence import EVIDENCE_MODEL
from assistant.progress import progress_bars
from assistant.refuse import REFUSAL_MODEL
from assistant.settings import load_settings
from assistant.wire import make_embedder, open_desk, sync_index
from corpus.errors import UsageError
from eval.cases import read_cases
from eval.fit import Held, World, cross_validate, describe, fit_evidence, fit_refusal, read_world
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
    read = [_read(world) for world in worlds]
    evidence = cross_validate(read, fit_evidence, lambda world: world.evidence)
    refusal = cross_validate(read, fit_refusal, lambda world: world.refusal)
    _print(evidence, refusal)
    if save:
        write_model(EVIDENCE_MODEL, fit_evidence(read), describe(read, evidence))
        write_model(REFUSAL_MODEL, fit_refusal(read), describe(read, refusal))


def _read(world: str) -> World:
    folder, _, question_set = world.partition("=")
    if not question_set:
        raise UsageError(nl=f"{world!r} is geen MAP=VRAGENSET.", en=f"{world!r} is not FOLDER=SET.")
    home = load_settings()
    corpus = Path(folder)
    settings = load_settings(corpus=corpus, index=home.index / "fit" / corpus.resolve().name)
    with progress_bars(err, settings.language) as progress:
        embedder = make_embedder(settings, progress)
        sync_index(settings, progress=progress, embedder=embedder)
        desk = open_desk(settings, embedder=embedder)
        return read_world(corpus.resolve().name, desk, read_cases(Path(question_set)))


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
