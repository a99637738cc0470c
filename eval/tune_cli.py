"""``wmo eval tune``: tunes the default model to questions anew, on corpora with their question sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from assistant.cli import err, out
from assistant.progress import progress_bars
from assistant.settings import load_settings
from corpus.errors import UsageError
from eval.worlds import SHIPPED, TRAINING, World, open_world
from index.checkpoint import Floats
from index.e5 import build_default_model
from index.embed import DEFAULT_MODEL
from index.tuned import save_tuned

if TYPE_CHECKING:
    from eval.tune import CarryOver


def tune_command(
    worlds: Annotated[
        list[str] | None,
        typer.Argument(metavar="CORPUS=SET…", help="A corpus folder and its question set; eval/training if none."),
    ] = None,
    test: Annotated[
        list[str] | None,
        typer.Option(metavar="CORPUS=SET", help="To judge it on; repeatable. The shipped sets if none."),
    ] = None,
    epochs: Annotated[int, typer.Option(help="How often every question is seen.", min=1)] = 3,
    save: Annotated[bool, typer.Option(help="Keep what was learnt; otherwise only the figures are shown.")] = False,
) -> None:
    """Tune the default model to questions, and show what that does on corpora it was not tuned on (an hour)."""
    from eval.tune import read_course, tune  # torch takes seconds to import

    settings = load_settings()
    if settings.embedding_model not in ("", DEFAULT_MODEL):
        raise UsageError(
            nl=f"Alleen het standaardmodel is af te stemmen; WMO_EMBEDDING_MODEL is {settings.embedding_model!r}.",
            en=f"Only the default model can be tuned; WMO_EMBEDDING_MODEL is {settings.embedding_model!r}.",
        )
    with progress_bars(err, settings.language) as progress:
        course = read_course([open_world(world, progress) for world in worlds or [TRAINING]], progress)
        judged = [open_world(world, progress) for world in test or SHIPPED]
        learnt = tune(build_default_model(settings.cache, progress), course, epochs, progress)
        rows = [(world, _carry_over(world, {}), _carry_over(world, learnt)) for world in judged]
    _print(rows)
    if save:
        save_tuned(learnt)


def _carry_over(world: World, learnt: Mapping[str, Floats]) -> dict[str, CarryOver]:
    from eval.tune import carry_over

    embedder = world.desk.retriever.judge.with_learnt(learnt)
    return {language: carry_over(world, embedder, language) for language in ("nl", "en")}


def _print(rows: list[tuple[World, dict[str, CarryOver], dict[str, CarryOver]]]) -> None:
    table = Table("not tuned on", "", "recall@5", "tuned", "AUROC closest sentence", "tuned", box=None)
    for world, before, after in rows:
        for language in before:
            table.add_row(
                world.name,
                language,
                f"{before[language].recall:.3f}",
                f"{after[language].recall:.3f}",
                f"{before[language].auroc:.3f}",
                f"{after[language].auroc:.3f}",
            )
    out.print(table)
