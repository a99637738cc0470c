"""Fits the two small models behind an answer, and says how well they carry over to another corpus.

Each model is fitted on all worlds but one and judged on that one, for each in turn, so that every figure given is for a
corpus that the model has not seen; what is saved is fitted on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.evidence import candidate_sentences, sentence_features
from assistant.refuse import refusal_features
from assistant.wire import Desk
from eval.labels import mark_evidence
from eval.types import Case
from eval.worlds import World, as_searched
from index.linear import Features, LinearModel
from index.retrieve import Findings

EVIDENCE_FEATURES = (
    "lead",
    "passage",
    "rank",
    "words",
    "nearby",
    "headings",
    "figureless",
    "long",
    "question",
    "opening",
)
REFUSAL_FEATURES = ("closest", "unknown_figure", "unknown_name")

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Rows of features with what each should have been (1 or 0), grouped by question."""

    features: Features
    labels: Numbers
    question: NDArray[np.intp]


@dataclass(frozen=True)
class Examples:
    """What one world gives to fit on."""

    name: str
    evidence: Table
    refusal: Table


@dataclass(frozen=True)
class Held:
    """How a model did on the world that it was not fitted on: AUROC, over ``examples`` rows."""

    world: str
    examples: int
    auroc: float


def read_examples(world: World) -> Examples:
    """The examples of a world: every weighed sentence of the answerable cases, and every case for the refusal."""
    asked = [(case, world.desk.retriever.find(*as_searched(case))) for case in world.cases]
    answerable = [(case, findings) for case, findings in asked if case.answerable and len(findings.rows)]
    sentences = [_sentence_rows(case, findings, world.desk) for case, findings in answerable]
    refusals = [(refusal_features(findings), np.array([float(case.answerable)])) for case, findings in asked]
    return Examples(world.name, _stack(sentences), _stack(refusals))


def fit_evidence(worlds: Sequence[Examples]) -> LinearModel:
    """The scorer of sentences: logistic regression, every world counting the same."""
    tables = [world.evidence for world in worlds]
    weights = np.concatenate([np.full(len(t.labels), 1 / len(t.labels)) for t in tables])
    return _fit(tables, EVIDENCE_FEATURES, weights)


def fit_refusal(worlds: Sequence[Examples]) -> LinearModel:
    """The refusal: logistic regression, every world counting the same, and in it answerable as much as unanswerable."""
    tables = [world.refusal for world in worlds]
    weights = np.concatenate([_balanced(t.labels) for t in tables])
    return _fit(tables, REFUSAL_FEATURES, weights)


def cross_validate(
    worlds: Sequence[Examples],
    fit: Callable[[Sequence[Examples]], LinearModel],
    table_of: Callable[[Examples], Table],
) -> tuple[Held, ...]:
    """How a model fitted on all other worlds does on each; needs two worlds or more."""
    held = []
    for world in worlds:
        table = table_of(world)
        scores = fit([other for other in worlds if other is not world]).score(table.features)
        held.append(Held(world.name, len(table.labels), float(roc_auc_score(table.labels, scores))))
    return tuple(held)


def describe(worlds: Sequence[Examples], held: Sequence[Held]) -> Mapping[str, object]:
    """What goes beside the weights in their file: on what they were fitted, and how they carried over."""
    return {
        "fitted": [world.name for world in worlds],
        "auroc_when_held_out": {h.world: round(h.auroc, 3) for h in held},
        "made_with": "wmo eval fit",
    }


def _sentence_rows(case: Case, findings: Findings, desk: Desk) -> tuple[Features, Numbers]:
    rows, ranks = candidate_sentences(findings)
    sentences = [findings.snapshot.sentences[row] for row in rows]
    labels = mark_evidence(case, sentences, desk).astype(np.float64)
    return sentence_features(findings, rows, ranks), labels


def _stack(parts: Sequence[tuple[Features, Numbers]]) -> Table:
    return Table(
        {name: np.concatenate([features[name] for features, _ in parts]) for name in parts[0][0]},
        np.concatenate([labels for _, labels in parts]),
        np.concatenate([np.full(len(labels), i) for i, (_, labels) in enumerate(parts)]),
    )


def _balanced(labels: Numbers) -> Numbers:
    positive = labels > 0
    shares: Numbers = np.where(positive, 1 / max(positive.sum(), 1), 1 / max((~positive).sum(), 1))
    return shares


def _fit(tables: Sequence[Table], names: Sequence[str], weights: Numbers) -> LinearModel:
    """A logistic regression over standardised features, its weights given back for the features as they are."""
    columns = np.stack([np.concatenate([t.features[name] for t in tables]) for name in names], axis=1)
    labels = np.concatenate([t.labels for t in tables])
    spread = columns.std(axis=0) + 1e-9
    model = LogisticRegression(C=10, max_iter=5000)
    model.fit(columns / spread, labels, sample_weight=weights * len(labels) / weights.sum())
    slopes = model.coef_[0] / spread
    return LinearModel(dict(zip(names, slopes.tolist(), strict=True)), float(model.intercept_[0]))
