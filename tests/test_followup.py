"""Follow-up questions by rules: what leans on the question before, what does not, and what that does to the hits."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.followup import leans_on_before, stand_alone
from assistant.language import detect_language
from assistant.wire import Desk
from eval.cases import read_cases
from eval.metrics import squeeze
from eval.types import Case

SETS = Path(__file__).parent.parent / "eval" / "questions"
BEFORE = "Hoe werken de wijkteams in Almere samen met de huisartsen?"
PAIRS = read_cases(SETS / "followups.jsonl")
ALONE = {case.id: case.question for case in read_cases(SETS / "followups-alone.jsonl")}


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("En wat raadt hij aan?", "nl"),
        ("Waarom?", "nl"),
        ("Hoe lang heeft hij daarover gedaan?", "nl"),
        ("Hoe groot is hun budget?", "nl"),
        ("Wat vonden de bezoekers er zelf van?", "nl"),
        ("Met hoeveel mensen is dat uitgeprobeerd, en wanneer?", "nl"),
        ("Wat leverde dat op voor inwoners?", "nl"),
        ("Welke aanbevelingen doet het rapport?", "nl"),
        ("Wat is het budget?", "nl"),
        ("Geef een voorbeeld.", "nl"),
        ("Kun je dat uitleggen?", "nl"),
        ("Overigens, hoe oud is hij?", "nl"),
        ("And what keeps them from integrating their services?", "en"),
        ("What is special about the third one?", "en"),
        ("And for households with only a single request?", "en"),
        ("Why not?", "en"),
        ("Tell me more.", "en"),
    ],
)
def test_a_question_that_leans_on_the_one_before_gets_it_in_front(question: str, language: str) -> None:
    assert stand_alone(question, [BEFORE], language) == f"{BEFORE} {question}"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Hoeveel managers zetten mensen met een uitkering in voor welzijnswerk?", "nl"),
        ("Wat is mantelzorg?", "nl"),
        ("Hoe komt het dat netwerken in de welzijnssector zo weinig integreren?", "nl"),
        ("Klopt het dat de Participatiewet de Wet werk en bijstand heeft vervangen?", "nl"),
        ("Waarom voelen gemeenten die een proeftuin aansturen spanning als ze moeten loslaten?", "nl"),
        ("En hoe zit het met het onderwijs dat ambtenaren in Enschede kregen?", "nl"),
        ("Iets anders: wat kost jeugdhulp?", "nl"),
        ("Nog een vraag: wie betaalt de proeftuinen?", "nl"),
        ("Which recommendations does Van Kuijk give to municipalities and care organisations?", "en"),
        ("Which municipality has its neighbourhood workers join the policy meetings it holds?", "en"),
        ("Why does Van der Veer say that there should be room for experiments?", "en"),
        ("Is it true that networks for older people hardly offer integrated services?", "en"),
        ("What is a proeftuin?", "en"),
        ("On another note, who pays for them?", "en"),
    ],
)
def test_a_question_of_its_own_stays_as_it_is(question: str, language: str) -> None:
    assert stand_alone(question, [BEFORE], language) == question


@pytest.mark.parametrize("question", ["En in Breda?", "En Breda?", "Hoe zit het in Breda?", "What about Breda?"])
def test_another_name_takes_the_place_of_the_only_one_before(question: str) -> None:
    language = detect_language(question)
    assert stand_alone(question, [BEFORE], language) == BEFORE.replace("Almere", "Breda")


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("En volgens het NIVEL?", "NIVEL"),
        ("Volgens Van der Veer?", "Van der Veer"),
        ("And what about Movisie?", "Movisie"),
        ("En hoe zit het dan met Movisie?", None),
        ("Movisie?", None),
    ],
)
def test_a_name_is_an_abbreviation_or_has_particles_and_follows_a_connective(question: str, name: str | None) -> None:
    before = "Wat zegt Van Kuijk over samenwerking?"
    expected = f"{before} {question}" if name is None else before.replace("Van Kuijk", name)
    assert stand_alone(question, [before], detect_language(question)) == expected


def test_what_goes_in_front_ends_before_the_question_begins() -> None:
    assert stand_alone("Vertel daar meer over", ["netwerken in de Wmo"], "nl").startswith("netwerken in de Wmo. Vertel")


def test_where_several_names_came_before_none_is_replaced() -> None:
    before = "Wat zegt Lian Stouthard over Almere?"
    assert stand_alone("En in Breda?", [before], "nl") == f"{before} En in Breda?"


def test_the_first_question_of_a_conversation_stays_as_it_is() -> None:
    assert stand_alone("En in Breda?", [], "nl") == "En in Breda?"


def test_the_nearest_question_before_counts_and_what_that_one_leans_on() -> None:
    first, second = "Wat deed Enschede in 2008?", "Werden ambtenaren ook opgeleid door de gemeente Enschede?"
    assert stand_alone("Wat leverde dat op?", [first, second], "nl") == f"{second} Wat leverde dat op?"
    chain = [first, "Wat leverde dat op?"]
    assert stand_alone("En waarom?", chain, "nl") == f"{first} Wat leverde dat op? En waarom?"


def test_a_long_conversation_does_not_make_a_long_question() -> None:
    turns = ["Wat deed Enschede in 2008?", *["En daarna?"] * 50]
    assert len(stand_alone("En toen?", turns, "nl").split()) < 15


def test_the_pairs_are_told_apart() -> None:
    """Half of the pairs change the topic; two that lean do so in words that any question could begin with."""
    wrong = {case.id for case in PAIRS if leans_on_before(case.question, case.lang) != (case.kind == "followup")}
    assert wrong == {"fol-006", "fol-017"}
    assert len(PAIRS) >= 30 and sum(case.kind == "switch" for case in PAIRS) * 2 == len(PAIRS)


def found(desk: Desk, case: Case, question: str, depth: int) -> float:
    hits = desk.retriever.find(question, case.lang).hits(depth)
    held = [squeeze(hit.passage.text) for hit in hits]
    return sum(any(squeeze(item.quote) in text for text in held) for item in case.evidence) / len(case.evidence)


@pytest.mark.end_to_end
def test_rules_find_more_than_the_bare_question_and_harm_no_change_of_topic(desk: Desk) -> None:
    def recall(kind: str, form: str, depth: int) -> float:
        cases = [case for case in PAIRS if case.kind == kind]
        forms = {
            "bare": lambda case: case.question,
            "rules": lambda case: stand_alone(case.question, case.turns, case.lang),
            "hand": lambda case: ALONE[case.id],
        }
        return sum(found(desk, case, forms[form](case), depth) for case in cases) / len(cases)

    assert recall("followup", "rules", 1) > recall("followup", "bare", 1)
    assert recall("followup", "rules", 3) >= recall("followup", "hand", 3) - 0.06
    assert recall("switch", "rules", 3) >= recall("switch", "bare", 3)
