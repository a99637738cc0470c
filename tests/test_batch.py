import json
from pathlib import Path
from typing import Any

import pytest
from assistant_desk import make_desk

from assistant.batch import answer_lines
from assistant.wire import Desk

QUESTION = "Waarom stokt de samenwerking in een netwerk?"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("batch"))


def line(**row: Any) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def test_every_line_gets_its_answer_under_its_id_in_order(small: Desk) -> None:
    rows = list(answer_lines(small, [line(id="a", question=QUESTION), b"\n", line(id=7, question="Hoeveel weken?")]))
    assert [row["id"] for row in rows] == ["a", 7]
    assert rows[0]["question"] == QUESTION and rows[0]["citations"]
    assert all("error" not in row for row in rows)


def test_earlier_turns_are_taken_along_and_other_keys_are_passed_over(small: Desk) -> None:
    (row,) = answer_lines(small, [line(id="a", question="En waarom?", turns=["Wat is jeugdhulp?"], kind="why")])
    assert row["searched"] == "Wat is jeugdhulp? En waarom?"


@pytest.mark.parametrize(
    ("bad", "row_id", "reason"),
    [
        (b'{"id": "x", "question": ""}\n', "x", "De vraag is leeg"),
        (line(id="x", question="w" * 3000), "x", "3000 tekens"),
        (line(id="x", question=QUESTION, turns=["?"]), "x", "De vraag is leeg"),
        (b'{"id": "x"}\n', "x", "question"),
        (b'{"question": "Waarom?"}\n', None, "id"),
        (b'{"id": "x", "question": 3}\n', "x", "question"),
        (b"not json\n", None, "JSON"),
        (b'["x", "Waarom?"]\n', None, "object"),
        (b'{"id": "x", "question": "Waarom', None, "JSON"),
        (b'{"id": "x", "question": "beschikking \xff"}\n', None, "JSON"),
        ('{"id": "x"}\n'.encode("utf-16"), "x", "JSON"),
    ],
)
def test_a_bad_line_says_why_and_the_others_are_still_answered(
    small: Desk, bad: bytes, row_id: str | None, reason: str
) -> None:
    good = line(id="good", question=QUESTION)
    rows = list(answer_lines(small, [good, bad, good]))
    assert [row["id"] for row in rows] == ["good", row_id, "good"]
    assert rows[1]["line"] == 2 and reason in rows[1]["error"]
    assert set(rows[1]) == {"id", "line", "error"}
    json.dumps(rows[1])
    assert "error" not in rows[0] and "error" not in rows[2]


def test_the_mark_that_windows_puts_before_a_file_does_no_harm(small: Desk) -> None:
    (row,) = answer_lines(small, [b"\xef\xbb\xbf" + line(id="a", question=QUESTION)])
    assert row["id"] == "a" and row["citations"]


def test_answers_come_while_questions_are_still_being_written(small: Desk) -> None:
    asked: list[str] = []

    def questions() -> Any:
        for name in ("a", "b"):
            asked.append(name)
            yield line(id=name, question=QUESTION)

    answers = answer_lines(small, questions())
    assert next(answers)["id"] == "a" and asked == ["a"]


def test_messages_follow_the_language_of_the_settings(tmp_path: Path) -> None:
    (row,) = answer_lines(make_desk(tmp_path, language="en"), [line(id="x", question="?")])
    assert row["error"].startswith("The question is empty")
