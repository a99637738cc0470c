"""Known faults are planted in the real assistant over the shipped reports; the comparison flags each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant.ask import ask
from assistant.present import answer_to_json
from assistant.settings import Settings
from assistant.types import Answer
from assistant.wire import Desk, make_embedder, sync_index
from eval.cases import read_cases
from eval.compare import compare, pair_up
from eval.run import run_cases
from eval.types import Case, Outcome
from index.retrieve import Findings, HybridRetriever
from index.types import Embedder

pytestmark = pytest.mark.end_to_end

HOME = Path(__file__).parent.parent
CASES = [
    case
    for case in read_cases(HOME / "eval" / "questions" / "articles.jsonl")
    if any(letter.isalnum() for letter in case.question)
]


@dataclass(frozen=True)
class Workshop:
    """What every desk of these tests is made from."""

    settings: Settings
    embedder: Embedder


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    settings = Settings(corpus=HOME / "corpus", index=tmp_path_factory.mktemp("faults") / "index")
    embedder = make_embedder(settings)
    sync_index(settings, embedder=embedder)
    return Workshop(settings, embedder)


@pytest.fixture(scope="module")
def before(workshop: Workshop) -> tuple[Outcome, ...]:
    return run_with(Desk(workshop.settings, workshop.embedder))


def run_with(desk: Desk, spoil: Callable[[Answer], Answer] = lambda answer: answer) -> tuple[Outcome, ...]:
    return run_cases(
        CASES,
        answer=lambda case: spoil(ask(desk, case.question, case.turns)),
        text_of=desk.text,
        as_json=lambda answer: answer_to_json(answer, desk.reports),
    )


class Forgetful(HybridRetriever):
    """Loses every other passage that it found, the best one first."""

    def find(self, question: str, language: str) -> Findings:
        found = super().find(question, language)
        kept = {name: values[1::2] for name, values in found.features.items()}
        return replace(found, rows=found.rows[1::2], scores=found.scores[1::2], features=kept)


class ForgetfulDesk(Desk):
    def _open(self) -> HybridRetriever:
        whole = super()._open()
        return Forgetful(**{name: getattr(whole, name) for name in HybridRetriever.model_fields if name != "tags"})


def lose_half_of_the_hits(workshop: Workshop) -> tuple[Outcome, ...]:
    return run_with(ForgetfulDesk(workshop.settings, workshop.embedder))


def shift_the_spans(workshop: Workshop) -> tuple[Outcome, ...]:
    def shifted(answer: Answer) -> Answer:
        moved = tuple(replace(c, start=c.start + 1, end=c.end + 1) for c in answer.citations)
        return replace(answer, citations=moved)

    return run_with(Desk(workshop.settings, workshop.embedder), shifted)


def never_refuse(workshop: Workshop) -> tuple[Outcome, ...]:
    return run_with(Desk(workshop.settings.model_copy(update={"decline_below": 0.0}), workshop.embedder))


def alarms(before: tuple[Outcome, ...], after: tuple[Outcome, ...]) -> set[str]:
    return {difference.name for difference in compare(pair_up(before, after)) if difference.alarm}


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (lose_half_of_the_hits, {"ndcg@10", "evidence_recall"}),
        (shift_the_spans, {"quote_validity"}),
        (never_refuse, {"false_answer"}),
    ],
)
def test_a_planted_fault_is_flagged(
    plant: Callable[[Workshop], tuple[Outcome, ...]],
    expected: set[str],
    workshop: Workshop,
    before: tuple[Outcome, ...],
) -> None:
    assert expected & alarms(before, plant(workshop))


def test_three_more_runs_on_the_same_state_raise_no_alarm(workshop: Workshop, before: tuple[Outcome, ...]) -> None:
    for _ in range(3):
        again = run_with(Desk(workshop.settings, workshop.embedder))
        assert alarms(before, again) == set()
        assert not any(pair.changed for pair in pair_up(before, again))


def test_the_cases_are_enough_to_tell(before: tuple[Outcome, ...]) -> None:
    def count(cases: Sequence[Case], answerable: bool) -> int:
        return sum(case.answerable is answerable for case in cases)

    assert count(CASES, True) >= 60 and count(CASES, False) >= 20
    assert not any(outcome.error for outcome in before)
