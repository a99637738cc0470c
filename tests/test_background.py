"""Reading an asynchronous stream from plain code."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from time import perf_counter

import pytest

from assistant.background import read_stream


class Source:
    """A stream of numbers with a pause before each, that tells when it was closed."""

    def __init__(self, count: int, pause_seconds: float, fails: bool = False) -> None:
        self.closed = threading.Event()
        self._count, self._pause, self._fails = count, pause_seconds, fails

    async def stream(self) -> AsyncGenerator[int, None]:
        try:
            for number in range(self._count):
                await asyncio.sleep(self._pause)
                yield number
            if self._fails:
                raise KeyError("mis")
        finally:
            self.closed.set()


def test_items_come_in_order_with_a_pulse_in_between() -> None:
    source = Source(3, 0.05)
    items = list(read_stream(source.stream(), 10, 0.01))
    assert [item for item in items if item is not None] == [0, 1, 2] and None in items
    assert source.closed.is_set()


def test_what_the_stream_raises_comes_after_what_it_gave() -> None:
    reading = read_stream(Source(1, 0, fails=True).stream(), 10, 1)
    assert next(reading) == 0
    with pytest.raises(KeyError, match="mis"):
        next(reading)


@pytest.mark.parametrize("pause", [60.0, 0.0])
def test_a_stream_that_is_silent_or_never_silent_ends_with_its_time(pause: float) -> None:
    source, started = Source(10**9, pause), perf_counter()
    with pytest.raises(TimeoutError):
        for _ in read_stream(source.stream(), 0.1, 0.02):
            pass
    assert source.closed.is_set() and perf_counter() - started < 30


@pytest.mark.parametrize("pause", [60.0, 0.0])
def test_closing_closes_the_stream_before_it_returns(pause: float) -> None:
    source = Source(10**9, pause)
    reading = read_stream(source.stream(), 60, 0.02)
    list(islice(reading, 2))
    reading.close()
    assert source.closed.is_set()


def test_it_reads_where_another_loop_is_running() -> None:
    async def inside() -> list[int | None]:
        return list(read_stream(Source(2, 0).stream(), 10, 1))

    with ThreadPoolExecutor(1) as thread:  # a browser of another test may have a loop running in this one
        assert thread.submit(asyncio.run, inside()).result() == [0, 1]
