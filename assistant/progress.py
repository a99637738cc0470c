"""Progress bars in the terminal for the steps that the index reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from index.types import Progress as ProgressCallback

_LABELS = {
    "prepare model": ("Taalmodel klaarzetten (eenmalig)", "Preparing the embedding model (once)"),
    "model": ("Taalmodel laden", "Loading the embedding model"),
    "compare": ("Bekende rapporten vergelijken", "Comparing known reports"),
    "prepare": ("Nieuwe rapporten lezen", "Reading new reports"),
    "read": ("Rapporten lezen", "Reading reports"),
    "embed": ("Passages en zinnen indexeren", "Indexing passages and sentences"),
    "judge": ("Antwoorden laten beoordelen", "Having answers judged"),
    "ask": ("Vragen beantwoorden", "Answering questions"),
    "course": ("Vragen en hun antwoorden lezen", "Reading questions and what answers them"),
    "tune": ("Taalmodel afstemmen", "Tuning the embedding model"),
    "store": ("Opslaan", "Storing"),
}


def step_label(step: str, language: str) -> str:
    """What a step is called to a user; a step without a name is called what the program calls it.

    >>> step_label("store", "nl"), step_label("unheard of", "en")
    ('Opslaan', 'unheard of')
    """
    dutch, english = _LABELS.get(step, (step, step))
    return dutch if language == "nl" else english


class _RateColumn(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """The rate, or nothing where it is not known yet."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


@contextmanager
def progress_bars(console: Console, language: str) -> Iterator[ProgressCallback]:
    """Shows a bar for each step on ``console``, gone when all is done; nothing where it is not a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step_label(step, language), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield show
