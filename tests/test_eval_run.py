import json
from dataclasses import replace
from pathlib import Path

import pytest
from eval_desk import CASES, as_json, make_answer, text_of

from assistant.types import Answer
from corpus.errors import ModelUnavailable, UsageError
from eval.run import RESULTS, SUMMARY, outcome_from_json, outcome_to_json, read_run, run_cases, write_run
from eval.summary import summarise
from eval.types import Case


def fail_on_the_third(case: Case) -> Answer:
    if case.id == CASES[2].id:
        raise ModelUnavailable(nl="kapot", en="broken")
    return make_answer(case)


def test_every_case_is_asked_in_order_after_a_warm_up_of_no_set_and_progress_is_told() -> None:
    asked: list[str] = []
    steps: list[tuple[str, int, int]] = []

    def answer(case: Case) -> Answer:
        asked.append(case.id)
        return make_answer(case)

    outcomes = run_cases(CASES[:3], answer, text_of, as_json, lambda *step: steps.append(step))
    assert asked == ["warm-up", "k-00", "k-01", "k-02"]
    assert [outcome.case for outcome in outcomes] == list(CASES[:3])
    assert steps == [("ask", 1, 3), ("ask", 2, 3), ("ask", 3, 3)]


def test_an_error_that_a_user_can_mend_ends_only_its_own_case() -> None:
    outcomes = run_cases(CASES[:4], fail_on_the_third, text_of, as_json)
    assert [outcome.error for outcome in outcomes] == ["", "", "broken", ""]
    assert outcomes[2].answer is None and outcomes[2].confidence is None
    assert summarise(outcomes)["failed"] == 1


def test_a_fault_in_the_program_is_not_recorded_as_a_failed_case() -> None:
    def crash(case: Case) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_cases(CASES[:2], crash, text_of, as_json)


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    outcomes = run_cases(CASES, fail_on_the_third, text_of, as_json)
    summary = summarise(outcomes)
    write_run(tmp_path / "new" / "run", outcomes, summary)
    read, read_summary = read_run(tmp_path / "new" / "run")
    assert read == tuple(
        replace(o, answer=None if o.answer is None else {**o.answer, "seconds": o.seconds}) for o in outcomes
    )
    assert read_summary == summary
    assert sorted(path.name for path in (tmp_path / "new" / "run").iterdir()) == [RESULTS, SUMMARY]


def test_a_line_of_results_is_an_answer_with_the_id_and_the_scores() -> None:
    (outcome,) = run_cases(CASES[:1], make_answer, text_of, as_json)
    row = outcome_to_json(outcome)
    assert row["id"] == "k-00" and row["scores"]["evidence_recall"] == 1.0
    assert {**as_json(make_answer(CASES[0])), "seconds": row["seconds"]}.items() <= row.items()
    assert outcome_from_json(json.loads(json.dumps(row))).marks == outcome.marks


def test_two_runs_on_the_same_state_differ_in_nothing_but_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        outcomes = run_cases(CASES, make_answer, text_of, as_json)
        write_run(tmp_path / name, outcomes, summarise(outcomes))
    summaries = [json.loads((tmp_path / name / SUMMARY).read_text()) for name in ("a", "b")]
    assert [summary.pop("timing")["seconds"]["n"] for summary in summaries] == [len(CASES)] * 2
    assert summaries[0] == summaries[1]
    rows = [
        [json.loads(line) for line in (tmp_path / name / RESULTS).read_text().split("\n") if line]
        for name in ("a", "b")
    ]
    assert [row | {"seconds": 0} for row in rows[0]] == [row | {"seconds": 0} for row in rows[1]]


@pytest.mark.parametrize("content", [None, "{", "{}", '{"id": "a"}'])
def test_a_folder_without_a_readable_run_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / SUMMARY).write_text("{}")
        (tmp_path / RESULTS).write_text(content)
    with pytest.raises(UsageError, match="holds no readable run"):
        read_run(tmp_path)
