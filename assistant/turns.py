"""A conversation as plain values: its turns, the source that is open beside it, and what may be asked next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from assistant import reader
from assistant.types import Answer
from assistant.wording import Wording
from corpus.errors import UserError
from corpus.types import Text
from index.scope import EVERYTHING, Scope


@dataclass(frozen=True)
class Turn:
    """One question and what became of it; ``answer`` grows while ``state`` is ``"busy"``.

    ``reports`` is how many there were within its ``scope`` when it was asked.
    """

    question: str
    scope: Scope = EVERYTHING
    reports: int = 0
    state: Literal["busy", "done", "stopped", "failed"] = "busy"
    answer: Answer | None = None
    error: UserError | None = None


@dataclass(frozen=True)
class Opened:
    """What the sources panel shows: a report, at citation ``number`` or at hit ``rank`` of an answer.

    ``count`` is that of the click that chose it, so that choosing the same source twice scrolls to it twice.
    """

    report_id: str
    turn: int = 0
    answer: Answer | None = None
    number: int | None = None
    rank: int | None = None
    count: int = 0


def is_busy(turns: tuple[Turn, ...]) -> bool:
    """Whether the last question is still being answered.

    >>> is_busy(()), is_busy((Turn("Waarom?"),)), is_busy((Turn("Waarom?", state="done"),))
    (False, True, False)
    """
    return bool(turns) and turns[-1].state == "busy"


def ended(turns: tuple[Turn, ...], state: Literal["stopped", "failed"]) -> tuple[Turn, ...]:
    """The turns with the running question ended; unchanged when none is running.

    What is broken off may seem to be a fault of the program for a moment: that it was stopped is what then holds.

    >>> ended((Turn("Waarom?"),), "stopped")[-1].state
    'stopped'
    """
    broken_off = state == "stopped" and bool(turns) and turns[-1].state == "failed" and turns[-1].error is None
    return (*turns[:-1], replace(turns[-1], state=state)) if is_busy(turns) or broken_off else turns


def fault_in(question: str, limit_chars: int, words: Wording) -> str:
    """Why a question cannot be asked, or an empty string.

    >>> from assistant.wording import WORDING
    >>> fault_in("Waarom?", 2000, WORDING["nl"]), fault_in("", 2000, WORDING["en"])[:15]
    ('', 'Type a question')
    """
    if not question:
        return words.empty_question
    if len(question) > limit_chars:
        return words.long_question.format(count=len(question), limit=limit_chars)
    return ""


def choose(
    turns: tuple[Turn, ...], turn: object, number: object, rank: object, report_id: object, count: int
) -> Opened | None:
    """What a click asks for, from numbers that the browser sent; None is the list of reports.

    >>> choose((), 3, 1, None, None, 1) is None
    True
    >>> choose((), None, None, None, "van-kuijk-2022", 1)
    Opened(report_id='van-kuijk-2022', turn=0, answer=None, number=None, rank=None, count=1)
    """
    if isinstance(report_id, str):
        return Opened(report_id, count=count)
    if not isinstance(turn, int) or not 0 <= turn < len(turns):
        return None
    answer = turns[turn].answer
    for citation in answer.citations if answer else ():
        if citation.number == number:
            return Opened(citation.report_id, turn, answer, number=citation.number, count=count)
    for hit in answer.hits if answer else ():
        if hit.rank == rank:
            return Opened(hit.passage.report_id, turn, answer, rank=hit.rank, count=count)
    return None


def marks_of(opened: Opened, text: Text) -> tuple[reader.Mark, ...]:
    """What to highlight: the chosen sentence first, then the others that the answer quotes from the report.

    What no longer stands where the answer found it, because the report was replaced since, is not highlighted.
    """
    if opened.answer is None:
        return ()
    cited = [c for c in opened.answer.citations if c.report_id == opened.report_id]
    cited = [c for c in cited if text.content[c.start : c.end] == c.quote]
    cited.sort(key=lambda c: c.number != opened.number)
    near = [h.passage for h in opened.answer.hits if h.rank == opened.rank]
    return (
        *(reader.Mark(p.start, p.end, "near") for p in near if text.content[p.start : p.end] == p.text),
        *(
            reader.Mark(c.start, c.end, "current" if c.number == opened.number else "other", str(c.number))
            for c in cited
        ),
    )
