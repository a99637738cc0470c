"""What the ablation compares: the shipped ranking, each leg by itself, plain fusions, and the shipped one less a part.

A variant ranks the passages that were found by other scores, or searches with a part of the retriever taken away. What
is in the stores (the split, the words before a passage when it is embedded) is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.compounds import Compounds
from index.dutch import analyse
from index.gloss import Glosser
from index.glossary import Glossary
from index.linear import LinearModel, read_model
from index.query import Vocabulary
from index.retrieve import PASSAGE_MODEL, Findings

Numbers = NDArray[np.float64]

SHIPPED = "shipped"
SINGLE_LEGS = ("dense leg", "lexical leg")
NOT_FOUND = -np.inf
RRF_CONSTANT = 60


@dataclass(frozen=True)
class Variant:
    """One way to rank.

    ``score`` gives each passage found a score, :data:`NOT_FOUND` to leave it out. ``changes`` gives the fields of the
    retriever that are other than shipped; a variant without them ranks what the shipped one found.
    """

    name: str
    score: Callable[[Findings], Numbers]
    changes: Callable[[Any], Mapping[str, Any]] | None = None


def variants() -> tuple[Variant, ...]:
    """Every variant, the shipped one first."""
    model = read_model(PASSAGE_MODEL)
    return (
        Variant(SHIPPED, as_found),
        *(Variant(name, partial(by_leg, leg=name.removesuffix(" leg"))) for name in SINGLE_LEGS),
        Variant("best sentence", lambda findings: findings.features["sentence"]),
        Variant("reciprocal ranks, equal", reciprocal_rank_fusion),
        Variant("weighted sum 1:1", partial(weighted_sum, share=0.5)),
        Variant("weighted sum 4:1", partial(weighted_sum, share=0.8)),
        *(Variant(f"− {name} score", LinearModelRanking(_without(model, name))) for name in model.weights),
        Variant("− tuning to questions", as_found, _untuned),
        Variant("− the passage in a sentence's vector", as_found, _by_own_words),
        Variant("− restatement", as_found, lambda _: {"glosser": Glosser({}, {})}),
        Variant("− glossary concepts", as_found, lambda _: {"expander": Glossary(()).expander(analyse)}),
        Variant("− compounds", as_found, partial(_less, compounds=Compounds({}))),
        Variant("− other word forms", as_found, partial(_less, families={})),
        Variant("− spelling", as_found, partial(_less, word_counts={})),
    )


@dataclass(frozen=True)
class LinearModelRanking:
    """Scores by another model over the same features."""

    model: LinearModel

    def __call__(self, findings: Findings) -> Numbers:
        """The model's score of each passage."""
        return self.model.score(findings.features)


def as_found(findings: Findings) -> Numbers:
    """The scores that the retriever gave."""
    return findings.scores


def by_leg(findings: Findings, leg: str) -> Numbers:
    """Higher the better the leg ranked a passage; what it did not rank is left out."""
    ranks = findings.legs[leg]
    return np.array([-float(ranks[row]) if row in ranks else NOT_FOUND for row in findings.rows.tolist()])


def reciprocal_rank_fusion(findings: Findings) -> Numbers:
    """The sum over both legs of 1 / (60 + rank), each leg counting the same.

    Source: Cormack, Clarke and Büttcher (2009), https://doi.org/10.1145/1571941.1572114.
    """
    total = np.zeros(len(findings.rows))
    for ranks in findings.legs.values():
        total += [1 / (RRF_CONSTANT + ranks[row]) if row in ranks else 0.0 for row in findings.rows.tolist()]
    return np.where(total > 0, total, NOT_FOUND)


def weighted_sum(findings: Findings, share: float) -> Numbers:
    """``share`` of the passage's cosine, put on 0 to 1 over what was found, and the rest of its BM25 score."""
    cosine = findings.features["passage"]
    spread = float(np.ptp(cosine)) or 1.0
    total: Numbers = share * (cosine - cosine.min()) / spread + (1 - share) * findings.features["lexical"]
    return total


def _without(model: LinearModel, name: str) -> LinearModel:
    return replace(model, weights={other: weight for other, weight in model.weights.items() if other != name})


def _untuned(retriever: Any) -> dict[str, Any]:
    """Questions embedded by the default model as it was made; nothing where another model is in use."""
    if retriever.judge is None:
        return {}
    plain = retriever.judge.with_learnt({})
    return {"embedder": plain, "judge": plain}


def _by_own_words(retriever: Any) -> dict[str, Any]:
    """Sentences with the vector of their own words alone."""
    snapshot = retriever.snapshot
    vectors = retriever.embedder.embed_passages([sentence.text for sentence in snapshot.sentences])
    return {"snapshot": replace(snapshot, sentence_vectors=vectors)}


def _less(retriever: Any, **emptied: object) -> dict[str, Vocabulary]:
    """The vocabulary with parts of it empty and the others as they were, also those that are made from the emptied."""
    vocabulary: Vocabulary = retriever.vocabulary
    less = replace(vocabulary)
    vars(less).update({"compounds": vocabulary.compounds, "families": vocabulary.families} | emptied)
    return {"vocabulary": less}
