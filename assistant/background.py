"""An asynchronous stream is read by plain code: with a deadline, with a pulse while it is silent, and closed at once.

Only an asynchronous request can be broken off while its server says nothing. All of them run on one loop in one thread
of their own, so that callers need not be asynchronous, and connections stay with the loop that opened them.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from functools import cache
from typing import TypeVar

T = TypeVar("T")

_CLOSING_SECONDS = 2.0


def read_stream(stream: AsyncGenerator[T, None], seconds: float, pulse_seconds: float) -> Iterator[T | None]:
    """The items of a stream as they come, and None whenever ``pulse_seconds`` pass without one.

    When this generator is closed, or the time is up, the stream is broken off and closed before it returns.

    Raises:
        TimeoutError: the stream has not ended within ``seconds``.
        Whatever the stream raises.
    """
    items: queue.SimpleQueue[T | threading.Event] = queue.SimpleQueue()
    stopped, ended = threading.Event(), threading.Event()

    async def pump() -> None:
        try:
            async with asyncio.timeout(seconds) as limit, aclosing(stream):
                async for item in stream:
                    items.put(item)
                    await asyncio.sleep(0)  # a stream that is never silent would let nothing else happen
                    if limit.expired():  # some libraries swallow the cancellation
                        raise TimeoutError
                    if stopped.is_set():
                        break
        finally:
            ended.set()
            items.put(ended)

    running = asyncio.run_coroutine_threadsafe(pump(), _loop())
    try:
        while True:
            try:
                item = items.get(timeout=pulse_seconds)
            except queue.Empty:
                yield None
                continue
            if isinstance(item, threading.Event):
                break
            yield item
        running.result()
    finally:
        stopped.set()
        running.cancel()
        ended.wait(_CLOSING_SECONDS)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop
