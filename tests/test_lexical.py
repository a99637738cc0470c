"""The lexical leg: what is added is found, what is replaced or removed is gone, and the best comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.types import Passage, Report
from index.dutch import stem
from index.lexical import Concept, LexicalIndex

KOP = ("Wachttijden",)


def entry(report_id: str, start: int, text: str, headings: tuple[str, ...] = ()) -> tuple[str, Passage, Report]:
    passage = Passage(report_id, start, start + len(text), text, headings)
    report = Report(report_id, f"Titel {report_id}", "", "2020", (), "nl", "", f"{report_id}.md", "")
    return f"{report_id}:{start}", passage, report


def concept(*words: str, weight: float = 1.0) -> Concept:
    return Concept(words[0], {stem(word): weight for word in words})


@pytest.fixture
def leg(tmp_path: Path) -> LexicalIndex:
    leg = LexicalIndex(tmp_path / "tantivy")
    leg.replace(
        [],
        [
            entry("een", 0, "De gemeente weigert hulp. De gemeente legt dat uit aan de gemeente."),
            entry("een", 90, "Niemand vraagt om een lange en omslachtige verantwoording achteraf in de wijk."),
            entry("twee", 0, "De gemeente en de aanbieder praten.", KOP),
        ],
    )
    return leg


def found(leg: LexicalIndex, *concepts: Concept) -> list[str]:
    return [key for key, _ in leg.search(concepts, 10)]


def test_passages_are_found_by_any_form_of_their_words(leg: LexicalIndex) -> None:
    assert leg.count() == 3
    assert set(found(leg, concept("gemeenten"))) == {"een:0", "twee:0"}
    assert found(leg, concept("wijken")) == ["een:90"]


def test_the_best_passage_comes_first_with_the_highest_score(leg: LexicalIndex) -> None:
    hits = leg.search([concept("gemeente"), concept("aanbieder")], 10)
    assert [key for key, _ in hits] == ["twee:0", "een:0"]
    assert hits[0][1] > hits[1][1] > 0


def test_no_more_than_the_limit_comes_back(leg: LexicalIndex) -> None:
    assert len(leg.search([concept("gemeente")], 1)) == 1


def test_a_word_of_a_heading_counts_for_half(leg: LexicalIndex) -> None:
    leg.replace([], [entry("drie", 0, "De wachttijden en de aanbieder praten.")])
    (_, own), (_, above) = leg.search([concept("wachttijden")], 10)
    assert found(leg, concept("wachttijden")) == ["drie:0", "twee:0"]
    assert own > above


def test_a_stem_of_lower_weight_scores_lower(leg: LexicalIndex) -> None:
    ((_, full),) = leg.search([concept("aanbieder")], 10)
    ((_, half),) = leg.search([concept("aanbieder", weight=0.5)], 10)
    assert half == pytest.approx(full / 2)


def test_of_two_forms_of_one_concept_the_best_counts_and_they_do_not_add_up(leg: LexicalIndex) -> None:
    ((_, once),) = leg.search([concept("aanbieder")], 10)
    scores = dict(leg.search([concept("aanbieder", "praten")], 10))
    assert once <= scores["twee:0"] < 1.3 * once


@pytest.mark.parametrize("asked", [[], [Concept("zon", {"zon": 1.0})], [Concept("x", {"": 1.0})]])
def test_a_question_that_matches_nothing_finds_nothing(leg: LexicalIndex, asked: list[Concept]) -> None:
    assert leg.search(asked, 10) == []


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    leg = LexicalIndex(tmp_path / "leeg")
    assert leg.count() == 0
    assert leg.search([concept("gemeente")], 10) == []


def test_replacing_a_report_leaves_none_of_its_old_passages(leg: LexicalIndex) -> None:
    leg.replace(["een"], [entry("een", 0, "Nieuwe woorden over schulden.")])
    assert leg.count() == 2
    assert found(leg, concept("wijk")) == []
    assert found(leg, concept("gemeente")) == ["twee:0"]
    assert found(leg, concept("schuld")) == ["een:0"]


def test_removing_a_report_leaves_the_others(leg: LexicalIndex) -> None:
    leg.replace(["een", "is er niet"], [])
    assert leg.count() == 1
    assert found(leg, concept("gemeente")) == ["twee:0"]


def test_reopening_the_folder_finds_the_same(leg: LexicalIndex, tmp_path: Path) -> None:
    asked = [concept("gemeente"), concept("hulp")]
    assert LexicalIndex(tmp_path / "tantivy").search(asked, 10) == leg.search(asked, 10)


def test_the_same_text_in_two_reports_stays_two_passages(leg: LexicalIndex) -> None:
    leg.replace([], [entry("drie", 0, "Gelijke zin over sport."), entry("vier", 0, "Gelijke zin over sport.")])
    assert sorted(found(leg, concept("sport"))) == ["drie:0", "vier:0"]
