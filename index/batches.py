"""Enters: how long each of some texts is, and what embeds a few of them. Leaves: the vectors of all."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import numpy as np

from index.parts import part_rows
from index.types import Parts, Progress, Vectors

logger = logging.getLogger(__name__)

BATCH_TOKENS = 1_000
"""About how many tokens make a batch, padding included; measured best among 250 to 4,000."""

Forward = Callable[[Sequence[int]], tuple[Vectors, Sequence[Vectors]]]
"""From the positions of some texts to their vectors, and to those of the parts of each (none at all: of no text)."""

_SLACK = 1.05


def plan_batches(lengths: Sequence[int], budget: float) -> list[list[int]]:
    """Positions in batches, longest texts first; texts in a batch times its longest text stays within ``budget``.

    A text that is longer than the budget gets a batch of its own.

    >>> plan_batches([2, 9, 3, 3], budget=9)
    [[1], [2, 3, 0]]
    """
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= budget:
            batches[-1].append(position)
        else:
            batches.append([position])
    return batches


def even_budget(lengths: Sequence[int], cores: int) -> float:
    """The budget of batches that keep so many cores busy to the end, some ``BATCH_TOKENS`` each or less.

    >>> even_budget([100] * 24, cores=2)
    630.0
    """
    rounds = math.ceil(sum(lengths) / (BATCH_TOKENS * cores))
    return _SLACK * sum(lengths) / max(1, rounds * cores)


def embed_batches(
    forward: Forward,
    lengths: Sequence[int],
    parts: Sequence[Parts],
    dimension: int,
    cores: int,
    pool: Executor,
    progress: Progress,
) -> Vectors:
    """A row for each text, then one for each of its ``parts``; zeros where ``forward`` gives none."""
    vectors = np.zeros((len(lengths) + sum(map(len, parts)), dimension), np.float32)
    rows = part_rows(len(parts), parts)
    batches = plan_batches(lengths, even_budget(lengths, cores))
    futures = [pool.submit(forward, batch) for batch in batches]
    done = 0
    try:
        for batch, future in zip(batches, futures, strict=True):
            vectors[batch], inside = future.result()
            for i, within in zip(batch, inside, strict=False):
                vectors[rows[i]] = within
            done += len(batch)
            progress("embed", done, len(lengths))
    finally:
        for future in futures:  # who stops while it runs does not wait for the rest
            future.cancel()
    return vectors


def warn_of_cut(lengths: Sequence[int], limit: int) -> None:
    """Tells the log how many texts fill the model's limit of tokens."""
    if cut := sum(length >= limit for length in lengths):
        logger.warning(
            "%s of %s texts fill the %s tokens of the embedding model; what lies beyond is not embedded",
            cut,
            len(lengths),
            limit,
        )
