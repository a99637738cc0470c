"""An English question becomes a row of Dutch words, a Dutch one gets other words added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.gloss import make_glosser
from index.glossary import Entry, Glossary

GLOSSER = make_glosser(
    Glossary(
        (
            Entry("municipality", "gemeente", "english"),
            Entry("home help", "huishoudelijke hulp", "english"),
            Entry("help", "hulp", "english"),
            Entry("support", "ondersteuning", "english"),
            Entry("support", "steun", "english"),
            Entry("child's interest", "belang van het kind", "english"),
            Entry("uitkering", "bijstand", "synonym"),
            Entry("keukentafelgesprek", "onderzoek naar behoeften", "everyday"),
            Entry("Wmo", "Wet maatschappelijke ondersteuning", "abbreviation"),
            Entry("loket", "wijkteam", "related"),
        )
    )
)


@pytest.mark.parametrize(
    ("question", "dutch"),
    [
        ("Why does the municipality refuse?", "waarom gemeente refuse"),
        ("How many municipalities?", "hoeveel gemeente"),
        ("Who gets home help?", "wie huishoudelijke hulp"),
        ("help at home", "hulp home"),
        ("support", "ondersteuning"),
        ("the child's interest", "belang van het kind"),
        ("What is Wmo 2015?", "wat is wmo 2015"),
        ("not 540.000", "niet 540000"),
        ("", ""),
        ("the of and", ""),
    ],
)
def test_an_english_question_is_put_into_dutch_word_by_word(question: str, dutch: str) -> None:
    assert GLOSSER.restate(question, "en") == dutch


@pytest.mark.parametrize(
    ("question", "added"),
    [
        ("Wie krijgt een uitkering?", "bijstand"),
        ("Wie krijgt bijstand?", "uitkering"),
        ("keukentafelgesprekken", "onderzoek naar behoeften"),
        ("onderzoek naar behoeften", ""),
        ("Waar gaat de Wmo over?", "Wet maatschappelijke ondersteuning"),
        ("de wet maatschappelijke ondersteuning", "Wmo"),
        ("een loket", ""),
        ("", ""),
    ],
)
def test_a_dutch_question_keeps_its_words_and_gets_others_added(question: str, added: str) -> None:
    assert GLOSSER.restate(question, "nl") == f"{question} {added}".rstrip(" ")


def test_without_a_glossary_a_question_keeps_the_words_that_carry_meaning() -> None:
    glosser = make_glosser(Glossary(()))
    assert glosser.restate("Which carers burn out?", "en") == "welke carers burn"
    assert glosser.restate("Wie raakt er overbelast?", "nl") == "Wie raakt er overbelast?"


@given(st.text(max_size=80), st.sampled_from(["nl", "en"]))
def test_every_question_can_be_restated_and_each_time_alike(question: str, language: str) -> None:
    restated = GLOSSER.restate(question, language)
    assert restated == GLOSSER.restate(question, language)
    assert language == "en" or restated.startswith(question)
