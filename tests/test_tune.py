"""What questions teach the default model: a few lessons over the shipped articles, with the real model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.settings import Settings
from assistant.wire import Desk
from eval.cases import read_cases
from eval.tune import Course, carry_over, read_course, tune
from eval.types import Case
from eval.worlds import World
from index.checkpoint import Floats
from index.default import DefaultEmbedder
from index.e5 import build_default_model

SET = Path(__file__).resolve().parent.parent / "eval" / "questions" / "articles.jsonl"


@pytest.fixture(scope="module")
def world(desk: Desk) -> World:
    cases = read_cases(SET)
    few = [case for case in cases if case.answerable][:12] + [case for case in cases if not case.answerable][:8]
    return World("articles", desk, few)


@pytest.fixture(scope="module")
def course(world: World) -> Course:
    return read_course([world])


@pytest.fixture(scope="module")
def learnt(settings: Settings, course: Course) -> dict[str, Floats]:
    return tune(build_default_model(settings.cache), course, epochs=8)


def test_a_lesson_has_the_sentences_of_its_evidence_and_their_passages(world: World, course: Course) -> None:
    snapshot = world.desk.retriever.snapshot
    for case, lesson in zip(world.cases, course.lessons, strict=True):
        assert bool(len(lesson.sentences)) == case.answerable
        assert set(lesson.passages) == set(snapshot.sentence_passage[lesson.sentences])
        said = " ".join(snapshot.sentences[row].text for row in lesson.sentences)
        assert all(evidence.quote.split()[0] in said for evidence in case.evidence)


def test_rows_of_a_second_world_point_behind_those_of_the_first(world: World, course: Course) -> None:
    both = read_course([world, world])
    first, second = both.lessons[0], both.lessons[len(course.lessons)]
    assert np.array_equal(second.sentences, first.sentences + len(course.sentences))
    assert np.array_equal(both.sentences[second.sentences], both.sentences[first.sentences])
    assert np.array_equal(both.passages[second.passages], both.passages[first.passages])


def test_the_vectors_of_the_passages_are_those_that_are_searched(world: World, course: Course) -> None:
    question = course.passages[3]
    (nearest, cosine), *_ = world.desk.retriever.snapshot.dense.search(question, 1)
    assert world.desk.retriever.snapshot.passage_rows[nearest] == 3 and cosine == pytest.approx(1, abs=1e-5)


def gap(course: Course, embedder: DefaultEmbedder) -> float:
    """How much nearer the questions with an answer lie to its sentences than the others do to their closest one."""
    answers, others = [], []
    for lesson in course.lessons:
        vector = embedder.embed_both_ways([], lesson.forms[-1:])[1][0]
        cosines = course.sentences @ vector
        if len(lesson.sentences):
            answers.append(cosines[lesson.sentences].max())
        else:
            others.append(cosines.max())
    return float(np.mean(answers) - np.mean(others))


def test_questions_come_nearer_to_their_answers_and_the_others_keep_away(
    world: World, course: Course, settings: Settings, learnt: dict[str, Floats]
) -> None:
    stock = DefaultEmbedder(build_default_model(settings.cache), {})
    tuned = stock.with_learnt(learnt)
    assert gap(course, tuned) > gap(course, stock) + 0.005
    assert carry_over(world, tuned, "nl").recall >= carry_over(world, stock, "nl").recall


def test_only_biases_and_norms_are_learnt(learnt: dict[str, Floats]) -> None:
    assert len(learnt) == 122 and sum(values.size for values in learnt.values()) == 60_672
    assert all(name.endswith(".b") or "ln." in name for name in learnt)


def test_a_case_whose_evidence_is_nowhere_is_no_lesson(world: World) -> None:
    lost = Case("x", "nl", "Wat staat er?", "what", answerable=True)
    assert not read_course([World("articles", world.desk, [lost])]).lessons
