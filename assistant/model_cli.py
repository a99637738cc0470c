"""``wmo model``: which embedding model is in use, which are worth considering, and how to switch."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text as Line

from assistant.cli import CorpusOption, IndexOption, JsonOption, err, out, print_receipt, receipt_to_json
from assistant.settings import Settings, load_settings
from corpus.errors import UsageError

if TYPE_CHECKING:
    from index.models import ModelFacts

model_commands = typer.Typer()


@model_commands.callback(invoke_without_command=True)
def show_models(context: typer.Context, as_json: JsonOption = False, index: IndexOption = None) -> None:
    """Show the embedding model in use and others for Dutch, with size, licence and public scores; switch with `use`.

    Example: wmo model use intfloat/multilingual-e5-large
    """
    if context.invoked_subcommand:
        return
    from assistant.wire import model_name
    from index.embed import is_here
    from index.models import chosen_model, known_models

    settings = load_settings(index=index)
    used = model_name(settings)
    models = known_models()
    here = {name: is_here(name) for name in {used, *(model.name for model in models)}}
    if as_json:
        chosen_by = "WMO_EMBEDDING_MODEL" if settings.embedding_model else "wmo model use"
        facts = {
            "in_use": used,
            "chosen_by": chosen_by if settings.embedding_model or chosen_model(settings.index) else "default",
            "on_this_computer": here[used],
            "models": [_facts_to_json(model, here[model.name], settings.language) for model in models],
        }
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    _print_models(models, used, here, settings)


@model_commands.command("use")
def use(
    name: Annotated[str, typer.Argument(help="A model's name, the folder of one, or default for the bundled one.")],
    yes: Annotated[bool, typer.Option("--yes", help="Fetch the model without asking.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
) -> None:
    """Make the index anew with another embedding model, and use it from then on for this index.

    Example: wmo model use intfloat/multilingual-e5-large
    """
    from assistant.corpus_cli import stoppable
    from assistant.progress import progress_bars
    from assistant.wire import use_model

    settings = load_settings(corpus=corpus, index=index)
    model = str(Path(name).resolve()) if Path(name).is_dir() else name
    if settings.embedding_model and settings.embedding_model != name:
        raise UsageError(
            nl=f"WMO_EMBEDDING_MODEL={settings.embedding_model} gaat voor. Haal die weg, of geef hem de waarde {name}.",
            en=f"WMO_EMBEDDING_MODEL={settings.embedding_model} goes before it. Remove it, or set it to {name}.",
        )
    may_download = yes or _may_fetch(model, settings)
    with stoppable(settings.language), progress_bars(err, settings.language) as progress:
        receipt = use_model(settings, model, may_download, progress)
    if as_json:
        typer.echo(json.dumps({"model": model, **receipt_to_json(receipt, settings.language)}, indent=2))
    else:
        print_receipt(receipt, settings.language, out)
        out.print(Line(f"{'In gebruik' if settings.language == 'nl' else 'In use'}: {model}"))
    if receipt.failed:
        raise typer.Exit(1)


def _may_fetch(model: str, settings: Settings) -> bool:
    """Whether a model that is not on this computer may be fetched: asked in the terminal; False where it is here."""
    from index.embed import is_here
    from index.models import known_models

    if is_here(model):
        return False
    dutch = settings.language == "nl"
    facts = next((facts for facts in known_models() if facts.name == model), None)
    about = f" ({facts.parameters_millions} M, {facts.licence})" if facts else ""
    if not sys.stdin.isatty():
        raise UsageError(
            nl=f"{model}{about} staat niet op deze computer. Haal het op met: wmo model use {model} --yes",
            en=f"{model}{about} is not on this computer. Fetch it with: wmo model use {model} --yes",
        )
    question = "staat niet op deze computer. Ophalen van huggingface.co?"
    typer.confirm(
        f"{model}{about} {question if dutch else 'is not on this computer. Fetch it from huggingface.co?'}",
        abort=True,
        err=True,
    )
    return True


def _print_models(models: tuple[ModelFacts, ...], used: str, here: dict[str, bool], settings: Settings) -> None:
    dutch = settings.language == "nl"
    place = ("op deze computer" if here[used] else "niet op deze computer") if dutch else ""
    place = place or ("on this computer" if here[used] else "not on this computer")
    out.print(Line.assemble("In gebruik: " if dutch else "In use: ", (used, "bold"), f", {place}\n"))
    width = max(len(model.name) for model in models)
    for model in models:
        score = "–" if model.score is None else f"{model.score:.1f}".replace(".", "," if dutch else ".")
        facts = f"{model.parameters_millions:>4} M  {model.languages:<6} {model.licence:<13} MTEB-NL {score:<5}"
        mark = "✓" if here[model.name] else " "
        style = "bold" if model.name == used else ""
        out.print(Line(f"{mark} {model.name:<{width}} {facts}".rstrip(), style=style))
        if note := model.note(settings.language):
            out.print(Line(f"    {note}"))
    out.print(
        Line(
            "\n✓ staat op deze computer. M: miljoenen parameters. MTEB-NL: gemiddelde nDCG@10 op Nederlandse zoektaken"
            " (arXiv:2509.12340, tabel 2).\nOverstappen: wmo model use NAAM"
            if dutch
            else "\n✓ is on this computer. M: millions of parameters. MTEB-NL: mean nDCG@10 on its Dutch retrieval sets"
            " (arXiv:2509.12340, table 2).\nSwitch: wmo model use NAME"
        )
    )


def _facts_to_json(model: ModelFacts, here: bool, language: str) -> dict[str, Any]:
    return {
        "name": model.name,
        "parameters_millions": model.parameters_millions,
        "dimension": model.dimension,
        "max_tokens": model.max_tokens,
        "languages": model.languages.split(),
        "licence": model.licence,
        "mteb_nl_retrieval": model.score,
        "source_of_score": model.source_of_score,
        "source": model.source,
        "note": model.note(language),
        "on_this_computer": here,
    }
