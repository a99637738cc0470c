"""Words become stems: numbers, accents, apostrophes, stopwords, and which words are forms of one word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dutch import analyse, are_kin, fold, is_stopword, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("540.000 euro", ("540000", "euro")),
        ("1.234.567,89", ("1234567,89",)),
        ("3,1% en 12.5", ("3,1", "en", "12.5")),
        ("artikel 2.3.5", ("artikel", "2.3.5")),
        ("2015-2019", ("2015", "2019")),
        ("COVID-19", ("covid", "19")),
        ("Wmo-raad", ("wmo", "raad")),
        ("cliënten één", ("cliënten", "één")),
        ("foto's auto’s", ("foto", "s", "auto", "s")),
        ("(begin) “einde”.", ("begin", "einde")),
        ("– … !?", ()),
        ("", ()),
    ],
)
def test_words_and_numbers_are_cut_from_a_text(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cliënten", "clienten"),
        ("café", "cafe\u0301"),
        ("foto's", "foto"),
        ("zo'n gemeente", "gemeenten"),
        ("540.000", "540000"),
        ("het besluit", "besluiten"),
        ("'s avonds", "avond"),
        ("𝐖𝐦𝐨", "Wmo"),
    ],
)
def test_two_ways_of_writing_give_the_same_stems(one: str, other: str) -> None:
    assert analyse(one) == analyse(other)


def test_english_contractions_and_possessives_leave_no_trace() -> None:
    assert analyse("The municipality's plan doesn't work", "en") == analyse("municipality plan work", "en")


def test_a_number_is_never_stemmed() -> None:
    assert [stem(number) for number in ("2019", "3,1", "90000")] == ["2019", "3,1", "90000"]


def test_each_language_has_its_own_stopwords() -> None:
    assert is_stopword("niet") and not is_stopword("niet", "en")
    assert is_stopword("should", "en") and not is_stopword("should")
    assert analyse("Wie van hen is er niet?") == ()


@pytest.mark.parametrize(
    ("word", "other", "kin"),
    [
        ("weigeren", "geweigerd", True),
        ("organisatie", "organisaties", True),
        ("werken", "gewerkt", True),
        ("vereniging", "verenigen", True),
        ("gehandicapten", "handicap", True),
        ("begeleiding", "beleid", False),
        ("zorg", "verzorgen", False),
        ("recht", "gericht", False),
    ],
)
def test_kin_are_forms_of_one_word(word: str, other: str, kin: bool) -> None:
    assert are_kin(word, other) is kin
    assert are_kin(other, word) is kin


@given(st.text(max_size=80), st.sampled_from(["nl", "en"]))
def test_every_text_is_analysed_alike_each_time(text: str, language: str) -> None:
    stems = analyse(text, language)
    assert stems == analyse(text, language)
    assert all(stems), "a stem is empty"
    assert all(" " not in word for word in words(text))


@given(st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=20))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(st.text("abcdeëéijnorstu", min_size=1, max_size=12), st.text("abcdeëéijnorstu", min_size=1, max_size=12))
def test_kinship_holds_both_ways_and_with_oneself(word: str, other: str) -> None:
    assert are_kin(word, word)
    assert are_kin(word, other) == are_kin(other, word)
