"""Fits the two small models behind an answer, and says how well they carry over to another corpus.

Each model is fitted on all worlds but one and judged on that one, for each in turn, so that every figure given is for a
corpus that the model has not seen; what is saved is fitted on all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.evidence import candidate_sentences, sentence_features
from assistant.refuse import bounds, refusal_features
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
    "nearby",
    "figureless",
    "cause",
    "long",
    "question",
    "section",
)
REFUSAL_FEATURES = ("closest", "unknown_figure", "unknown_name")
WRONGLY = 0.05
_CONSTANT = 1e-9

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Rows of features with what each should have been (1 or 0)."""

    features: Features
    labels: Numbers


@dataclass(frozen=True)
class Examples:
    """What one world gives to fit on.

    ``bounds`` are the least and the most that the probability of an answer may be, shape ``[questions, 2]``.
    """

    name: str
    evidence: Table
    refusal: Table
    bounds: Numbers


@dataclass(frozen=True)
class Held:
    """How the two models did on a world that they were not fitted on.

    ``evidence`` is the AUROC of telling evidence from the other sentences, ``answered`` that of telling questions with
    an answer from those without. ``refused`` is the share of the latter that a limit refuses which wrongly refuses no
    more than ``WRONGLY`` of the former.
    """

    world: str
    evidence: float
    answered: float
    refused: float


def read_examples(world: World) -> Examples:
    """The examples of a world: every weighed sentence of the answerable cases, and every case for the refusal."""
    asked = [(case, world.desk.retriever.find(*as_searched(case))) for case in world.cases]
    answerable = [(case, findings) for case, findings in asked if case.answerable and len(findings.rows)]
    sentences = [_sentence_rows(case, findings, world.desk) for case, findings in answerable]
    refusals = [(refusal_features(findings), np.array([float(case.answerable)])) for case, findings in asked]
    limits = np.array([bounds(findings) for _, findings in asked])
    return Examples(world.name, _stack(sentences), _stack(refusals), limits)


def fit_evidence(worlds: Sequence[Examples]) -> LinearModel:
    """The scorer of sentences: logistic regression, every world counting the same."""
    tables = [world.evidence for world in worlds]
    weights = np.concatenate([np.full(len(t.labels), 1 / len(t.labels)) for t in tables])
    return _fit(tables, EVIDENCE_FEATURES, weights)


def fit_refusal(worlds: Sequence[Examples]) -> LinearModel:
    """The refusal: logistic regression, every world counting the same, and in it answerable as much as unanswerable.

    What is refused whatever the model says teaches it nothing and is left out.
    """
    tables = [_without(world.refusal, world.bounds[:, 1] == 0) for world in worlds]
    weights = np.concatenate([_balanced(t.labels) for t in tables])
    return _fit(tables, REFUSAL_FEATURES, weights)


def cross_validate(worlds: Sequence[Examples]) -> tuple[Held, ...]:
    """How models fitted on all other worlds do on each; needs two worlds or more."""
    return tuple(hold_out([other for other in worlds if other is not world], world) for world in worlds)


def hold_out(fitted: Sequence[Examples], world: Examples) -> Held:
    """How models fitted on some worlds do on another.

    A question is refused by its probability as the assistant gives it, bounds and all.
    """
    evidence, refusal = fit_evidence(fitted), fit_refusal(fitted)
    probabilities = np.clip(refusal.probability(world.refusal.features), *world.bounds.T)
    answerable = world.refusal.labels > 0
    limit = np.quantile(probabilities[answerable], WRONGLY, method="lower")
    return Held(
        world.name,
        float(roc_auc_score(world.evidence.labels, evidence.score(world.evidence.features))),
        float(roc_auc_score(world.refusal.labels, probabilities)),
        float((probabilities[~answerable] < limit).mean()),
    )


def describe(worlds: Sequence[Examples], held: Mapping[str, float]) -> Mapping[str, object]:
    """What goes beside the weights in their file: on what they were fitted, and the AUROC on worlds held out."""
    return {
        "fitted": [world.name for world in worlds],
        "auroc_when_held_out": {world: round(auroc, 3) for world, auroc in held.items()},
        "made_with": "wmo eval fit",
    }


def _sentence_rows(case: Case, findings: Findings, desk: Desk) -> tuple[Features, Numbers]:
    rows, ranks = candidate_sentences(findings)
    sentences = [findings.snapshot.sentences[row] for row in rows]
    labels = mark_evidence(case, sentences, desk).astype(np.float64)
    return sentence_features(findings, rows, ranks), labels


def _without(table: Table, rows: NDArray[np.bool_]) -> Table:
    kept = {name: values[~rows] for name, values in table.features.items()}
    return Table(kept, table.labels[~rows])


def _stack(parts: Sequence[tuple[Features, Numbers]]) -> Table:
    return Table(
        {name: np.concatenate([features[name] for features, _ in parts]) for name in parts[0][0]},
        np.concatenate([labels for _, labels in parts]),
    )


def _balanced(labels: Numbers) -> Numbers:
    positive = labels > 0
    shares: Numbers = np.where(positive, 1 / max(positive.sum(), 1), 1 / max((~positive).sum(), 1))
    return shares


def _fit(tables: Sequence[Table], names: Sequence[str], weights: Numbers) -> LinearModel:
    """A logistic regression over standardised features, its weights given back for the features as they are.

    A feature that is the same everywhere gets no weight.
    """
    columns = np.stack([np.concatenate([t.features[name] for t in tables]) for name in names], axis=1)
    labels = np.concatenate([t.labels for t in tables])
    spread = columns.std(axis=0)
    spread[spread < _CONSTANT] = np.inf
    model = LogisticRegression(C=10, max_iter=5000)
    model.fit(columns / spread, labels, sample_weight=weights * len(labels) / weights.sum())
    slopes = model.coef_[0] / spread
    return LinearModel(dict(zip(names, slopes.tolist(), strict=True)), float(model.intercept_[0]))
