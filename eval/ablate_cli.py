"""``wmo eval ablate``: proves the shipped ranking against its legs, plain fusions, and itself less each part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text as Line

from assistant.cli import err, out
from assistant.progress import progress_bars
from assistant.settings import load_settings
from eval.ablate import METRICS, Cell, Figures, ablate, figures_to_json, shortfalls
from eval.cases import hash_cases
from eval.metric_list import BY_NAME
from eval.run import write_whole
from eval.variants import SHIPPED, variants
from eval.worlds import SHIPPED as SHIPPED_WORLDS
from eval.worlds import World, open_world

_ABOUT = (
    "Each figure is the mean over the answerable cases, with its 95% interval (percentile bootstrap over cases). Below "
    f"it stands the mean difference from *{SHIPPED}*, case by case, with its interval, in bold where that leaves out 0."
)


def ablate_command(
    worlds: Annotated[
        list[str] | None,
        typer.Argument(metavar="CORPUS=SET…", help="A corpus folder and its question set; the shipped ones if none."),
    ] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Folder for ablation.json and ablation.md.")] = None,
) -> None:
    """Rank with each leg, each fusion and each part taken away, and show what that costs, by set and language.

    Exit code 1 where the shipped ranking is below its best single leg.
    """
    found: dict[str, Figures] = {}
    about = {}
    with progress_bars(err, load_settings().language) as progress:
        for named in worlds or SHIPPED_WORLDS:
            world = open_world(named, progress)
            found[world.name] = ablate(world, variants(), progress)
            about[world.name] = _provenance(world)
    for name, figures in found.items():
        for group, rows in figures.items():
            out.print(_table(f"{name} · {group}", rows), soft_wrap=False)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        worlds_json = {name: about[name] | {"figures": figures_to_json(found[name])} for name in found}
        write_whole(folder / "ablation.json", json.dumps(worlds_json, ensure_ascii=False, indent=1) + "\n")
        write_whole(folder / "ablation.md", "\n".join(_markdown(found)) + "\n")
        out.print(str(folder / "ablation.md"), markup=False)
    below = [f"{name}, {shortfall}" for name, figures in found.items() for shortfall in shortfalls(figures)]
    for line in below:
        err.print(line, style="red", markup=False)
    if below:
        raise typer.Exit(1)


def _provenance(world: World) -> dict[str, str]:
    return {
        "set_hash": hash_cases(world.cases),
        "corpus_hash": world.desk.corpus_hash,
        "fingerprint": world.desk.fingerprint,
    }


def _table(title: str, rows: Mapping[str, Mapping[str, Cell]]) -> Table:
    table = Table(box=None, pad_edge=False, title=f"{title} · n = {rows[SHIPPED][METRICS[0]].n}", title_justify="left")
    table.add_column("", no_wrap=True)
    for metric in METRICS:
        table.add_column(BY_NAME[metric].title, justify="right")
    for name, cells in rows.items():
        table.add_row(name, *(_shown(cells[metric], name == SHIPPED) for metric in METRICS))
    return table


def _shown(cell: Cell, shipped: bool) -> Line:
    """The figure and its change, red or green where the change is more than chance."""
    if shipped:
        return Line(f"{cell.value:.3f}       ", style="bold")
    style = ("green" if cell.change > 0 else "red") if cell.differs else ""
    return Line.assemble(f"{cell.value:.3f} ", (f"{cell.change:+.3f}", style))


def _markdown(found: Mapping[str, Figures]) -> Iterator[str]:
    yield from ("# Ablation of the ranking", "", _ABOUT)
    for world, figures in found.items():
        for group, rows in figures.items():
            n = rows[SHIPPED][METRICS[0]].n
            yield from ("", f"## {world}, {group} ({n} cases)", "")
            yield "| ranking | " + " | ".join(BY_NAME[metric].title for metric in METRICS) + " |"
            yield "|---" * (len(METRICS) + 1) + "|"
            for name, cells in rows.items():
                yield f"| {name} | " + " | ".join(_written(cells[metric], name == SHIPPED) for metric in METRICS) + " |"


def _written(cell: Cell, shipped: bool) -> str:
    value = f"{cell.value:.3f} [{cell.low:.3f}, {cell.high:.3f}]"
    if shipped:
        return value
    change = f"{cell.change:+.3f} [{cell.change_low:+.3f}, {cell.change_high:+.3f}]"
    return f"{value}<br>{f'**{change}**' if cell.differs else change}"
