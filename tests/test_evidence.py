from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from assistant_desk import make_desk
from hypothesis import given
from hypothesis import strategies as st
from index_corpus import REPORTS

from assistant.evidence import EVIDENCE_MODEL, WEIGHED_PASSAGES, Weighed, choose, weigh
from assistant.wire import Desk
from corpus.split import count_words
from corpus.types import Sentence
from index.linear import read_model
from index.scope import Scope


def weighed(*sentences: tuple[str, float]) -> tuple[Weighed, ...]:
    return tuple(
        Weighed(row, Sentence("r", row * 100, row * 100 + len(text), text), 1, probability)
        for row, (text, probability) in enumerate(sentences)
    )


def apart(count: int) -> np.ndarray:
    """Vectors of which no two are alike."""
    return np.eye(max(count, 1), dtype=np.float32)


def texts(chosen: Sequence[Weighed]) -> list[str]:
    return [w.sentence.text for w in chosen]


def test_no_more_than_the_asked_for_number_is_chosen() -> None:
    candidates = weighed(*[(f"Zin {i}.", 0.9) for i in range(9)])
    assert len(choose(candidates, apart(9), max_quotes=5, max_words=150)) == 5


def test_a_sentence_that_does_not_fit_makes_room_for_a_shorter_one() -> None:
    candidates = weighed(("een " * 6, 0.9), ("twee " * 6, 0.8), ("drie " * 5, 0.7))
    chosen = choose(candidates, apart(3), max_quotes=5, max_words=11)
    assert [w.row for w in chosen] == [0, 2]


def test_the_best_sentence_is_chosen_however_long_it_is() -> None:
    candidates = weighed(("woord " * 200, 0.9), ("kort", 0.9))
    assert [w.row for w in choose(candidates, apart(2), max_quotes=5, max_words=150)] == [0]


def test_a_sentence_far_less_probable_than_the_best_is_left_out() -> None:
    candidates = weighed(("Raak.", 0.9), ("Bijna.", 0.5), ("Mis.", 0.01))
    assert texts(choose(candidates, apart(3), 5, 150)) == ["Raak.", "Bijna."]


def test_what_was_said_already_is_not_said_again() -> None:
    candidates = weighed(
        ("Er is geen geld.", 0.9), ("Er is  geen\ngeld.", 0.8), ("Geld ontbreekt.", 0.7), ("Toch wel.", 0.6)
    )
    vectors = apart(4).copy()
    vectors[2] = vectors[0]
    elsewhere = tuple(replace(w, passage=rank) for rank, w in enumerate(candidates, 1))
    assert texts(choose(elsewhere, vectors, 5, 150)) == ["Er is geen geld.", "Toch wel."]
    assert texts(choose(candidates, vectors, 5, 150)) == ["Er is geen geld.", "Geld ontbreekt.", "Toch wel."]


def test_a_fragment_is_chosen_only_where_there_is_no_whole_sentence() -> None:
    fragment, whole = ("Integraal werken.", 0.9), ("Integraal werken vraagt ruimte voor experimenten.", 0.5)
    assert texts(choose(weighed(fragment, whole), apart(2), 5, 150)) == [whole[0]]
    assert texts(choose(weighed(fragment), apart(1), 5, 150)) == [fragment[0]]


def test_the_heads_of_a_table_are_a_fragment() -> None:
    heads, row = ("- | Almere | Breda | Zwolle", 0.9), ("- Caseload per werker | 140 | 95 | 70", 0.5)
    assert texts(choose(weighed(heads, row), apart(2), 5, 150)) == [row[0]]


def test_another_report_that_is_nearly_as_probable_is_heard_first() -> None:
    one, two, three = weighed(*[(f"Dit is een hele zin, nummer {i}.", p) for i, p in enumerate((0.9, 0.85, 0.8))])
    other = replace(three, sentence=replace(three.sentence, report_id="other"))
    assert [w.row for w in choose((one, two, other), apart(3), max_quotes=2, max_words=150)] == [0, 2]
    assert [w.row for w in choose((one, two, three), apart(3), max_quotes=2, max_words=150)] == [0, 1]


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose((), apart(0), 5, 150) == ()


@given(
    st.lists(st.tuples(st.integers(5, 60), st.floats(0.001, 1)), min_size=1, max_size=12),
    st.integers(1, 20),
    st.integers(20, 200),
)
def test_a_choice_keeps_to_its_limits_and_begins_with_the_best(
    sizes: list[tuple[int, float]], max_quotes: int, max_words: int
) -> None:
    ordered = sorted(sizes, key=lambda size: -size[1])
    candidates = weighed(*[("w " * words + str(i), probability) for i, (words, probability) in enumerate(ordered)])
    chosen = choose(candidates, apart(len(candidates)), max_quotes, max_words)
    assert chosen[0] == candidates[0]
    assert len(chosen) <= max_quotes
    assert len(chosen) == 1 or sum(count_words(w.sentence.text) for w in chosen) <= max_words


@pytest.fixture
def small(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def test_every_sentence_of_the_best_passages_is_weighed_once_most_probable_first(small: Desk) -> None:
    findings = small.retriever.find("Waarom stokt de samenwerking in een netwerk?", "nl")
    found = weigh(findings, read_model(EVIDENCE_MODEL))
    passages = [findings.snapshot.passages[row] for row in findings.rows[:WEIGHED_PASSAGES]]
    expected = {
        s
        for s in findings.snapshot.sentences
        for p in passages
        if s.report_id == p.report_id and p.start <= s.start < p.end
    }
    assert {w.sentence for w in found} == expected and len(found) == len(expected)
    probabilities = [w.probability for w in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 <= p <= 1 for p in probabilities)
    assert found[0].sentence.text.startswith("Zonder regie stokt de samenwerking")


def test_each_of_the_reports_that_a_question_sets_beside_each_other_is_heard(tmp_path: Path) -> None:
    loud = " ".join(f"In wijk {i} stokt de samenwerking doordat regie ontbreekt." for i in "abcdefgh")
    quiet = "Het team telt negen mensen. Dat er geen regie is, merkt niemand. Elke maandag is er overleg."
    titles = {"loud": "Wijkteams in Veldhoven", "quiet": "Wijkteams in Meppel"}
    desk = make_desk(tmp_path, {**REPORTS, "loud": loud, "quiet": quiet}, titles)

    def quoted(question: str) -> list[str]:
        chosen = choose(
            weigh(desk.retriever.find(question, "nl"), desk.evidence_model),
            desk.retriever.snapshot.sentence_vectors,
            max_quotes=5,
            max_words=200,
        )
        return [w.sentence.report_id for w in chosen]

    question = "Waarom stokt de samenwerking doordat regie ontbreekt in de wijk"
    assert "quiet" not in quoted(f"{question} van Veldhoven?")
    assert {"loud", "quiet"} <= {*quoted(f"{question} in Meppel en in Veldhoven?")}


def test_what_was_found_within_some_reports_is_what_searching_them_alone_finds(small: Desk) -> None:
    findings = small.retriever.find("Waarom stokt de samenwerking in een netwerk?", "nl")
    one = findings.snapshot.passages[findings.rows[0]].report_id
    within = findings.within(frozenset({one}))
    alone = small.retriever.find(findings.question, "nl", Scope(reports=frozenset({one})))
    assert within.reports == alone.reports == {one}
    assert [hit.passage for hit in within.hits(50)] == [hit.passage for hit in alone.hits(50)]
    assert np.array_equal(within.cosines, alone.cosines) and np.array_equal(within.closeness, alone.closeness)
