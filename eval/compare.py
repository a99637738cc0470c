"""Two runs over the same cases go in; per metric the paired difference and whether it is worse comes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import rankdata

from corpus.errors import UsageError
from eval.metric_list import BY_NAME, METRICS, Metric
from eval.summary import Floats, auroc, confidences, interval, resample
from eval.types import Outcome

DEFAULT_GUARDS = (
    "ndcg@10",
    "recall@20",
    "ndcg@10_dense",
    "ndcg@10_lexical",
    "evidence_recall",
    "citation_precision",
    "quote_validity",
    "false_answer",
    "false_refusal",
    "confidence",
    "false_confidence",
    "failed",
)
LATENCY = "latency"
LATENCY_LIMIT = 1.25
SIGNIFICANCE = 0.05
PERMUTATIONS = 10_000
SEED = 20150102
_PERMUTED_AT_ONCE = 1_000


@dataclass(frozen=True)
class Difference:
    """How one metric went from run A to run B, over the ``n`` cases that it covers in both.

    ``change`` is B - A (for latency B / A) with its 95% interval, ``p`` the two-sided permutation value,
    ``p_holm`` the same after Holm's correction over the guarded metrics. ``wins`` counts the cases that B
    does better. What a metric does not have is None. ``alarm`` says in a few words why the guard fails,
    and is empty where it does not.
    """

    name: str
    title: str
    n: int
    a: float
    b: float
    change: float
    low: float | None
    high: float | None
    higher_is_better: bool
    p: float | None = None
    p_holm: float | None = None
    wins: int | None = None
    ties: int | None = None
    losses: int | None = None
    guarded: bool = False
    alarm: str = ""


@dataclass(frozen=True)
class Pair:
    """One case in both runs."""

    a: Outcome
    b: Outcome

    @property
    def changed(self) -> bool:
        """Whether the two runs found, cited, said or scored anything differently."""
        return _substance(self.a) != _substance(self.b)


def _substance(outcome: Outcome) -> tuple[Any, ...]:
    answer = outcome.answer or {}
    cited = [(c["report"], c["start"], c["end"], c["quote"]) for c in answer.get("citations", ())]
    return outcome.scores, outcome.error, outcome.declined, answer.get("text"), cited


def require_comparable(a: Mapping[str, Any], b: Mapping[str, Any]) -> None:
    """Do nothing where two summaries are of the same question set over the same corpus.

    Raises:
        UsageError: the sets or the corpora differ.
    """
    names = {"set_hash": ("vragenset", "question set"), "corpus_hash": ("corpus", "corpus")}
    differ = [key for key in names if a["provenance"][key] != b["provenance"][key]]
    if not differ:
        return
    dutch, english = (
        " en ".join(names[key][0] for key in differ),
        " and ".join(names[key][1] for key in differ),
    )
    raise UsageError(
        nl=f"De twee evaluaties hebben een andere {dutch}. Vergelijk ze toch met --force.",
        en=f"The two runs differ in their {english}. Compare them all the same with --force.",
    )


def require_guards(names: Collection[str]) -> None:
    """Do nothing where every name is a metric that can be guarded.

    Raises:
        UsageError: a name is unknown.
    """
    known = [*BY_NAME, LATENCY]
    if unknown := sorted(set(names) - set(known)):
        raise UsageError(
            nl=f"Onbekende maat {', '.join(unknown)}. Kies uit: {', '.join(known)}.",
            en=f"Unknown metric {', '.join(unknown)}. Choose from: {', '.join(known)}.",
        )


def pair_up(a: Sequence[Outcome], b: Sequence[Outcome]) -> tuple[Pair, ...]:
    """The cases that both runs asked, in the order of run A.

    Raises:
        UsageError: the runs share no case.
    """
    others = {outcome.case.id: outcome for outcome in b}
    pairs = tuple(Pair(outcome, others[outcome.case.id]) for outcome in a if outcome.case.id in others)
    if not pairs:
        raise UsageError(
            nl="De twee evaluaties hebben geen enkele vraag gemeen.",
            en="The two runs have no case in common.",
        )
    return pairs


def compare(pairs: Sequence[Pair], guards: Collection[str] = DEFAULT_GUARDS) -> tuple[Difference, ...]:
    """The difference of every metric that covers a case in both runs, in the order of METRICS, latency last.

    A guarded metric raises an alarm where B is worse by Holm-corrected permutation test (p < 0.05) and its interval
    lies wholly on the worse side, beyond the slack that the metric has; a defect (an invalid quote, a failure) where
    any case has it that had it not in A; latency where the interval of the ratio of medians lies above 1.25.
    """
    ordered = sorted(pairs, key=lambda pair: pair.a.case.id)
    found = [difference for metric in METRICS if (difference := _difference(metric, ordered)) is not None]
    marked = [replace(difference, guarded=difference.name in guards) for difference in found]
    judged = [_judged(difference, ordered) for difference in _corrected(marked)]
    return (*judged, *_latency(ordered, guarded=LATENCY in guards))


def _difference(metric: Metric, pairs: Sequence[Pair]) -> Difference | None:
    return mean_difference(metric, pairs) if metric.per_case else auroc_difference(metric, pairs)


def mean_difference(metric: Metric, pairs: Sequence[Pair]) -> Difference | None:
    """The mean of a metric in both runs over the cases that it covers in both, or None where there are none.

    With d the differences case by case, the change is mean(d); its interval is the percentile bootstrap
    over cases.
    """
    both = [p for p in pairs if metric.name in p.a.scores and metric.name in p.b.scores]
    if not both:
        return None
    a = np.array([p.a.scores[metric.name] for p in both])
    b = np.array([p.b.scores[metric.name] for p in both])
    differences = b - a
    better = differences if metric.higher_is_better else -differences
    low, high = interval(differences[resample(len(both))].mean(axis=1)) if len(both) > 1 else (None, None)
    return Difference(
        name=metric.name,
        title=metric.title,
        n=len(both),
        a=float(a.mean()),
        b=float(b.mean()),
        change=float(differences.mean()),
        low=low,
        high=high,
        higher_is_better=metric.higher_is_better,
        p=sign_flip_p(differences),
        wins=int((better > 0).sum()),
        ties=int((better == 0).sum()),
        losses=int((better < 0).sum()),
    )


def sign_flip_p(differences: Floats) -> float:
    """The two-sided p-value of a mean difference, from flipping the sign of each case's difference at random.

    p = (1 + |{flips : |mean| >= |observed mean|}|) / (1 + flips), so it is never 0. Where both runs are
    alike, each difference is as likely to be positive as negative. No difference at all gives 1.

    Source: Fisher's randomisation test; for retrieval see Smucker, Allan and Carterette (2007),
    https://doi.org/10.1145/1321440.1321528; the added 1 is from Phipson and Smyth (2010).

    >>> sign_flip_p(np.zeros(5))
    1.0
    """
    changed = differences[differences != 0]
    if not len(changed):
        return 1.0
    rng = np.random.default_rng(SEED)
    observed = abs(changed.sum()) - 1e-9
    extreme = 0
    for _ in range(PERMUTATIONS // _PERMUTED_AT_ONCE):
        signs = rng.integers(0, 2, size=(_PERMUTED_AT_ONCE, len(changed))) * 2 - 1
        extreme += int((np.abs(signs @ changed) >= observed).sum())
    return (1 + extreme) / (1 + PERMUTATIONS)


def auroc_difference(metric: Metric, pairs: Sequence[Pair]) -> Difference | None:
    """The AUROC of the confidence in both runs, or None where answerable or unanswerable cases are missing.

    The interval resamples cases. The permutation test exchanges the two runs' confidences case by case;
    they are ranked within their run first, so that runs with confidences on another scale can be
    exchanged.
    """
    both = [p for p in pairs if p.a.confidence is not None and p.b.confidence is not None]
    first, positive = confidences([p.a for p in both])
    second, _ = confidences([p.b for p in both])
    if positive.all() or not positive.any():
        return None
    a, b = (float(auroc(scores[None, :], positive[None, :])[0]) for scores in (first, second))
    rows = resample(len(both))
    changes = auroc(second[rows], positive[rows]) - auroc(first[rows], positive[rows])
    low, high = interval(changes[~np.isnan(changes)])
    return Difference(
        name=metric.name,
        title=metric.title,
        n=len(both),
        a=a,
        b=b,
        change=b - a,
        low=low,
        high=high,
        higher_is_better=metric.higher_is_better,
        p=_swap_p(rankdata(first), rankdata(second), positive, abs(b - a)),
    )


def _swap_p(first: Floats, second: Floats, positive: Any, observed: float) -> float:
    rng = np.random.default_rng(SEED)
    extreme = 0
    for _ in range(PERMUTATIONS // _PERMUTED_AT_ONCE):
        swap = rng.integers(0, 2, size=(_PERMUTED_AT_ONCE, len(first))).astype(bool)
        labels = np.broadcast_to(positive, swap.shape)
        changes = auroc(np.where(swap, first, second), labels) - auroc(np.where(swap, second, first), labels)
        extreme += int((np.abs(changes) >= observed - 1e-9).sum())
    return (1 + extreme) / (1 + PERMUTATIONS)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values after Holm's step-down correction for testing several at once, in the order given.

    With p(1) <= ... <= p(m), the corrected p(i) = max over j <= i of min(1, (m - j + 1) p(j)).

    Source: Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for done, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - done) * p_values[i]))
        corrected[i] = highest
    return corrected


def _corrected(differences: Sequence[Difference]) -> list[Difference]:
    tested = [d for d in differences if d.guarded and not BY_NAME[d.name].defect]
    corrected = dict(zip((d.name for d in tested), holm([d.p or 0.0 for d in tested]), strict=True))
    return [replace(d, p_holm=corrected.get(d.name)) for d in differences]


def _judged(difference: Difference, pairs: Sequence[Pair]) -> Difference:
    """The difference with its alarm, where it is guarded and gives cause for one."""
    if not difference.guarded:
        return difference
    if BY_NAME[difference.name].defect:
        return replace(difference, alarm=_defect_alarm(BY_NAME[difference.name], pairs))
    nearest = difference.high if difference.higher_is_better else difference.low
    if nearest is None or difference.p_holm is None:
        return difference
    slack = BY_NAME[difference.name].slack
    worse = nearest < -slack if difference.higher_is_better else nearest > slack
    significant = worse and difference.p_holm < SIGNIFICANCE
    return replace(difference, alarm="significantly worse") if significant else difference


def _defect_alarm(metric: Metric, pairs: Sequence[Pair]) -> str:
    def sound(outcome: Outcome) -> bool:
        return outcome.scores.get(metric.name, metric.perfect) == metric.perfect

    broken = [pair.a.case.id for pair in pairs if sound(pair.a) and not sound(pair.b)]
    return f"newly wrong in {len(broken)} case(s), first {broken[0]}" if broken else ""


def _latency(pairs: Sequence[Pair], guarded: bool) -> tuple[Difference, ...]:
    """The ratio B / A of the median seconds; empty where no case was answered in both."""
    both = [p for p in pairs if p.a.answer is not None and p.b.answer is not None]
    if not both:
        return ()
    a = np.array([p.a.seconds for p in both])
    b = np.array([p.b.seconds for p in both])
    rows = resample(len(both))
    low, high = interval(np.median(b[rows], axis=1) / np.median(a[rows], axis=1))
    alarm = f"median more than {LATENCY_LIMIT} times as long" if guarded and low > LATENCY_LIMIT else ""
    return (
        Difference(
            name=LATENCY,
            title="Latency (median, B / A)",
            n=len(both),
            a=float(np.median(a)),
            b=float(np.median(b)),
            change=float(np.median(b) / np.median(a)),
            low=low,
            high=high,
            higher_is_better=False,
            wins=int((b < a).sum()),
            ties=int((b == a).sum()),
            losses=int((b > a).sum()),
            guarded=guarded,
            alarm=alarm,
        ),
    )
