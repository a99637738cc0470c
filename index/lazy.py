"""Enters: the name of an embedding model. Leaves: an embedder that is loaded when the first vector is needed.

Loading a model takes seconds; a sync in which nothing is new needs its fingerprint alone, which is remembered.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from corpus.errors import ModelUnavailable
from index.embed import DEFAULT_MODEL, find_model, load_embedder
from index.types import Embedder, Parts, Progress, Vectors, no_progress
from index.weights import checksum_weights

logger = logging.getLogger(__name__)

_FILE = "fingerprints.json"


class LazyEmbedder:
    """An embedder of which the fingerprint and the dimension are known already; ``load`` gives the real one.

    Raises:
        ModelUnavailable: when it is loaded and turns out to be another one.
    """

    def __init__(self, fingerprint: str, dimension: int, load: Callable[[], Embedder]) -> None:
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._load = load
        self._loaded: Embedder | None = None
        self._loading = threading.Lock()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order."""
        return self._embedder().embed_queries(texts)

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage or sentence, in order, then one for each part."""
        return self._embedder().embed_passages(texts, progress, parts)

    def _embedder(self) -> Embedder:
        with self._loading:
            if self._loaded is None:
                loaded = self._load()
                if (loaded.fingerprint, loaded.dimension) != (self.fingerprint, self.dimension):
                    raise ModelUnavailable(
                        nl=f"Het embeddingmodel is veranderd: {loaded.fingerprint} in plaats van {self.fingerprint}. "
                        "Geef de opdracht nog eens.",
                        en=f"The embedding model has changed: {loaded.fingerprint} in place of {self.fingerprint}. "
                        "Give the command again.",
                    )
                self._loaded = loaded
            return self._loaded


def prepare_embedder(model: str, cache: Path, progress: Progress = no_progress) -> Embedder:
    """As ``load_embedder``, but a model is loaded when it is first needed, once its fingerprint is known.

    Raises:
        ModelUnavailable: the model cannot be found or loaded.
    """
    folder = None if model == DEFAULT_MODEL else find_model(model, cache, progress)
    if folder is None:
        return load_embedder(model, cache, progress)
    key = f"{folder.name} {checksum_weights(folder)} sentence-transformers {version('sentence-transformers')}"
    memory = _read(cache / _FILE)

    def load() -> Embedder:
        progress("model", 0, 1)
        loaded = load_embedder(model, cache, progress)
        progress("model", 1, 1)
        _remember(cache / _FILE, key, loaded)
        return loaded

    return LazyEmbedder(*memory[key], load) if key in memory else load()


def _read(path: Path) -> dict[str, tuple[str, int]]:
    """What is remembered of each model; nothing where that cannot be read."""
    try:
        return {key: (str(name), int(size)) for key, (name, size) in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(path: Path, key: str, embedder: Embedder) -> None:
    memory = _read(path) | {key: (embedder.fingerprint, embedder.dimension)}
    try:
        path.write_text(json.dumps(memory, indent=1), "utf-8")
    except OSError as error:
        logger.info("the fingerprint of the model is not remembered: %s", error)
