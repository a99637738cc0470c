"""A task in a thread of its own: watched, stopped, and honest about how it ended."""

from __future__ import annotations

import threading

import pytest

from assistant.work import Stopped, Work
from corpus.errors import IndexBusy
from index.types import Progress

WAIT_SECONDS = 20.0


def test_a_task_gives_its_result_and_says_how_far_it_was() -> None:
    def task(progress: Progress) -> int:
        for done in range(4):
            progress("embed", done, 3)
        return 42

    work = Work(task)
    work.wait(WAIT_SECONDS)
    assert work.result() == 42 and not work.is_running
    assert (work.pace.step, work.pace.done, work.pace.total) == ("embed", 3, 3)


def test_a_stopped_task_ends_where_it_next_tells_its_progress() -> None:
    begun = threading.Event()

    def task(progress: Progress) -> None:
        while True:
            progress("read", 0, 1)
            begun.set()

    work = Work(task)
    assert begun.wait(WAIT_SECONDS)
    work.stop()
    work.wait(WAIT_SECONDS)
    with pytest.raises(Stopped):
        work.result()


def test_a_task_past_the_point_of_return_ends_as_it_would() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def task(progress: Progress) -> str:
        begun.set()
        go_on.wait(WAIT_SECONDS)
        return "done"

    work = Work(task)
    assert begun.wait(WAIT_SECONDS)
    work.stop()
    go_on.set()
    work.wait(WAIT_SECONDS)
    assert work.is_stopping and work.result() == "done"


def test_what_a_user_can_mend_comes_out_as_it_is() -> None:
    def task(progress: Progress) -> None:
        raise IndexBusy(nl="bezet", en="busy")

    with pytest.raises(IndexBusy):
        Work(task).result()


def test_a_defect_in_a_task_never_looks_like_an_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(str(args.exc_value)))

    def task(progress: Progress) -> None:
        raise ValueError("a defect")

    with pytest.raises(RuntimeError, match="without a result"):
        Work(task).result()
    assert told == ["a defect"]
