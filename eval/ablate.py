"""A world and variants of its ranking go in; what each finds, and how far it is from the shipped one, comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.ask import HITS
from eval.metrics import evidence_rank, retrieval_scores
from eval.summary import Floats, interval, resample
from eval.types import Case
from eval.variants import NOT_FOUND, SHIPPED, SINGLE_LEGS, Variant
from eval.worlds import World, as_searched
from index.retrieve import Findings
from index.types import Hit, Progress, no_progress

METRICS = ("recall@5", "recall@10", "budget_recall", "ndcg@10")
GUARDED = ("recall@10", "budget_recall")
ALL = "all"
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Cell:
    """One figure of one variant over ``n`` cases, with its 95% interval.

    ``change`` is the mean difference from the shipped variant, case by case, with an interval of its own.
    """

    value: float
    low: float
    high: float
    change: float
    change_low: float
    change_high: float
    n: int

    @property
    def differs(self) -> bool:
        """Whether the interval of the change leaves out 0."""
        return self.change_low > 0 or self.change_high < 0


Figures = Mapping[str, Mapping[str, Mapping[str, Cell]]]
"""By language (and ``"all"``), then variant, then metric."""


def ablate(world: World, variants: Sequence[Variant], progress: Progress = no_progress) -> Figures:
    """The figures of each variant over the answerable cases of a world."""
    cases = [case for case in world.cases if case.answerable]
    scores: dict[str, list[Mapping[str, float]]] = {variant.name: [] for variant in variants}
    retriever = world.desk.retriever
    changed = {v.name: retriever.model_copy(update=dict(v.changes(retriever))) for v in variants if v.changes}
    for done, case in enumerate(cases, start=1):
        searched, language = as_searched(case)
        shipped = retriever.find(searched, language)
        for variant in variants:
            other = changed.get(variant.name)
            findings = shipped if other is None else other.find(searched, language)
            scores[variant.name].append(score_hits(case, rerank(findings, variant.score).hits(HITS)))
        progress("ask", done, len(cases))
    groups = {ALL: np.arange(len(cases))}
    for lang in sorted({case.lang for case in cases}):
        groups[lang] = np.array([i for i, case in enumerate(cases) if case.lang == lang])
    return {group: _figures(scores, rows) for group, rows in groups.items()}


def shortfalls(figures: Figures) -> tuple[str, ...]:
    """Where the shipped ranking is below its best single leg on a guarded metric; empty where it never is."""
    found = []
    for group, rows in figures.items():
        for metric in GUARDED:
            leg = max(SINGLE_LEGS, key=lambda leg: rows[leg][metric].value)
            shipped, best = rows[SHIPPED][metric].value, rows[leg][metric].value
            if shipped < best - _ROUNDING:
                found.append(f"{group}, {metric}: {SHIPPED} {shipped:.3f}, {leg} {best:.3f}")
    return tuple(found)


def rerank(findings: Findings, score: Callable[[Findings], Floats]) -> Findings:
    """The findings in the order of other scores, without what these leave out."""
    scores = score(findings)
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] > NOT_FOUND]
    features = {name: values[order] for name, values in findings.features.items()}
    return replace(findings, rows=findings.rows[order], scores=scores[order], features=features)


def score_hits(case: Case, hits: Sequence[Hit]) -> Mapping[str, float]:
    """The retrieval scores of a case, as a run gives them."""
    return retrieval_scores(case, hits, [evidence_rank(evidence, hits) for evidence in case.evidence])


def figures_to_json(figures: Figures) -> dict[str, Any]:
    """The figures as plain values."""
    return {
        group: {name: {metric: asdict(cell) for metric, cell in cells.items()} for name, cells in rows.items()}
        for group, rows in figures.items()
    }


def _figures(scores: Mapping[str, Sequence[Mapping[str, float]]], rows: NDArray[np.intp]) -> dict[str, dict[str, Cell]]:
    def values(name: str, metric: str) -> Floats:
        return np.array([scores[name][row][metric] for row in rows])

    return {
        name: {metric: _cell(values(name, metric), values(SHIPPED, metric)) for metric in METRICS} for name in scores
    }


def _cell(values: Floats, shipped: Floats) -> Cell:
    samples = _samples(len(values))
    low, high = interval(values[samples].mean(axis=1))
    change_low, change_high = interval((values - shipped)[samples].mean(axis=1))
    change = float((values - shipped).mean())
    return Cell(float(values.mean()), low, high, change, change_low, change_high, len(values))


@cache
def _samples(n: int) -> NDArray[np.int64]:
    return resample(n)
