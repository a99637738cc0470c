import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import check_question, make_safe
from corpus.errors import UsageError

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_white_space_around_a_question_is_dropped() -> None:
    assert check_question("  Waarom?\n", 100) == "Waarom?"


@pytest.mark.parametrize("empty", ["", " \n\t", "?!", "…", "\x1b\x07", "👍"])
def test_a_question_without_a_letter_or_digit_is_empty(empty: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_question(empty, 100)
    assert "leeg" in refused.value.nl and "empty" in refused.value.en


def test_the_longest_question_passes_and_one_more_character_does_not() -> None:
    assert check_question("w" * 100, 100) == "w" * 100
    with pytest.raises(UsageError, match=r"101 characters; 100 are allowed"):
        check_question("w" * 101, 100)


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("rood \x1b[31mWmo\x1b[0m", "rood  [31mWmo [0m"),
        ("bel\x07 en terug\x08", "bel  en terug "),
        ("regel\nen\ttab", "regel\nen\ttab"),
        ("los \ud800 deel", "los � deel"),
        ("[red]Wmo[/] 🙂 beëindigd", "[red]Wmo[/] 🙂 beëindigd"),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out_and_the_rest_stays(typed: str, safe: str) -> None:
    assert make_safe(typed) == safe


@given(ANY_TEXT)
def test_a_safe_text_can_be_written_anywhere_and_stays_as_it_is(text: str) -> None:
    safe = make_safe(text)
    safe.encode("utf-8")
    assert len(safe) == len(text)
    assert all(unicodedata.category(c) != "Cc" for c in safe if c not in "\n\t")
    assert make_safe(safe) == safe
