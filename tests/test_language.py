import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import detect_language


@pytest.mark.parametrize(
    "question",
    [
        "Waarom stokt de samenwerking in de Wmo?",
        "knelpunten samenwerking",
        "Wie is Lian Stouthard?",
        "Wmo",
        "2015",
        "Hoeveel managers werken met vrijwilligers?",
        "wat zegt het rapport 'Quality of Society'?",
        "keukentafelgesprek",
        "indicatie",
        "Stouthard",
        "…",
    ],
)
def test_dutch_questions_are_dutch(question: str) -> None:
    assert detect_language(question) == "nl"


@pytest.mark.parametrize(
    "question",
    [
        "Why does Wmo collaboration stall?",
        "Who is Lian Stouthard?",
        "collaboration between organisations",
        "What does Van Kuijk say about maatwerk?",
        "How many managers put people on benefits to work?",
        "WHAT IS THE WMO?",
        "network",
        "home care",
    ],
)
def test_english_questions_are_english(question: str) -> None:
    assert detect_language(question) == "en"


@given(st.text())
def test_every_text_has_one_of_two_languages(text: str) -> None:
    assert detect_language(text) in ("nl", "en")
