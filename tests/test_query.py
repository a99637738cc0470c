"""A question becomes concepts: other forms, compounds, misspellings, the glossary, and words nobody knows."""

from __future__ import annotations

from collections import Counter
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_corpus import GLOSSARY

from index.dutch import analyse, stem
from index.lexical import Concept
from index.query import KIN_WEIGHT, PART_WEIGHT, SPELLING_WEIGHT, WHOLE_WEIGHT, Vocabulary, read_concepts

EXPANDER = GLOSSARY.expander(analyse)
PASSAGES = (
    "de gemeente heeft huishoudelijke hulp geweigerd",
    "de jeugdhulpaanbieder en de aanbieder van jeugdhulp",
    "organisaties doen onderzoek voor de wet maatschappelijke ondersteuning",
    "de gemeente en de organisatie",
)
VOCABULARY = Vocabulary(
    Counter(word for passage in PASSAGES for word in passage.split()),
    Counter(s for passage in PASSAGES for s in set(analyse(passage))),
    len(PASSAGES),
)


def read(question: str, language: str = "nl") -> tuple[Concept, ...]:
    return read_concepts(question, language, VOCABULARY, EXPANDER)


def stems_of(word: str, language: str = "nl") -> dict[str, float]:
    (concept,) = read(word, language)
    return dict(concept.stems)


def test_the_word_itself_weighs_one_and_stopwords_are_left_out() -> None:
    concepts = read("Wat doet de gemeente met de organisatie?")
    assert [concept.source for concept in concepts] == ["gemeente", "organisatie"]
    assert [concept.stems[stem(concept.source)] for concept in concepts] == [1.0, 1.0]


def test_a_concept_that_is_named_twice_counts_once() -> None:
    assert [c.source for c in read("gemeente, gemeenten, Gemeente!")] == ["gemeente"]


@pytest.mark.parametrize(
    ("question", "found", "weight"),
    [
        ("organisatie", "organisaties", KIN_WEIGHT),
        ("weigeren", "geweigerd", KIN_WEIGHT),
        ("jeugdhulpaanbieder", "aanbieder", PART_WEIGHT),
        ("aanbieder", "jeugdhulpaanbieder", WHOLE_WEIGHT),
        ("geemente", "gemeente", SPELLING_WEIGHT),
        ("jeugdhulpaambiederr", "jeugdhulpaanbieder", SPELLING_WEIGHT),
        ("keukentafelgesprek", "onderzoek", 0.6),
    ],
)
def test_a_word_also_searches(question: str, found: str, weight: float) -> None:
    assert stems_of(question)[stem(found)] == pytest.approx(weight)


def test_the_words_of_an_expansion_share_its_weight() -> None:
    stems = stems_of("Wmo")
    assert [stems[s] for s in analyse("wet maatschappelijke ondersteuning")] == pytest.approx([0.9 / 3**0.5] * 3)


def test_an_english_question_searches_the_dutch_of_the_glossary() -> None:
    concepts = read("Can the municipality refuse home help?", "en")
    assert [c.source for c in concepts] == ["municipality", "refuse", "home", "help"]
    assert stem("gemeente") in concepts[0].stems
    assert stem("weigeren") in concepts[1].stems
    assert concepts[2].stems.keys() >= set(analyse("huishoudelijke hulp"))


@pytest.mark.parametrize("word", ["zonnepanelen", "qwxz", "2031", "gem"])
def test_an_unknown_word_searches_itself_alone(word: str) -> None:
    assert stems_of(word) == {stem(word): 1.0}


def test_a_known_word_is_not_taken_for_a_misspelling() -> None:
    assert stem("gemeente") not in stems_of("gemeenschap")


@pytest.mark.parametrize("question", ["", "?!", "wie is het", "   "])
def test_a_question_without_content_has_no_concepts(question: str) -> None:
    assert read(question) == ()


def test_rarity_is_the_inverse_document_frequency_of_the_commonest_likely_stem() -> None:
    in_two = log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    assert VOCABULARY.rarity(read("gemeente")[0]) == pytest.approx(in_two)
    assert VOCABULARY.rarity(read("zonnepanelen")[0]) == pytest.approx(log(1 + 4.5 / 0.5))


QUESTION_WORDS = " ".join(PASSAGES).split() + "geemente wmo refuse home help keukentafelgesprek 2019 é".split()


@given(st.lists(st.sampled_from(QUESTION_WORDS) | st.text(max_size=9), max_size=8), st.sampled_from(["nl", "en"]))
def test_weights_lie_between_zero_and_one_and_no_concept_comes_twice(asked: list[str], language: str) -> None:
    concepts = read(" ".join(asked), language)
    assert all(0 < weight <= 1 for concept in concepts for weight in concept.stems.values())
    assert all(max(concept.stems.values()) == 1 for concept in concepts)
    own = [stem(concept.source, language) for concept in concepts]
    assert len(own) == len(set(own))
    assert all(VOCABULARY.rarity(concept) > 0 for concept in concepts)
