"""What a chat model wrote and what one judged, from a local server: counted apart from every measured figure."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from assistant_desk import make_desk, use_model
from chat_server import Act, ChatServer, Line, as_reply, refuses, says, serve_chat, statement
from eval_desk import CASES as PLAIN_CASES
from eval_desk import as_json, make_answer, text_of

from assistant.models import Chat, open_chat
from assistant.settings import load_settings
from assistant.wire import Desk
from eval.cases import cases_to_jsonl
from eval.cli import main
from eval.judge import SCHEMA, Judgement, judge_outcomes, summarise_judged
from eval.report import render_report
from eval.run import run_cases
from eval.summary import summarise
from eval.types import Case, Evidence, Outcome
from eval.written import first_statement, summarise_written

STALLS = "Zonder regie stokt de samenwerking, zeggen de professionals."
CASES = (
    Case("a", "nl", "Waarom stokt de samenwerking in een netwerk?", "why", True, (Evidence("netwerk", STALLS),)),
    Case("b", "en", "Why does collaboration in a network stall?", "why", True, (Evidence("netwerk", STALLS),)),
    Case("c", "nl", "Wie won de wedstrijd van de gemeente?", "offtopic", False),
)
OUTCOMES = run_cases(PLAIN_CASES, make_answer, text_of, as_json)
YES = '{"faithful": "yes", "correct": "partly", "reason": "Het staat er."}'


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with serve_chat() as running:
        yield running


@pytest.fixture
def judge(server: ChatServer) -> Chat:
    return open_chat(load_settings(chat_model="openai:judge", chat_url=server.url), SCHEMA)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("model"))


def told(line: Line) -> str:
    return "\n".join(message["content"] for message in line.request["messages"])


def hit_with(quote: str, prompt: str) -> int:
    """The number of the passage that holds the quote."""
    return int(re.findall(r'<passage hit="(\d+)"', prompt[: prompt.index(quote)])[-1])


def write_or_judge(line: Line) -> None:
    """Writes three statements of which one holds; as a judge it approves of Dutch answers and babbles over English."""
    prompt = told(line)
    if "<expected>" in prompt:
        return says(YES if "Oordeel" in prompt else "It is fine, I think.")(line)
    hit = hit_with(STALLS, prompt)
    says(
        as_reply(
            statement("Zonder regie stokt het.", (hit, STALLS)),
            statement("Zonder regie stokt 45 procent.", (hit, STALLS)),
            statement("Er is geen geld.", (hit, "Er is geen geld.")),
        )
    )(line)


@pytest.fixture
def run_folder(
    plain: Desk, server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """The folder of a run with a model that writes and one that judges; what was printed is in ``printed.txt``."""
    use_model(monkeypatch)
    server.acts = [write_or_judge]
    settings = plain.settings
    (tmp_path / "set.jsonl").write_text(cases_to_jsonl(CASES), "utf-8")
    for name, value in {"GLOSSARY": settings.glossary, "CHAT_URL": server.url, "DECLINE_BELOW": 0.0}.items():
        monkeypatch.setenv(f"WMO_{name}", str(value))
    monkeypatch.setenv("WMO_LANGUAGE", "en")
    where = ["--corpus", str(settings.corpus), "--index", str(settings.index), "--out", str(tmp_path / "run")]
    models = ["--chat-model", "openai:writer", "--judge", "openai:judge"]
    monkeypatch.setattr(sys, "argv", ["wmo", "eval", "run", str(tmp_path / "set.jsonl"), *where, *models])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    (tmp_path / "run" / "printed.txt").write_text(capsys.readouterr().out, "utf-8")
    return tmp_path / "run"


def test_a_run_with_a_chat_model_and_a_judge_keeps_what_each_said_apart(run_folder: Path) -> None:
    summary = json.loads((run_folder / "summary.json").read_text("utf-8"))
    written, judged = summary["written"], summary["judged"]
    assert (written["asked"], written["wrote"], written["statements"], written["supported"]) == (3, 3, 9, 3)
    assert written["rejected"] == {"percentage": 3, "quote": 3}
    assert written["unsupported_figures"] == pytest.approx(1 / 3)
    assert written["per_answer"]["statements"]["value"] == 3 and written["per_answer"]["prompt_tokens"]["value"] > 50
    assert summary["timing"]["first_statement"]["n"] == 3
    assert judged["judge"] == "openai:judge" and judged["judged"] == 1 and judged["not_judged"] == {"unparsable": 1}
    assert judged["grades"]["nl"]["correct"]["value"] == 0.5 and "en" not in judged["grades"]
    assert not {"faithful", "correct"} & set(summary["metrics"]["overall"])
    assert "--chat-model openai:writer" in summary["provenance"]["command"]
    rows = [json.loads(row) for row in (run_folder / "judged.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["fault"], row.get("faithful")) for row in rows] == [
        ("a", "", "yes"),
        ("b", "unparsable", None),
    ]
    page = (run_folder / "report.html").read_text("utf-8")
    assert "Judged by openai:judge" in page and "not measurements" in page and "What the chat model wrote" in page
    assert "not judged: unparsable" in page and "none is judged by a model" not in page
    printed = (run_folder / "printed.txt").read_text("utf-8")
    assert "judged by openai:judge" in printed and "rejected: percentage" in printed


def test_without_a_chat_model_nothing_is_said_of_one() -> None:
    assert summarise_written(OUTCOMES) is None and first_statement(OUTCOMES) == {"n": 0}
    provenance = {"set": "s", "command": "c", "set_hash": "s", "corpus_hash": "c", "fingerprint": "f"}
    summary = {**summarise(OUTCOMES), "provenance": {**provenance, "set_faults": [], "settings": {}, "versions": {}}}
    page = render_report(OUTCOMES, summary)
    assert "none is judged by a model" in page and 'id="written"' not in page and 'id="judged"' not in page


def test_a_model_that_wrote_nothing_that_counts_has_no_share_of_unsupported_figures() -> None:
    checks = {"statements": 0, "supported": 0, "rejected": {}, "prompt_tokens": 9, "answer_tokens": 0}
    answer = {**(OUTCOMES[0].answer or {}), "engine": "extractive", "checks": checks | {"first_seconds": None}}
    silent = Outcome(PLAIN_CASES[0], answer, {}, OUTCOMES[0].marks, "", 0.1)
    figures = summarise_written([silent])
    assert figures and figures["unsupported_figures"] is None and (figures["asked"], figures["wrote"]) == (1, 0)
    assert first_statement([silent]) == {"n": 0}


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "yes",
        "Sure! " + YES,
        f"```json\n{YES}\n```",
        YES[:-1],
        YES + YES,
        YES.replace('"yes"', '"Yes"'),
        YES.replace('"yes"', "1"),
        YES.replace('"faithful": "yes", ', ""),
        YES.replace("}", ', "score": 9}'),
        "x" * 20_000,
    ],
)
def test_a_reply_that_is_not_exactly_a_judgement_is_none(reply: str, server: ChatServer, judge: Chat) -> None:
    server.acts = [says(reply)]
    (judgement,) = judge_outcomes(judge, OUTCOMES[:1], 20)
    assert (judgement.verdict, judgement.fault) == (None, "unparsable")


def test_a_judgement_may_come_in_pieces_and_between_blanks(server: ChatServer, judge: Chat) -> None:
    server.acts = [says("\n ", YES[:10], YES[10:], "\n")]
    (judgement,) = judge_outcomes(judge, OUTCOMES[:1], 20)
    assert judgement.verdict and (judgement.verdict.faithful, judgement.verdict.correct) == ("yes", "partly")


def test_the_judge_reads_question_answer_quotes_and_what_was_expected(server: ChatServer, judge: Chat) -> None:
    server.acts, server.requests[:] = [says(YES)], []
    judge_outcomes(judge, OUTCOMES[:1], 20)
    prompt, case = server.requests[0]["messages"][0]["content"], OUTCOMES[0].case
    answer: Any = OUTCOMES[0].answer
    for words in (case.question, answer["text"], f"[1] {answer['citations'][0]['quote']}", case.evidence[0].quote):
        assert words in prompt


def test_only_answers_to_answerable_questions_are_judged(server: ChatServer, judge: Chat) -> None:
    server.acts = [says(YES)]
    answered = [o.case.id for o in OUTCOMES if o.case.answerable and not o.declined]
    some = [*OUTCOMES[:2], *OUTCOMES[-2:]]
    assert [j.case.id for j in judge_outcomes(judge, some, 20)] == answered[:2]


@pytest.mark.parametrize(
    ("acts", "faults", "asked"),
    [
        ([refuses(500)], ["unavailable"] * 5, 3),
        ([refuses(500), refuses(500), says(YES), refuses(500)], ["unavailable"] * 2 + [""] + ["unavailable"] * 2, 5),
    ],
)
def test_a_judge_that_fails_three_times_in_a_row_is_not_asked_again(
    acts: list[Act], faults: list[str], asked: int, server: ChatServer, judge: Chat
) -> None:
    server.acts, server.requests[:] = list(acts), []
    assert [judgement.fault for judgement in judge_outcomes(judge, OUTCOMES[:5], 20)] == faults
    assert len(server.requests) == asked


def test_grades_are_means_over_what_was_judged() -> None:
    from eval.judge import Verdict

    def judged(faithful: str | None, lang: str) -> Judgement:
        case = Case(f"{faithful}-{lang}", lang, "q", "k", True)
        if faithful is None:
            return Judgement(case, None, "unparsable")
        return Judgement(case, Verdict.model_validate({"faithful": faithful, "correct": "no", "reason": ""}))

    figures = summarise_judged(
        "m", [judged("yes", "nl"), judged("no", "nl"), judged("partly", "en"), judged(None, "en")]
    )
    assert (figures["judged"], figures["not_judged"]) == (3, {"unparsable": 1})
    assert {group: grades["faithful"]["value"] for group, grades in figures["grades"].items()} == {
        "overall": 0.5,
        "nl": 0.5,
        "en": 0.5,
    }
    assert figures["grades"]["overall"]["correct"]["value"] == 0.0
    assert summarise_judged("m", [judged(None, "nl")])["grades"] == {}
