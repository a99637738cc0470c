"""The bench: every stage is clocked, the stages add up to the whole, and answers are what they were."""

import json
import sys
from pathlib import Path

import pytest
from assistant_desk import make_desk, use_model, write_glossary
from index_corpus import REPORTS, write_corpus

import assistant.ask as flow
from assistant.settings import load_settings
from assistant.wire import Desk, sync_index
from eval.bench import STAGES, TOTAL, Stopwatch, measure, percentiles
from eval.cases import cases_to_jsonl
from eval.cli import main
from eval.types import Case
from index.fake_embed import HashingEmbedder

QUESTIONS = ("Wat kost jeugdhulp per jaar?", "Why does collaboration stall?", "Mag de gemeente weigeren?")
CASES = [Case(f"b-{i}", "nl", question, "how", answerable=False) for i, question in enumerate(QUESTIONS)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("bench"))


def test_every_stage_takes_time_and_they_add_up_to_the_total(desk: Desk) -> None:
    for seconds in measure(desk, CASES):
        assert set(seconds) == {*STAGES, TOTAL}
        assert all(seconds[stage] > 0 for stage in STAGES)
        assert sum(seconds[stage] for stage in STAGES) == pytest.approx(seconds[TOTAL])


def test_the_means_of_the_stages_add_up_to_the_mean_of_the_total(desk: Desk) -> None:
    figures = percentiles(measure(desk, CASES))
    assert sum(figures[stage]["mean"] for stage in STAGES) == pytest.approx(figures[TOTAL]["mean"])
    assert all(times["p50"] <= times["p95"] for times in figures.values())


def test_the_clocks_are_taken_away_and_change_no_answer(desk: Desk) -> None:
    before = {name: vars(flow)[name] for name in ("choose", "weigh", "write_quotes", "check_question")}
    answer = flow.ask(desk, QUESTIONS[0])
    measure(desk, CASES)
    assert {name: vars(flow)[name] for name in before} == before
    again = flow.ask(desk, QUESTIONS[0])
    assert (again.text, again.citations, again.hits) == (answer.text, answer.citations, answer.hits)


def test_a_stage_within_another_counts_for_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 4.0, 9.0])
    monkeypatch.setattr("eval.bench.perf_counter", lambda: next(ticks))
    watch = Stopwatch()
    with watch.on("outer"), watch.on("inner"):
        pass
    assert dict(watch.seconds) == {"outer": 1.0 + 5.0, "inner": 3.0}


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_prints_every_stage(
    as_json: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_model(monkeypatch)
    monkeypatch.setenv("WMO_GLOSSARY", str(write_glossary(tmp_path)))
    settings = load_settings(corpus=write_corpus(tmp_path / "corpus", REPORTS), index=tmp_path / "index")
    sync_index(settings, embedder=HashingEmbedder())
    (tmp_path / "set.jsonl").write_text(cases_to_jsonl(CASES), "utf-8")
    command = ["wmo", "bench", str(tmp_path / "set.jsonl"), "--corpus", str(settings.corpus)]
    command += ["--index", str(settings.index), *(["--json"] if as_json else [])]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    printed = capsys.readouterr().out
    assert all(stage in printed for stage in (*STAGES, TOTAL))
    if as_json:
        figures = json.loads(printed)
        assert figures["questions"] == 3 and figures["reports"] == 3 and figures["cold_start_seconds"] > 0
        assert set(figures["milliseconds"]) == {*STAGES, TOTAL}
