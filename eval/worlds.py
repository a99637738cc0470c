"""A corpus folder with its question set, indexed apart and opened, so that something can be measured over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from assistant.followup import stand_alone
from assistant.language import detect_language
from assistant.settings import load_settings
from assistant.wire import Desk, make_embedder, open_desk, sync_index
from corpus.errors import UsageError
from eval.cases import read_cases
from eval.types import Case
from index.types import Progress, no_progress

_HERE = Path(__file__).resolve().parent
SHIPPED = (
    f"{_HERE.parent / 'corpus'}={_HERE / 'questions' / 'articles.jsonl'}",
    f"{_HERE / 'practice'}={_HERE / 'practice' / 'questions.jsonl'}",
)
TRAINING = f"{_HERE / 'training'}={_HERE / 'training' / 'questions.jsonl'}"


@dataclass(frozen=True)
class World:
    """An assistant over one corpus with the questions to ask it; ``name`` is that of the corpus folder."""

    name: str
    desk: Desk
    cases: Sequence[Case]


def open_world(named: str, progress: Progress = no_progress) -> World:
    """The world ``"CORPUS=SET"``, its index in a folder of its own below that of the settings, brought up to date.

    Raises:
        UsageError: it is not of that form, or the set cannot be read.
    """
    folder, _, question_set = named.partition("=")
    if not question_set:
        raise UsageError(nl=f"{named!r} is geen MAP=VRAGENSET.", en=f"{named!r} is not FOLDER=SET.")
    corpus = Path(folder).resolve()
    cases = read_cases(Path(question_set))
    settings = load_settings(corpus=corpus, index=load_settings().index / "worlds" / _folder_of(corpus))
    embedder = make_embedder(settings, progress)
    sync_index(settings, progress=progress, embedder=embedder)
    return World(corpus.name, open_desk(settings, embedder=embedder), cases)


def _folder_of(corpus: Path) -> str:
    """A name that no other corpus folder has: its own, and a part of the hash of where it is."""
    return f"{corpus.name}-{sha256(str(corpus).encode()).hexdigest()[:8]}"


def as_searched(case: Case) -> tuple[str, str]:
    """What is searched for a case, and its language, as an answer to it would begin."""
    language = detect_language(case.question)
    return stand_alone(case.question, case.turns, language), language
