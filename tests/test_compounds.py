"""Compounds fall apart into words that the corpus knows, and words lead to the compounds that hold them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.compounds import Compounds
from index.dutch import stem

KNOWN = Compounds(
    dict.fromkeys(
        "jeugd hulp jeugdhulp aanbieder ondersteuning behoefte gemeente raad kind opvang wijk team wijkteam "
        "zorg plicht over leg straat lijkt maatschappelijk werk werken mantel mantelzorger jeugdhulpaanbieder".split(),
        5,
    )
)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("jeugdhulp", ("jeugd", "hulp")),
        ("zorgplicht", ("zorg", "plicht")),
        ("ondersteuningsbehoefte", ("ondersteuning", "behoefte")),
        ("gemeenteraad", ("gemeente", "raad")),
        ("gemeentenraad", ("gemeente", "raad")),
        ("kinderopvang", ("kind", "opvang")),
        ("straatenteam", ("straat", "team")),
        ("wijkewerk", ("wijk", "werk")),
        ("jeugdhulpaanbieder", ("jeugdhulp", "aanbieder")),
        ("jeugdzorgplicht", ("jeugd", "zorg", "plicht")),
        ("jeugdhulpaanbieders", ("jeugdhulp", "aanbieders")),
        ("wijkraden", ("wijk", "raden")),
    ],
)
def test_a_compound_falls_apart_at_its_linking_element(word: str, parts: tuple[str, ...]) -> None:
    assert KNOWN.split(word) == parts


@pytest.mark.parametrize(
    "word",
    [
        "overleg",  # "over" is a stopword and "leg" too short
        "zorgen",  # a plural, not zorg + en
        "gemeenten",
        "jeugdover",  # a compound does not end in a stopword
        "gemeentelijk",  # "lijk" is a suffix, although "lijkt" is known
        "wijkraadx",
        "2015raad2019",
        "zorg",
        "",
    ],
)
def test_a_word_that_is_no_compound_stays_whole(word: str) -> None:
    assert KNOWN.split(word) == ()


def test_of_splits_with_as_many_parts_the_one_with_the_commonest_words_wins() -> None:
    counts = {"werk": 1, "stroom": 1, "werks": 50, "troom": 50}
    assert Compounds(counts).split("werkstroom") == ("werks", "troom")
    assert Compounds({**counts, "werk": 99, "stroom": 99}).split("werkstroom") == ("werk", "stroom")


def test_a_word_leads_to_the_compounds_that_hold_it_in_any_of_its_forms() -> None:
    assert KNOWN.containing("aanbieders") == ("jeugdhulpaanbieder",)
    assert KNOWN.containing("teams") == ("wijkteam",)
    assert KNOWN.containing("behoefte") == ()


def test_the_commonest_compound_comes_first() -> None:
    compounds = Compounds({"wijk": 1, "team": 1, "raad": 1, "wijkteam": 2, "wijkraad": 7})
    assert compounds.containing("wijk") == ("wijkraad", "wijkteam")


@given(st.dictionaries(st.text("adeghinorstuw", min_size=1, max_size=7), st.integers(1, 9), max_size=12), st.data())
def test_the_parts_are_known_words_that_make_up_the_compound(counts: dict[str, int], data: st.DataObject) -> None:
    named = sorted(counts) or ["zorg"]
    word = "".join(data.draw(st.lists(st.sampled_from([*named, "s", "en"]), max_size=5)))
    parts = Compounds(counts).split(word)
    known = {stem(known) for known in counts}
    assert all(part in counts and len(part) >= 4 for part in parts[:-1])
    assert all(stem(part) in known for part in parts)
    assert len(parts) in (0, 2, 3)
    assert not parts or (word.startswith(parts[0]) and word.endswith(parts[-1]))
