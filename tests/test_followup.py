import pytest

from assistant.followup import stand_alone

BEFORE = "Hoe werken de wijkteams in Almere samen met de huisartsen?"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("En in Breda?", "nl"),
        ("En wat raadt hij aan?", "nl"),
        ("Waarom?", "nl"),
        ("Hoe lang heeft hij daarover gedaan?", "nl"),
        ("And what keeps them from integrating their services?", "en"),
        ("Why not?", "en"),
        ("What about Breda?", "en"),
    ],
)
def test_a_question_that_leans_on_the_one_before_gets_it_in_front(question: str, language: str) -> None:
    assert stand_alone(question, [BEFORE], language) == f"{BEFORE} {question}"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Hoeveel managers zetten mensen met een uitkering in voor welzijnswerk?", "nl"),
        ("Which recommendations does Van Kuijk give to municipalities and care organisations?", "en"),
    ],
)
def test_a_question_of_its_own_stays_as_it_is(question: str, language: str) -> None:
    assert stand_alone(question, [BEFORE], language) == question


def test_the_first_question_of_a_conversation_stays_as_it_is() -> None:
    assert stand_alone("En in Breda?", [], "nl") == "En in Breda?"


def test_the_nearest_question_before_counts() -> None:
    turns = ["Wat onderzocht René van Kuijk in zijn proefschrift?", BEFORE]
    assert stand_alone("En in Breda?", turns, "nl") == f"{BEFORE} En in Breda?"
