"""Enters: texts with parts, and the vectors of their tokens. Leaves: a vector for each part, and where it stands.

Vectors of texts with parts are one array: a row for each text, then one for each part of the first, of the second, ….
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.types import Parts, Vectors


def part_rows(texts: int, parts: Sequence[Parts]) -> list[slice]:
    """The rows of the parts of each text.

    >>> part_rows(2, [[(0, 3)], [(0, 2), (3, 5)]])
    [slice(2, 3, None), slice(3, 5, None)]
    """
    ends = texts + np.cumsum([len(inside) for inside in parts], dtype=int)
    return [slice(end - len(inside), end) for end, inside in zip(ends.tolist(), parts, strict=True)]


def mean_of_tokens(tokens: Vectors, offsets: Sequence[tuple[int, int]], parts: Parts) -> Vectors:
    """The mean vector of the tokens that lie in each part, of length 1; zeros where none does.

    ``tokens`` has shape ``[tokens, dimension]`` or more rows, ``offsets`` says where each token begins and ends; one
    that stands for no characters lies nowhere.
    """
    starts, ends = np.array(offsets).T
    vectors = np.zeros((len(parts), tokens.shape[1]), np.float32)
    for row, (start, end) in enumerate(parts):
        inside = np.flatnonzero((starts < end) & (ends > start) & (ends > starts))
        if len(inside):
            mean = tokens[inside].mean(axis=0)
            vectors[row] = mean / np.linalg.norm(mean)
    return vectors


def moved(parts: Parts, by: int) -> Parts:
    """The parts of a text where it stands after ``by`` other characters.

    >>> moved([(0, 4)], 9)
    [(9, 13)]
    """
    return [(start + by, end + by) for start, end in parts]
