"""The values that the index hands out, and the one seam it needs: an embedder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.types import Passage

Vectors = NDArray[np.float32]
"""A 2-d array of shape ``[texts, dimension]``; each row has length 1."""

Parts = Sequence[tuple[int, int]]
"""Parts of a text, each by the offsets of its start and its end."""

Progress = Callable[[str, int, int], None]
"""Called as ``progress(step, done, total)``; ``step`` is a short English name such as ``"embed"``."""


def no_progress(step: str, done: int, total: int) -> None:
    """The progress callback that shows nothing."""


@dataclass(frozen=True)
class Hit:
    """A passage that was found: ``rank`` from 1, ``score`` higher is better, ``legs`` the rank each leg gave it."""

    passage: Passage
    rank: int
    score: float
    legs: Mapping[str, int] = field(default_factory=dict)


class Embedder(Protocol):
    """Turns texts into vectors; queries and passages get the prompts that the model was trained with."""

    @property
    def fingerprint(self) -> str:
        """What must be equal for two sets of vectors to be comparable: model, weights, dimension, prompts."""

    @property
    def dimension(self) -> int:
        """The length of each vector."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order."""

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage or sentence, in order; below those, one for each of the ``parts`` of each text.

        The vector of a part is of what it means within its text, which need not be read once more for it: zeros where
        the model gives no such vector. ``parts`` has an entry for each text, or none at all.
        """


class Judge(Protocol):
    """Turns questions into vectors that lie near a sentence only where this answers the question."""

    def embed_both_ways(self, ranking: Sequence[str], judging: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Vectors that find passages for some forms of a question, and vectors that judge for others."""
