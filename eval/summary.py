"""The outcomes of a run become figures: each metric overall, per language and per kind, with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from eval.metric_list import METRICS
from eval.types import Estimate, Outcome

RESAMPLES = 2_000
SEED = 20150101
LEVEL = 0.95

Floats = NDArray[np.float64]


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures of a run as JSON: counts, ``metrics``, the risk–coverage ``curve`` and, apart, ``timing``.

    ``metrics`` maps ``"overall"``, ``"lang"`` and ``"kind"`` to estimates by metric (below a language or
    kind for the last two); a metric that covers no case of a group is left out of it. All but ``timing``
    is the same for the same outcomes, in whatever order.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.case.id)
    return {
        "cases": len(ordered),
        "answerable": sum(outcome.case.answerable for outcome in ordered),
        "failed": sum(outcome.answer is None for outcome in ordered),
        "intervals": {"level": LEVEL, "method": "percentile bootstrap", "resamples": RESAMPLES, "seed": SEED},
        "metrics": {
            "overall": estimates(ordered),
            "lang": _by(ordered, lambda outcome: outcome.case.lang),
            "kind": _by(ordered, lambda outcome: outcome.case.kind),
        },
        "curve": risk_coverage(ordered),
        "timing": {"seconds": latency(ordered)},
    }


def _by(outcomes: Sequence[Outcome], label: Callable[[Outcome], str]) -> dict[str, Any]:
    labels = sorted({label(outcome) for outcome in outcomes})
    return {name: estimates([o for o in outcomes if label(o) == name]) for name in labels}


def estimates(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    """An estimate, as JSON, for each metric that covers one of the outcomes."""
    found: dict[str, dict[str, Any]] = {}
    for metric in METRICS:
        if metric.per_case:
            values = [o.scores[metric.name] for o in outcomes if metric.name in o.scores]
            estimate = estimate_mean(values) if values else None
        else:
            estimate = estimate_auroc(*confidences(outcomes))
        if estimate is not None:
            found[metric.name] = asdict(estimate)
    return found


def confidences(outcomes: Sequence[Outcome]) -> tuple[Floats, NDArray[np.bool_]]:
    """The confidence of each case that did not fail, and whether it is answerable."""
    pairs = [(o.confidence, o.case.answerable) for o in outcomes if o.confidence is not None]
    return np.array([c for c, _ in pairs], dtype=np.float64), np.array([a for _, a in pairs], dtype=np.bool_)


def resample(n: int, seed: int = SEED) -> NDArray[np.int64]:
    """Which of ``n`` cases each bootstrap sample holds: shape ``[RESAMPLES, n]``, drawn with replacement."""
    return np.random.default_rng(seed).integers(0, n, size=(RESAMPLES, n))


def interval(resampled: Floats) -> tuple[float, float]:
    """The middle 95% of the resampled figures: their 2.5th and 97.5th percentile.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13 (percentile interval).
    """
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return float(low), float(high)


def estimate_mean(values: Sequence[float]) -> Estimate:
    """The mean of at least one value, with an interval from the bootstrap over cases (two or more).

    >>> estimate_mean([1.0, 1.0, 1.0])
    Estimate(value=1.0, low=1.0, high=1.0, n=3)
    """
    array = np.asarray(values, dtype=np.float64)
    if len(array) == 1:
        return Estimate(float(array[0]), None, None, 1)
    low, high = interval(array[resample(len(array))].mean(axis=1))
    return Estimate(float(array.mean()), low, high, len(array))


def auroc(scores: Floats, positive: NDArray[np.bool_]) -> Floats:
    """The area under the ROC curve of each row; NaN for a row that lacks positives or negatives.

    ``scores`` and ``positive`` have shape ``[rows, cases]``. AUROC = (R - P(P + 1) / 2) / (P N), where P
    and N count the positives and negatives and R is the sum of the positives' ranks, ties ranked by their
    mean. It is the chance that a positive scores higher than a negative, a tie counting half.

    Source: Hanley and McNeil (1982), https://doi.org/10.1148/radiology.143.1.7063747.

    >>> auroc(np.array([[0.9, 0.4, 0.4, 0.1]]), np.array([[True, True, False, False]]))
    array([0.875])
    """
    ranks: Floats = np.where(positive, rankdata(scores, axis=1), 0.0).sum(axis=1)
    positives = positive.sum(axis=1).astype(np.float64)
    pairs = positives * (positive.shape[1] - positives)
    above = ranks - positives * (positives + 1) / 2
    areas: Floats = np.divide(above, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return areas


def estimate_auroc(scores: Floats, positive: NDArray[np.bool_]) -> Estimate | None:
    """The AUROC over the cases with its interval, or None where one of the two sorts is missing.

    Bootstrap samples that happen to lack one of the sorts have no AUROC and are left out.
    """
    if positive.all() or not positive.any():
        return None
    rows = resample(len(scores))
    resampled = auroc(scores[rows], positive[rows])
    low, high = interval(resampled[~np.isnan(resampled)])
    return Estimate(float(auroc(scores[None, :], positive[None, :])[0]), low, high, len(scores))


def risk_coverage(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What would be answered, and how much of it wrongly, at every threshold on the confidence.

    For a threshold t, coverage(t) = |{c : confidence(c) >= t}| / |C| and risk(t) = the share of those
    cases that the corpus does not answer (``unanswerable``), or that it does not answer or of which no
    evidence was among the first five hits (``unanswerable_or_not_found``). ``points`` are in order of
    falling threshold, one for each confidence that occurs; ``chosen`` is what the run in fact answered,
    None where it answered nothing. Failed cases are left out.

    Source: El-Yaniv and Wiener (2010), https://jmlr.org/papers/v11/el-yaniv10a.html.
    """
    asked = [(o.confidence, o) for o in outcomes if o.confidence is not None]
    thresholds = sorted({confidence for confidence, _ in asked}, reverse=True)
    points = [
        _point([o for confidence, o in asked if confidence >= threshold], len(asked), threshold)
        for threshold in thresholds
    ]
    answered = [o for _, o in asked if not o.declined]
    return {"points": points, "chosen": _point(answered, len(asked), None) if answered else None}


def _point(answered: Sequence[Outcome], asked: int, threshold: float | None) -> dict[str, float | None]:
    unanswerable = sum(not o.case.answerable for o in answered)
    not_found = sum(o.scores.get("recall@5") == 0.0 for o in answered)
    return {
        "threshold": threshold,
        "coverage": len(answered) / asked,
        "unanswerable": unanswerable / len(answered),
        "unanswerable_or_not_found": (unanswerable + not_found) / len(answered),
    }


def latency(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The mean, median and 95th percentile of the seconds from question to answer, failures left out."""
    seconds = [outcome.seconds for outcome in outcomes if outcome.answer is not None]
    if not seconds:
        return {"n": 0}
    p50, p95 = np.quantile(seconds, [0.5, 0.95])
    return {"n": len(seconds), "mean": float(np.mean(seconds)), "p50": float(p50), "p95": float(p95)}
