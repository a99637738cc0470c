import json
from dataclasses import replace
from pathlib import Path

import pytest
from eval_desk import CASES, REPORT, TEXT, text_of
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import CorpusError
from eval.cases import (
    CSV_COLUMNS,
    Numbered,
    SetError,
    case_to_json,
    cases_to_csv,
    cases_to_jsonl,
    check_cases,
    hash_cases,
    known_texts,
    parse_set,
    read_cases,
)
from eval.types import Case, Evidence

GOOD = case_to_json(CASES[0])
TOLD = st.text(min_size=1, max_size=30).filter(lambda text: text == text.strip())
A_CASE = st.builds(
    Case,
    id=TOLD,
    lang=st.sampled_from(["nl", "en"]),
    question=TOLD,
    kind=TOLD,
    answerable=st.booleans(),
    evidence=st.lists(st.builds(Evidence, TOLD, TOLD), max_size=3).map(tuple),
    facts=st.lists(TOLD, max_size=3).map(tuple),
    turns=st.lists(TOLD, max_size=2).map(tuple),
)


def write(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


def faults_of(*cases: Case) -> list[str]:
    rows = [Numbered(line, case) for line, case in enumerate(cases, start=1)]
    return [fault.message("en") for fault in check_cases(rows, {REPORT}, text_of)]


@given(cases=st.lists(A_CASE, min_size=1, max_size=4))
def test_a_set_survives_json_lines_and_csv_exactly(cases: list[Case], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sets")
    for name, content in (("set.jsonl", cases_to_jsonl(cases)), ("set.csv", cases_to_csv(cases))):
        assert read_cases(write(folder / name, content)) == tuple(cases)


@pytest.mark.parametrize("fact", ["een || twee", "een|twee", "||", "a\\", "\\|| b", "a;b", 'zei "ja"', "een\ntwee"])
def test_a_value_that_looks_like_a_separator_survives_csv(tmp_path: Path, fact: str) -> None:
    case = replace(CASES[0], facts=(fact, "na", fact))
    assert read_cases(write(tmp_path / "set.csv", cases_to_csv([case]))) == (case,)


def test_csv_has_a_byte_order_mark_and_semicolons() -> None:
    assert cases_to_csv(CASES).splitlines()[0] == "\ufeff" + ";".join(CSV_COLUMNS)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(("cell", "expected"), [("WAAR", True), ("nee", False), ("FALSE", False), ("1", True)])
def test_csv_from_any_spreadsheet_is_read(tmp_path: Path, delimiter: str, cell: str, expected: bool) -> None:
    header = ["facts", "id", "kind", "lang", "question", "answerable", "report", "quote"]
    row = ["", " a-1 ", "why", "nl", "Waarom?", cell, "", ""]
    content = "\r\n".join(delimiter.join(cells) for cells in (header, row, [""] * 8)) + "\r\n"
    (case,) = read_cases(write(tmp_path / "set.csv", content))
    assert (case.id, case.answerable, case.turns) == ("a-1", expected, ())


def test_a_quotation_mark_that_is_never_closed_drops_no_case_unsaid(tmp_path: Path) -> None:
    head, first, *others = cases_to_csv(CASES).splitlines()
    content = "\n".join((head, f'{first};"zes weken', *others))
    with pytest.raises(SetError, match="every quotation mark is closed"):
        parse_set(write(tmp_path / "set.csv", content))


def test_empty_columns_behind_the_others_are_passed_over(tmp_path: Path) -> None:
    lines = cases_to_csv(CASES[:1]).splitlines()
    wider = "\n".join(f"{line};;" for line in lines)
    assert read_cases(write(tmp_path / "set.csv", wider)) == tuple(CASES[:1])


@pytest.mark.parametrize("line", ["[" * 100_000, '{"id": ' + "9" * 5_000 + "}"])
def test_a_line_that_python_cannot_read_is_a_fault(tmp_path: Path, line: str) -> None:
    _, (fault,) = parse_set(write(tmp_path / "set.jsonl", line + "\n"))
    assert fault.line == 1 and fault.en.startswith("not valid JSON")


def test_a_csv_line_is_numbered_where_it_starts_even_after_a_quote_of_two_lines(tmp_path: Path) -> None:
    first = replace(CASES[0], question="Waarom\nniet?")
    content = cases_to_csv([first, replace(CASES[1], lang="de")])
    _, (fault,) = parse_set(write(tmp_path / "set.csv", content))
    assert fault.line == 4 and fault.en == "lang is 'de'; must be nl or en"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answer": "x"}, "unknown key 'answer'"),
        ({"evidence": [{"report": "r", "quote": "q", "page": 1}]}, "unknown key 'evidence.0.page'"),
        ({"lang": "de"}, "lang is 'de'; must be nl or en"),
        ({"question": " "}, "'question' is empty or has whitespace at an end"),
        ({"facts": ["70 procent "]}, "'facts.0' is empty or has whitespace at an end"),
        ({"answerable": "ja"}, "'answerable' is wrong (Input should be a valid boolean)"),
        ({"id": None}, "'id' is wrong (Input should be a valid string)"),
    ],
)
def test_a_line_of_the_wrong_form_is_a_fault_with_its_number(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    rows = [GOOD, GOOD | change]
    _, faults = parse_set(write(tmp_path / "set.jsonl", "\n\n".join(map(json.dumps, rows))))
    assert [(fault.line, fault.en) for fault in faults] == [(3, reason)]


def test_a_missing_key_and_broken_json_are_both_named(tmp_path: Path) -> None:
    row = {key: value for key, value in GOOD.items() if key != "kind"}
    with pytest.raises(SetError) as caught:
        read_cases(write(tmp_path / "set.jsonl", json.dumps(row) + "\n{oeps\n"))
    assert "line 1 (k-00): key 'kind' is missing; line 2: not valid JSON" in caught.value.en
    assert "regel 1 (k-00): sleutel 'kind' ontbreekt; regel 2: geen geldige JSON" in caught.value.nl


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("set.jsonl", b"\n \n", "no case"),
        ("set.jsonl", b"\xe9", "not UTF-8"),
        ("set.csv", b"id;lang\r\n", "kind, question, answerable, report, quote, facts"),
        ("set.csv", b"id;lang;kind;question;answerable;report;quote;facts\r\n", "no case"),
    ],
)
def test_a_file_that_is_no_set_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SetError, match=reason):
        read_cases(tmp_path / name)


def test_a_set_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="No such file"):
        read_cases(tmp_path / "set.jsonl")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a;nl;k;q;ja;r;q1 || q2;", "1 reports for 2 quotes; there must be as many of each"),
        ("a;nl;k;q;ja;;;;extra", "more cells than columns (9)"),
        ("a;nl;k;q;misschien;;;", "'answerable' is wrong (Input should be a valid boolean)"),
    ],
)
def test_a_csv_row_of_the_wrong_form_is_a_fault(tmp_path: Path, row: str, reason: str) -> None:
    header = "id;lang;kind;question;answerable;report;quote;facts"
    _, (fault,) = parse_set(write(tmp_path / "set.csv", f"{header}\r\n{row}\r\n"))
    assert (fault.line, fault.en) == (2, reason)


def test_a_sound_set_has_no_faults() -> None:
    assert faults_of(*CASES) == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (replace(CASES[1], id="K-00"), "id is already on line 1"),
        (replace(CASES[1], question=CASES[0].question.upper().replace(" ", "  ")), "question is on line 1"),
        (replace(CASES[1], evidence=(), facts=()), "answerable, without evidence"),
        (replace(CASES[1], answerable=False), "unanswerable, with evidence"),
        (replace(CASES[-1], facts=("x",)), "unanswerable, with facts"),
        (replace(CASES[1], evidence=CASES[1].evidence * 2), "the same evidence is given twice"),
        (replace(CASES[1], evidence=(Evidence("weg", "x"),), facts=()), "unknown report 'weg'"),
        (
            replace(CASES[1], evidence=(Evidence(REPORT, "102 uren aan"),), facts=("103 uren",)),
            "fact occurs in none of the evidence quotes: '103 uren'",
        ),
        (
            replace(CASES[1], evidence=(Evidence(REPORT, "999 uren"),), facts=()),
            f"quote does not occur in {REPORT}: '999 uren'",
        ),
    ],
)
def test_a_set_that_contradicts_itself_or_the_corpus_has_a_fault_with_line_and_reason(
    broken: Case, reason: str
) -> None:
    found = faults_of(CASES[0], broken)
    assert f"line 2 ({broken.id}): {reason}" in found
    assert all(fault.startswith("line 2") for fault in found)


def test_the_same_follow_up_after_another_question_is_no_repeat() -> None:
    follow_up = replace(CASES[1], question="En dan?")
    first, second = (replace(follow_up, id=turn, turns=(turn,)) for turn in ("een", "twee"))
    assert faults_of(first, second) == []


def test_only_faults_that_make_scores_meaningless_block_a_run() -> None:
    stray = replace(CASES[1], facts=("elders",))
    wrong = replace(CASES[2], evidence=(Evidence(REPORT, "elders"),), facts=())
    faults = check_cases([Numbered(1, stray), Numbered(2, wrong)], {REPORT}, text_of)
    assert [(fault.line, fault.blocks) for fault in faults] == [(1, False), (2, True)]


def test_the_hash_of_a_set_depends_on_its_cases_and_not_on_its_file(tmp_path: Path) -> None:
    shuffled = write(tmp_path / "set.csv", cases_to_csv(CASES[::-1]))
    assert hash_cases(read_cases(shuffled)) == hash_cases(CASES)
    assert hash_cases([*CASES[:-1], replace(CASES[-1], question="Iets anders?")]) != hash_cases(CASES)


def test_the_text_of_an_unknown_report_is_refused() -> None:
    assert known_texts({REPORT: TEXT})(REPORT) is TEXT
    with pytest.raises(CorpusError, match="weg"):
        known_texts({REPORT: TEXT})("weg")


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(";".join((*CSV_COLUMNS, "question")) + "\n", encoding="utf-8")
    with pytest.raises(SetError, match="there twice in the first line: question"):
        parse_set(path)
