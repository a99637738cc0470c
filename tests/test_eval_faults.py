"""Known faults are planted in the real assistant over the shipped reports; the comparison flags each.

A fault need not cost evidence to be one. Over four articles the two legs make up for each other, so that a silent
lexical leg shows in the figures of that leg alone; and questions embedded with the prompt of passages still find
nearly all evidence, but their cosines rise, so that the assistant is surer of what the reports do not answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.ask import ask
from assistant.present import answer_to_json
from assistant.settings import Settings
from assistant.types import Answer
from assistant.wire import Desk
from eval.cases import read_cases
from eval.compare import compare, pair_up
from eval.run import run_cases
from eval.types import Case, Outcome
from index.retrieve import Findings, HybridRetriever
from index.scope import EVERYTHING, Scope
from index.types import Embedder, Parts, Progress, Vectors, no_progress

pytestmark = pytest.mark.end_to_end

SET = Path(__file__).parent.parent / "eval" / "questions" / "articles.jsonl"
CASES = [
    case
    for place, case in enumerate(read_cases(SET))
    if place % 3 and any(letter.isalnum() for letter in case.question)
]


class Remembered:
    """An embedder that embeds each question once; ``known`` are the vectors that it has."""

    def __init__(self, embedder: Embedder, known: dict[str, Vectors]) -> None:
        self.fingerprint, self.dimension = embedder.fingerprint, embedder.dimension
        self.embedder, self.known = embedder, known

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in texts if text not in self.known]
        if missing:
            self.known |= zip(missing, self.embedder.embed_queries(missing), strict=True)
        return np.stack([self.known[text] for text in texts])

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        return self.embedder.embed_passages(texts, progress, parts)


class Workshop:
    """What every assistant of these tests is made from, and the outcomes of the one without a fault."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = Remembered(embedder, {})
        self.before = self.run(Desk(settings, self.embedder))

    def run(self, desk: Desk, spoil: Callable[[Answer], Answer] = lambda answer: answer) -> tuple[Outcome, ...]:
        return run_cases(
            CASES,
            answer=lambda case: spoil(ask(desk, case.question, case.turns)),
            text_of=desk.text,
            as_json=lambda answer: answer_to_json(answer, desk.reports),
        )

    def run_with_questions(self, change: Callable[[list[str], Vectors], Vectors]) -> tuple[Outcome, ...]:
        """With other vectors for the questions, made from their texts and their right vectors."""
        texts = list(self.embedder.known)
        vectors = change(texts, np.stack(list(self.embedder.known.values())))
        known = dict(zip(texts, vectors, strict=True))
        return self.run(Desk(self.settings, Remembered(self.embedder, known)))

    def run_with_retriever(self, spoil: Callable[[HybridRetriever], HybridRetriever]) -> tuple[Outcome, ...]:
        class Spoilt(Desk):
            def _open(self) -> HybridRetriever:
                return spoil(super()._open())

        return self.run(Spoilt(self.settings, self.embedder))


@pytest.fixture(scope="module")
def workshop(desk: Desk, settings: Settings, embedder: Embedder) -> Workshop:
    return Workshop(settings, embedder)


@pytest.fixture(scope="module")
def unprompted(workshop: Workshop) -> tuple[Outcome, ...]:
    return drop_the_query_prompt(workshop)


class SilentLeg:
    """A lexical leg that finds nothing, whatever is asked."""

    def search(self, *asked: Any) -> list[tuple[str, float]]:
        return []


class Forgetful(HybridRetriever):
    """Loses every other passage that it found, the best one first."""

    def find(self, question: str, language: str, scope: Scope = EVERYTHING) -> Findings:
        found = super().find(question, language, scope)
        kept = {name: values[1::2] for name, values in found.features.items()}
        return replace(found, rows=found.rows[1::2], scores=found.scores[1::2], features=kept)


def drop_the_query_prompt(workshop: Workshop) -> tuple[Outcome, ...]:
    return workshop.run_with_questions(lambda texts, _: workshop.embedder.embed_passages(texts))


def silence_the_lexical_leg(workshop: Workshop) -> tuple[Outcome, ...]:
    def silenced(whole: HybridRetriever) -> HybridRetriever:
        return whole.model_copy(update={"snapshot": replace(whole.snapshot, lexical=SilentLeg())})

    return workshop.run_with_retriever(silenced)


def lose_half_of_the_hits(workshop: Workshop) -> tuple[Outcome, ...]:
    def forgetful(whole: HybridRetriever) -> HybridRetriever:
        return Forgetful(**{name: getattr(whole, name) for name in HybridRetriever.model_fields if name != "tags"})

    return workshop.run_with_retriever(forgetful)


def shift_the_spans(workshop: Workshop) -> tuple[Outcome, ...]:
    def shifted(answer: Answer) -> Answer:
        moved = tuple(replace(c, start=c.start + 1, end=c.end + 1) for c in answer.citations)
        return replace(answer, citations=moved)

    return workshop.run(Desk(workshop.settings, workshop.embedder), shifted)


def never_refuse(workshop: Workshop) -> tuple[Outcome, ...]:
    return workshop.run(Desk(workshop.settings.model_copy(update={"decline_below": 0.0}), workshop.embedder))


def alarms(before: Sequence[Outcome], after: Sequence[Outcome]) -> set[str]:
    return {difference.name for difference in compare(pair_up(before, after)) if difference.alarm}


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (silence_the_lexical_leg, {"ndcg@10_lexical"}),
        (lose_half_of_the_hits, {"ndcg@10", "evidence_recall"}),
        (shift_the_spans, {"quote_validity"}),
        (never_refuse, {"false_answer"}),
    ],
)
def test_a_planted_fault_is_flagged(
    plant: Callable[[Workshop], tuple[Outcome, ...]], expected: set[str], workshop: Workshop
) -> None:
    assert expected & alarms(workshop.before, plant(workshop))


def test_a_dropped_query_prompt_is_flagged(workshop: Workshop, unprompted: tuple[Outcome, ...]) -> None:
    assert {"false_confidence", "ndcg@10_dense"} & alarms(workshop.before, unprompted)


def test_more_runs_on_the_same_state_raise_no_alarm(workshop: Workshop) -> None:
    for _ in range(2):
        again = workshop.run(Desk(workshop.settings, workshop.embedder))
        assert alarms(workshop.before, again) == set()
        assert not any(pair.changed for pair in pair_up(workshop.before, again))


def test_a_change_too_small_to_matter_raises_no_alarm(workshop: Workshop) -> None:
    def jitter(_: list[str], vectors: Vectors) -> Vectors:
        noise = np.random.default_rng(0).normal(size=vectors.shape)
        moved = vectors + 0.045 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)

    other = workshop.run_with_questions(jitter)
    assert sum(pair.changed for pair in pair_up(workshop.before, other)) > len(CASES) / 2
    assert alarms(workshop.before, other) == set()


def test_two_runs_that_share_a_fault_at_random_raise_no_more_alarms_than_chance_allows(
    workshop: Workshop, unprompted: tuple[Outcome, ...]
) -> None:
    raised = 0
    for seed in range(10):
        swap = np.random.default_rng(seed).integers(0, 2, len(CASES)).astype(bool)
        sides = list(zip(workshop.before, unprompted, swap, strict=True))
        raised += bool(alarms([b if s else a for a, b, s in sides], [a if s else b for a, b, s in sides]))
    assert raised <= 1


def test_the_cases_are_enough_to_tell(workshop: Workshop) -> None:
    def count(cases: Sequence[Case], answerable: bool) -> int:
        return sum(case.answerable is answerable for case in cases)

    assert count(CASES, True) >= 60 and count(CASES, False) >= 30
    assert not any(outcome.error for outcome in workshop.before)
