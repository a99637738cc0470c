import itertools
from dataclasses import replace

import numpy as np
import pytest
from eval_desk import CASES, Assistant, as_json, make_answer, text_of
from scipy.stats import false_discovery_control, permutation_test

from assistant.types import Answer, Citation
from corpus.errors import UsageError
from eval.compare import (
    DEFAULT_GUARDS,
    Difference,
    Pair,
    compare,
    holm,
    pair_up,
    require_comparable,
    require_guards,
    sign_flip_p,
)
from eval.run import run_cases
from eval.types import Case, Outcome


def run_with(answer: Assistant) -> tuple[Outcome, ...]:
    return run_cases(CASES, answer, text_of, as_json)


BEFORE = run_with(make_answer)


def halve_the_hits(case: Case) -> Answer:
    answer = make_answer(case)
    return replace(answer, hits=answer.hits[1::2])


def shift_the_spans(case: Case) -> Answer:
    answer = make_answer(case)
    moved = tuple(replace(c, start=c.start + 1, end=c.end + 1) for c in answer.citations)
    return replace(answer, citations=moved)


def never_decline(case: Case) -> Answer:
    answer = make_answer(case)
    passage = answer.hits[0].passage
    cited = Citation(1, passage.report_id, passage.start, passage.end, passage.text, None)
    return replace(answer, declined=False, citations=(cited,), text=f"{passage.text} [1]")


def always_decline(case: Case) -> Answer:
    return replace(make_answer(case), declined=True, citations=(), text="Niet gevonden.")


def drop_the_name(case: Case) -> Answer:
    return make_answer(replace(case, question=case.question.rsplit(" ", 1)[0]))


def cite_the_neighbour(case: Case) -> Answer:
    answer = make_answer(case)
    passage = answer.hits[1].passage
    wrong = tuple(replace(c, start=passage.start, end=passage.end, quote=passage.text) for c in answer.citations)
    return replace(answer, citations=wrong)


def alarms(differences: tuple[Difference, ...]) -> set[str]:
    return {difference.name for difference in differences if difference.alarm}


@pytest.mark.parametrize(
    ("faulty", "flagged"),
    [
        (halve_the_hits, "recall@20"),
        (shift_the_spans, "quote_validity"),
        (never_decline, "false_answer"),
        (always_decline, "false_refusal"),
        (drop_the_name, "evidence_recall"),
        (cite_the_neighbour, "citation_precision"),
    ],
)
def test_a_planted_fault_raises_an_alarm_on_its_metric(faulty: Assistant, flagged: str) -> None:
    assert flagged in alarms(compare(pair_up(BEFORE, run_with(faulty))))


@pytest.mark.parametrize("faulty", [halve_the_hits, shift_the_spans, never_decline, always_decline])
def test_a_mended_fault_raises_no_alarm(faulty: Assistant) -> None:
    assert alarms(compare(pair_up(run_with(faulty), BEFORE), (*DEFAULT_GUARDS[:4],))) == set()


def test_runs_on_the_same_state_raise_no_alarm_and_change_no_case() -> None:
    pairs = pair_up(BEFORE, run_with(make_answer))
    differences = compare(pairs)
    assert alarms(differences) == set()
    assert not any(pair.changed for pair in pairs)
    assert {(d.change, d.p) for d in differences if d.name != "latency"} == {(0.0, 1.0)}


def test_differences_that_are_only_noise_get_a_small_p_as_rarely_as_it_says() -> None:
    rng = np.random.default_rng(7)
    values = [sign_flip_p(rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], size=40)) for _ in range(200)]
    assert sum(p < 0.05 for p in values) <= 20


def surer(of: bool, by: float) -> tuple[Outcome, ...]:
    """With the confidence of all cases that are answerable, or of all that are not, ``by`` higher."""
    name = "confidence" if of else "false_confidence"
    return tuple(
        replace(o, scores={**o.scores, name: o.scores[name] + by}) if o.case.answerable is of else o for o in BEFORE
    )


@pytest.mark.parametrize(
    ("of", "by", "flagged"),
    [
        (False, 0.02, {"false_confidence"}),
        (False, 0.005, set()),
        (False, -0.02, set()),
        (True, -0.02, {"confidence"}),
        (True, -0.005, set()),
    ],
)
def test_confidence_that_moves_the_wrong_way_raises_an_alarm_beyond_its_slack(
    of: bool, by: float, flagged: set[str]
) -> None:
    assert alarms(compare(pair_up(BEFORE, surer(of, by)))) == flagged


def test_a_metric_that_is_not_guarded_raises_no_alarm() -> None:
    differences = compare(pair_up(BEFORE, run_with(always_decline)), guards=("recall@5",))
    assert alarms(differences) == set()
    assert [d.name for d in differences if d.guarded] == ["recall@5"]


def test_wins_ties_and_losses_count_cases_whichever_way_is_better() -> None:
    found = {d.name: d for d in compare(pair_up(BEFORE, run_with(always_decline)))}
    refusals, answers = found["false_refusal"], found["false_answer"]
    assert (refusals.wins, refusals.ties, refusals.losses) == (0, 0, 40)
    assert (refusals.a, refusals.b, refusals.change) == (0.0, 1.0, 1.0)
    assert answers.wins == 0 and answers.ties == 15


def test_one_quote_that_became_invalid_is_enough_for_an_alarm() -> None:
    def shift_one(case: Case) -> Answer:
        return (shift_the_spans if case.id == CASES[5].id else make_answer)(case)

    (difference,) = (d for d in compare(pair_up(BEFORE, run_with(shift_one))) if d.name == "quote_validity")
    assert difference.alarm == "newly wrong in 1 case(s), first k-05"


def slower(factor: float) -> tuple[Outcome, ...]:
    return tuple(replace(outcome, seconds=factor * outcome.seconds) for outcome in BEFORE)


@pytest.mark.parametrize(
    ("factor", "guards", "flagged"),
    [
        (3.0, ("latency",), {"latency"}),
        (3.0, DEFAULT_GUARDS, set()),
        (1.1, ("latency",), set()),
        (0.5, ("latency",), set()),
    ],
)
def test_latency_is_guarded_only_when_asked_and_beyond_its_limit(
    factor: float, guards: tuple[str, ...], flagged: set[str]
) -> None:
    differences = compare(pair_up(slower(1.0), slower(factor)), guards)
    assert alarms(differences) == flagged
    assert differences[-1].change == pytest.approx(factor)


def test_failures_count_against_the_run_that_has_them() -> None:
    failed = tuple(
        replace(o, answer=None, error="x", scores={**o.scores, "failed": 1.0}) if i == 3 else o
        for i, o in enumerate(BEFORE)
    )
    assert alarms(compare(pair_up(BEFORE, failed))) == {"failed"}


@pytest.mark.parametrize("differences", [[1.0, -1.0, 0.5, 0.25, 0.0, 0.75], [1.0] * 9, [0.5, 0.25, -0.125]])
def test_the_permutation_test_agrees_with_trying_every_flip(differences: list[float]) -> None:
    array = np.array(differences)
    flips = [abs(np.dot(array, signs)) for signs in itertools.product((-1, 1), repeat=len(array))]
    exact = np.mean([flip >= abs(array.sum()) - 1e-9 for flip in flips])
    assert sign_flip_p(array) == pytest.approx(exact, abs=0.02)
    theirs = permutation_test((array, np.zeros(len(array))), lambda a, b: np.mean(a - b), permutation_type="samples")
    assert sign_flip_p(array) == pytest.approx(theirs.pvalue, abs=0.02)


def test_the_auroc_of_shuffled_confidences_is_significantly_lower() -> None:
    rng = np.random.default_rng(3)
    guessed = tuple(replace(o, answer={**(o.answer or {}), "confidence": float(rng.random())}) for o in BEFORE)
    (difference,) = (d for d in compare(pair_up(BEFORE, guessed), ("refusal_auroc",)) if d.name == "refusal_auroc")
    assert difference.alarm == "significantly worse" and difference.wins is None


def auroc_of(after: tuple[Outcome, ...]) -> Difference:
    return next(d for d in compare(pair_up(BEFORE, after)) if d.name == "refusal_auroc")


def test_the_auroc_and_its_test_do_not_depend_on_the_scale_of_the_confidence() -> None:
    def guess(scale: float) -> tuple[Outcome, ...]:
        rng = np.random.default_rng(3)
        noisy = [(o, 0.5 * (o.confidence or 0.0) + rng.random()) for o in BEFORE]
        return tuple(replace(o, answer={**(o.answer or {}), "confidence": scale * c}) for o, c in noisy)

    assert auroc_of(guess(1.0)) == auroc_of(guess(0.001))
    assert 0.0 < (auroc_of(guess(1.0)).p or 0.0) < 0.5


def test_holm_is_at_least_as_strict_as_no_correction_and_at_most_as_bonferroni() -> None:
    values = [0.001, 0.2, 0.01, 0.04]
    corrected = holm(values)
    assert corrected == pytest.approx([0.004, 0.2, 0.03, 0.08])
    assert all(p <= c <= min(1.0, 4 * p) for p, c in zip(values, corrected, strict=True))
    assert all(c >= f for c, f in zip(corrected, false_discovery_control(values), strict=True))


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"set_hash": "x"}, "question set"), ({"corpus_hash": "x"}, "corpus"), ({"fingerprint": "x"}, "")],
)
def test_runs_over_another_set_or_corpus_are_refused(changed: dict[str, str], words: str) -> None:
    provenance = {"set_hash": "s", "corpus_hash": "c", "fingerprint": "f"}
    a, b = {"provenance": provenance}, {"provenance": provenance | changed}
    if not words:
        require_comparable(a, b)
        return
    with pytest.raises(UsageError, match=words):
        require_comparable(a, b)


def test_runs_without_a_case_in_common_are_refused() -> None:
    with pytest.raises(UsageError, match="no case in common"):
        pair_up(BEFORE[:3], BEFORE[3:])


def test_runs_over_different_sets_are_paired_on_what_they_share() -> None:
    assert [pair.a.case.id for pair in pair_up(BEFORE[:4], BEFORE[2:])] == ["k-02", "k-03"]


def test_an_unknown_guard_is_refused_with_the_known_ones() -> None:
    require_guards(["mrr", "latency"])
    with pytest.raises(UsageError, match="Unknown metric recal@5.*recall@5"):
        require_guards(["mrr", "recal@5"])


def test_a_case_is_changed_where_only_its_words_are() -> None:
    reworded = replace(BEFORE[0], answer={**(BEFORE[0].answer or {}), "text": "Anders."})
    assert Pair(BEFORE[0], reworded).changed and not Pair(BEFORE[0], BEFORE[0]).changed
