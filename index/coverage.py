"""How much of a question stands in a text: its concepts, weighed by how rare they are in the corpus."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from index.lexical import Concept


def coverage(concepts: Sequence[Concept], rarities: Sequence[float], texts: Sequence[Set[str]]) -> NDArray[np.float64]:
    """For each text, given as its stems, the share of the concepts in it, in [0, 1].

    A concept counts with its rarity, times the weight of the best of its stems that the text has. Without concepts
    the shares are 0.

    >>> coverage([Concept("hulp", {"hulp": 1.0, "zorg": 0.5})], [2.0], [{"zorg"}, {"huis"}]).tolist()
    [0.5, 0.0]
    """
    shares = np.zeros(len(texts))
    for concept, rarity in zip(concepts, rarities, strict=True):
        stems = concept.stems
        for i, text in enumerate(texts):
            common = stems.keys() & text
            if common:
                shares[i] += rarity * max(stems[stem] for stem in common)
    total = sum(rarities)
    return shares / total if total else shares
