"""The top of the command line: what ``assistant`` offers, and ``wmo eval``, whose commands are imported when called."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from assistant.cli import CorpusOption, IndexOption, JsonOption, app
from assistant.cli import run as run_command_line
from assistant.corpus_cli import corpus_commands
from assistant.model_cli import model_commands


class _Evaluation(TyperGroup):
    """The commands of ``eval.commands``, which take seconds to import."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands."""
        return [*_evaluate().commands]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command with this name, or None."""
        return _evaluate().commands.get(cmd_name)


def _evaluate() -> TyperGroup:
    from eval.commands import evaluate

    return get_group(evaluate)


app.add_typer(corpus_commands)
app.add_typer(model_commands, name="model")
app.add_typer(
    typer.Typer(cls=_Evaluation, no_args_is_help=True),
    name="eval",
    help="Measure how well questions are answered, and whether a change made it better.",
)


@app.command()
def bench(
    question_set: Annotated[
        Path, typer.Argument(metavar="SET", help="Question set: .jsonl or .csv.", show_default="articles.jsonl")
    ] = Path(__file__).parent / "questions" / "articles.jsonl",
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Measure how long each stage of an answer takes on this computer, without a chat model."""
    started = perf_counter()
    from eval.bench_cli import run_bench

    run_bench(question_set, as_json, corpus, index, started)


def main() -> None:
    """The command ``wmo``."""
    run_command_line(app)
