"""Enters: a task that tells how far it is. Leaves: that task in a thread of its own, to be watched and stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from corpus.errors import UserError
from index.types import Progress

Result = TypeVar("Result")

_TELLING_SECONDS = 0.5


class Stopped(Exception):
    """The task was told to stop, and did so before anything had changed."""


@dataclass(frozen=True)
class Pace:
    """How far a step is: ``done`` of ``total``, of which ``before`` were done when its ``seconds`` began."""

    step: str
    done: int
    total: int
    seconds: float
    before: int = 0

    @property
    def rate(self) -> float | None:
        """How many are done in a second; None where that cannot be told: too early, or when all is done.

        >>> Pace("embed", 30, 120, 10.0).rate, Pace("embed", 30, 120, 0.1).rate
        (3.0, None)
        """
        done = self.done - self.before
        return done / self.seconds if 0 < done and self.done < self.total and self.seconds >= _TELLING_SECONDS else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None where that is not known.

        >>> Pace("embed", 30, 120, 10.0).seconds_left, Pace("embed", 0, 120, 10.0).seconds_left
        (30.0, None)
        """
        return (self.total - self.done) / self.rate if self.rate else None


class Work(Generic[Result]):
    """A running task: ``task(progress)`` says how far it is, and is stopped the next time it does.

    The thread ends with the program: a task must leave a sound state wherever it is cut off.
    """

    def __init__(self, task: Callable[[Progress], Result]) -> None:
        self._task = task
        self._stop = threading.Event()
        self._result: Future[Result] = Future()
        self._pace = Pace("", 0, 0, 0.0)
        self._began, self._before = monotonic(), 0
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether there is no result yet."""
        return not self._result.done()

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    @property
    def pace(self) -> Pace:
        """How far the present step was when it last told."""
        return self._pace

    def stop(self) -> None:
        """Tells the task to stop; one that is past the point of return ends as it would."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Waits until there is a result, but no longer than this."""
        wait([self._result], seconds)

    @property
    def outcome(self) -> Result | None:
        """What the task gave; None while it runs, and where it gave nothing."""
        return None if self.is_running or self._result.exception() else self._result.result()

    def result(self) -> Result:
        """What the task gave.

        Raises:
            Stopped: it was stopped.
            UserError: it met something that a user can mend.
        """
        return self._result.result()

    def _run(self) -> None:
        try:
            self._result.set_result(self._task(self._tell))
        except (Stopped, UserError) as error:
            self._result.set_exception(error)
        finally:
            if not self._result.done():  # a defect of the program: the thread's own trace says what
                self._result.set_exception(RuntimeError("the task ended without a result"))

    def _tell(self, step: str, done: int, total: int) -> None:
        if self.is_stopping:
            raise Stopped
        if step != self._pace.step:
            self._began, self._before = monotonic(), done
        self._pace = Pace(step, done, total, monotonic() - self._began, self._before)
