"""The top of the command line: what ``assistant`` offers, and ``wmo eval``, whose commands are imported when called."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from assistant.cli import app
from assistant.cli import run as run_command_line
from assistant.corpus_cli import corpus_commands


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
app.add_typer(
    typer.Typer(cls=_Evaluation, no_args_is_help=True),
    name="eval",
    help="Measure how well questions are answered, and whether a change made it better.",
)


def main() -> None:
    """The command ``wmo``."""
    run_command_line(app)
