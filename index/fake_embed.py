"""Enters: texts. Leaves: vectors made by counting hashed words, for tests that need an embedder but no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from index.types import Parts, Progress, Vectors, no_progress


class HashingEmbedder:
    """An embedder whose vectors count words: texts that share words are near each other, in every process alike.

    >>> wmo, same, other = HashingEmbedder().embed_passages(["De Wmo 2015", "de wmo 2015", "een stad"])
    >>> round(float(wmo @ same), 3), bool(wmo @ other < 0.5)
    (1.0, True)
    """

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.fingerprint = f"hashed-words-{dimension}"

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order."""
        return self.embed_passages(texts)

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage, in order, and zeros for each part; a text without words gets the first axis."""
        vectors: Vectors = np.zeros((len(texts), self.dimension), np.float32)
        for done, text in enumerate(texts, start=1):
            for word in re.findall(r"\w+", text.casefold()):
                vectors[done - 1, self._axis(word)] += 1
            progress("embed", done, len(texts))
        vectors[~vectors.any(axis=1), 0] = 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.vstack([vectors, np.zeros((sum(map(len, parts)), self.dimension), np.float32)])

    def _axis(self, word: str) -> int:
        return int.from_bytes(blake2b(word.encode(), digest_size=8).digest()) % self.dimension
