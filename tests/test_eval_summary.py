from dataclasses import replace

import numpy as np
import pytest
from eval_desk import CASES, as_json, make_answer, text_of
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eval.run import run_cases
from eval.summary import auroc, estimate_auroc, estimate_mean, latency, risk_coverage, summarise
from eval.types import Case, Marks, Outcome

OUTCOMES = run_cases(CASES, make_answer, text_of, as_json)


def outcome(confidence: float, answerable: bool, declined: bool, found: float = 1.0, seconds: float = 1.0) -> Outcome:
    case = Case(f"{confidence}", "nl", "q", "k", answerable)
    scores = {"recall@5": found} if answerable else {}
    return Outcome(case, {"confidence": confidence, "declined": declined}, scores, Marks(), "", seconds)


def test_every_metric_is_summarised_overall_and_for_the_languages_and_kinds_it_covers() -> None:
    metrics = summarise(OUTCOMES)["metrics"]
    assert metrics["overall"]["evidence_recall"]["n"] == 40
    assert metrics["overall"]["false_answer"]["n"] == 15
    assert metrics["overall"]["refusal_auroc"]["n"] == 55
    assert set(metrics["lang"]) == {"nl", "en"}
    assert set(metrics["kind"]["unanswerable"]) == {"false_answer", "false_confidence", "failed"} | (
        {"quote_validity"} & set(metrics["kind"]["unanswerable"])
    )
    parts = metrics["lang"]["nl"]["recall@1"], metrics["lang"]["en"]["recall@1"]
    total = sum(part["value"] * part["n"] for part in parts) / sum(part["n"] for part in parts)
    assert metrics["overall"]["recall@1"]["value"] == pytest.approx(total)


def test_the_figures_do_not_depend_on_the_order_of_the_cases() -> None:
    varied = [replace(o, scores={**o.scores, "mrr": 1 / (i + 1)}) for i, o in enumerate(OUTCOMES)]
    first, second = summarise(varied), summarise(varied[::-1])
    assert first.pop("timing").keys() == second.pop("timing").keys()
    assert first == second


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_the_interval_holds_the_mean_and_stays_within_the_values(values: list[float]) -> None:
    estimate = estimate_mean(values)
    assert estimate.low is not None and estimate.high is not None
    assert min(values) - 1e-9 <= estimate.low <= estimate.high <= max(values) + 1e-9
    assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9


def test_the_interval_is_as_wide_as_the_normal_approximation_says() -> None:
    estimate = estimate_mean([0.0, 1.0] * 200)
    assert estimate.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.005)
    assert estimate.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.005)


def test_one_case_has_a_mean_and_no_interval() -> None:
    estimate = estimate_mean([0.25])
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (0.25, None, None, 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_auroc_agrees_with_scikit_learn(pairs: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in pairs])
    labels = np.array([label for _, label in pairs])
    found = auroc(scores[None, :], labels[None, :])[0]
    if labels.all() or not labels.any():
        assert np.isnan(found)
        assert estimate_auroc(scores, labels) is None
    else:
        assert found == pytest.approx(roc_auc_score(labels, scores))


def test_the_interval_of_the_auroc_holds_it_even_where_resamples_lack_a_sort() -> None:
    estimate = estimate_auroc(np.array([0.9, 0.2, 0.6]), np.array([True, False, False]))
    assert estimate is not None and (estimate.low, estimate.value, estimate.high) == (1.0, 1.0, 1.0)


def test_risk_and_coverage_have_their_hand_values_at_every_threshold() -> None:
    curve = risk_coverage(
        [
            outcome(0.9, answerable=True, declined=False),
            outcome(0.8, answerable=False, declined=False),
            outcome(0.6, answerable=True, declined=False, found=0.0),
            outcome(0.1, answerable=False, declined=True),
        ]
    )
    assert [point["coverage"] for point in curve["points"]] == [0.25, 0.5, 0.75, 1.0]
    assert [point["unanswerable"] for point in curve["points"]] == [0.0, 0.5, pytest.approx(1 / 3), 0.5]
    assert [point["unanswerable_or_not_found"] for point in curve["points"]] == [0, 0.5, pytest.approx(2 / 3), 0.75]
    assert curve["chosen"] == curve["points"][2] | {"threshold": None}


def test_a_run_that_answers_nothing_has_no_chosen_point() -> None:
    assert risk_coverage([outcome(0.1, answerable=True, declined=True)])["chosen"] is None


def test_latency_leaves_failures_out() -> None:
    answered = [outcome(0.9, True, False, seconds=seconds) for seconds in (1.0, 2.0, 3.0)]
    failed = replace(answered[0], answer=None, error="x", seconds=99.0)
    assert latency([*answered, failed]) == {"n": 3, "mean": 2.0, "p50": 2.0, "p95": pytest.approx(2.9)}
    assert latency([failed]) == {"n": 0}
