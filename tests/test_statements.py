"""Statements are read from a reply as it comes, whatever stands around them and however it is cut."""

from __future__ import annotations

import json

import pytest
from chat_server import as_reply, statement
from hypothesis import given
from hypothesis import strategies as st

from assistant.statements import SCHEMA, Malformed, Statement, StatementReader

ONE = statement("Het stokt.", (1, 'Zonder "regie" {stokt} het\nal snel.'))
TWO = statement("Het loopt.", (2, "Met regie \\ loopt het."), (3, "Dat is zo."))


def read(*pieces: str) -> list[str]:
    reader = StatementReader()
    found = [each for piece in pieces for each in reader.feed(piece)] + reader.finish()
    return [each.statement if isinstance(each, Statement) else "?" for each in found]


@pytest.mark.parametrize(
    "reply",
    [
        as_reply(ONE, TWO),
        json.dumps({"statements": [ONE, TWO]}, indent=2),
        json.dumps(ONE) + "\n" + json.dumps(TWO),
        "Natuurlijk!\n```json\n" + as_reply(ONE, TWO) + "\n```\nHopelijk helpt dit {zo}.",
        json.dumps([dict(reversed(ONE.items())), TWO]),
        as_reply(ONE, TWO).replace("\\n", "\n"),
    ],
)
def test_statements_are_found_wherever_they_stand(reply: str) -> None:
    assert read(reply) == ["Het stokt.", "Het loopt."]


def test_a_statement_is_there_as_soon_as_it_is_complete() -> None:
    reply = as_reply(ONE, TWO)
    reader, half = StatementReader(), reply.index("}, {") + 1
    assert reader.feed(reply[: half - 1]) == []
    (first,) = reader.feed(reply[half - 1 : half])
    assert isinstance(first, Statement) and first.quotes[0].quote == ONE["quotes"][0]["quote"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40).filter(str.strip)), st.data())
def test_how_a_reply_is_cut_changes_nothing(texts: list[str], data: st.DataObject) -> None:
    reply = as_reply(*(statement(text, (place, text)) for place, text in enumerate(texts)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))
    pieces = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    assert read(*pieces) == [" ".join(text.split()) for text in texts]


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ('{"quotes": [{"hit": 1, "quote": "de "regie" stokt"}], "statement": "Fout."}', ["?", "Het loopt."]),
        ('{"quotes": [{"hit": 1, "quote": "nooit gesloten, ', ["?", "Het loopt."]),
        ('{"quotes": "geen lijst", "statement": "Fout."}', ["?", "Het loopt."]),
        ('{"quotes": [], "statement": ""}', ["?", "Het loopt."]),
        ('{"quotes": [{"hit": "een", "quote": "x"}], "statement": "Fout."}', ["?", "Het loopt."]),
        ('{"quotes": ' + "[" * 5_000 + "}", ["?", "Het loopt."]),
        ('{"antwoord": "Dit is geen uitspraak."}', ["Het loopt."]),
    ],
)
def test_a_broken_statement_does_not_take_the_next_with_it(broken: str, expected: list[str]) -> None:
    assert read(broken + ",\n" + json.dumps(TWO)) == expected


def test_an_unfinished_statement_is_told_at_the_end() -> None:
    reader = StatementReader()
    assert reader.feed(as_reply(ONE)[:-10]) == []
    assert [type(left) for left in reader.finish()] == [Malformed]


def test_an_empty_list_says_that_there_is_no_answer() -> None:
    reader = StatementReader()
    for character in '{"statements": [ ]}':
        assert reader.feed(character) == []
    assert reader.says_none and not StatementReader().says_none


def test_a_statement_that_never_ends_is_given_up_and_remembered_no_longer() -> None:
    reader = StatementReader()
    found = [each for _ in range(3_000) for each in reader.feed('{"quotes": [{"hit": 1, "quote": "' + "a" * 20)]
    assert {type(each) for each in found} == {Malformed}
    assert len(reader._pending) < 100


def test_the_schema_asks_for_the_quote_before_the_statement() -> None:
    item = SCHEMA["properties"]["statements"]["items"]
    assert list(item["properties"]) == item["required"] == ["quotes", "statement"]
    assert Statement.model_validate(ONE).statement == "Het stokt."


def test_control_characters_do_not_reach_a_terminal() -> None:
    assert read(as_reply(statement("Rood\x1b[31m\nen\x00 weg.", (1, "x")))) == ["Rood [31m en weg."]
