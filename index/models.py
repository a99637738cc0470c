"""Which embedding model an index is made with, and which are worth considering for Dutch."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import IndexDamaged
from index.generation import unwritable

MODELS_FILE = Path(__file__).parent / "models.csv"

_CHOICE = "embedding-model"


@dataclass(frozen=True)
class ModelFacts:
    """What is known of an embedding model from public sources.

    ``score`` is its mean nDCG@10 (0 to 100) over the retrieval sets of MTEB-NL, None where none was published, and
    ``source_of_score`` says where; size, limits and licence are those of its model card, ``source``. ``nl`` and ``en``
    say what else matters for a choice, and may be empty.
    """

    name: str
    parameters_millions: int
    dimension: int
    max_tokens: int
    languages: str
    licence: str
    score: float | None
    source_of_score: str
    source: str
    nl: str
    en: str

    def note(self, language: str) -> str:
        """What else matters for a choice, in ``"nl"`` or, for every other value, in English."""
        return self.nl if language == "nl" else self.en


def known_models() -> tuple[ModelFacts, ...]:
    """The models that are worth considering for Dutch, the bundled one first."""
    with MODELS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_facts(row) for row in csv.DictReader(file))


def chosen_model(index: Path) -> str:
    """The model that was chosen for an index, or an empty string where none was.

    Raises:
        IndexDamaged: what was chosen cannot be read.
    """
    try:
        model = (index / _CHOICE).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable_choice(index) from error
    if not model.isprintable():
        raise _unreadable_choice(index)
    return model


def _unreadable_choice(index: Path) -> IndexDamaged:
    return IndexDamaged(
        nl=f"{index / _CHOICE} is beschadigd. Kies het embeddingmodel opnieuw: wmo model use default",
        en=f"{index / _CHOICE} is damaged. Choose the embedding model again: wmo model use default",
    )


def choose_model(index: Path, model: str) -> None:
    """Keeps the choice of a model beside the index that is made with it.

    Raises:
        IndexMissing: the folder of the index cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        (index / _CHOICE).write_text(model + "\n", "utf-8")
    except OSError as error:
        raise unwritable(index, error) from error


def _facts(row: dict[str, str]) -> ModelFacts:
    return ModelFacts(
        name=row["name"],
        parameters_millions=int(row["parameters_millions"]),
        dimension=int(row["dimension"]),
        max_tokens=int(row["max_tokens"]),
        languages=row["languages"],
        licence=row["licence"],
        score=float(row["mteb_nl_retrieval"]) if row["mteb_nl_retrieval"] else None,
        source_of_score=row["source_of_score"],
        source=row["source"],
        nl=row["nl"],
        en=row["en"],
    )
