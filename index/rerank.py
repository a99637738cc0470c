"""Enters: a question and the best passages. Leaves: their order by a cross-encoder, which reads the two together.

torch and sentence-transformers are imported when a cross-encoder is loaded, not before: that takes seconds.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from corpus.errors import ModelUnavailable
from index.embed import find_named, first_line, load_options, quiet_transformers

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 8


class Reranker(Protocol):
    """Says how well passages answer a question."""

    @property
    def name(self) -> str:
        """The name of the model."""

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float64]:
        """One number for each passage, in order; higher answers the question better."""


class CrossEncoderReranker:
    """A reranker over a cross-encoder of sentence-transformers; safe to call from several threads."""

    def __init__(self, model: CrossEncoder, name: str) -> None:
        self._model = model
        self._predicting = threading.Lock()
        self.name = name

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float64]:
        """One number for each passage, in order; higher answers the question better."""
        pairs = [(question, passage) for passage in passages]
        with self._predicting:  # a fast tokenizer refuses a second thread
            scores = self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)
        return np.asarray(scores, np.float64)


def load_reranker(model: str) -> Reranker:
    """The cross-encoder in a folder, or of a name on the model hub that was fetched before; nothing is downloaded.

    Raises:
        ModelUnavailable: when it is not on this computer, cannot be loaded, or is no cross-encoder with one score.
    """
    folder = Path(model) if Path(model).is_dir() else find_named(model)
    if folder is None:
        raise ModelUnavailable(
            nl=f"De cross-encoder {model!r} staat niet op deze computer. Haal hem op met: hf download {model}, "
            "geef het pad van een modelmap, of maak WMO_RERANKER leeg.",
            en=f"The cross-encoder {model!r} is not on this computer. Fetch it with: hf download {model}, "
            "give the path of a model folder, or make WMO_RERANKER empty.",
        )
    _require_one_score(model, folder)
    try:
        loaded = _load(folder)
    except (OSError, ValueError, SafetensorError) as error:
        raise _unfit(model, first_line(error)) from error
    return CrossEncoderReranker(loaded, Path(model).name if Path(model).is_dir() else model)


def _load(folder: Path) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    with quiet_transformers():
        loaded: CrossEncoder = CrossEncoder(str(folder), **load_options(local_files_only=True))
    return loaded


def _require_one_score(model: str, folder: Path) -> None:
    """Refuses a model without a trained head, which would be given a random one, and one that gives several scores."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _unfit(model, f"config.json: {first_line(error)}") from error
    architecture = next(iter(config.get("architectures") or ()), "?")
    if not architecture.endswith("ForSequenceClassification"):
        raise _unfit(model, f"{architecture}.")
    labels = len(config.get("id2label") or {0: "", 1: ""})
    if labels != 1:
        raise _unfit(model, f"{labels} labels.")


def _unfit(model: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        nl=f"{model!r} is geen cross-encoder die sentence-transformers kan laden: {reason} Verwacht een model voor "
        "sequence classification met één score. Kies een ander, of maak WMO_RERANKER leeg.",
        en=f"{model!r} is no cross-encoder that sentence-transformers can load: {reason} Expected a model for "
        "sequence classification with one score. Choose another, or make WMO_RERANKER empty.",
    )
