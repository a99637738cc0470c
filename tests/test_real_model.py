"""A real language model behind the real protocol: SmolLM2 under llama.cpp, in a process of its own on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from time import perf_counter

import pytest
from assistant_desk import EMBEDDER, make_desk
from model_server import start_model

from assistant.ask import ask, stream
from assistant.models import Chat, open_chat, read_reply
from assistant.settings import load_settings
from assistant.wire import Desk, open_desk
from corpus.errors import ModelUnavailable

pytestmark = pytest.mark.end_to_end

QUESTION = "Why does collaboration in a network stall?"
ONE_FACT = {
    "type": "object",
    "properties": {"fact": {"type": "string"}, "year": {"type": "integer"}},
    "required": ["fact", "year"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start_model() as (_, url):
        yield url


@pytest.fixture(scope="module")
def chat(address: str) -> Chat:
    return open_at(address)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("real"))


def open_at(address: str, tokens: int = 600) -> Chat:
    return open_chat(load_settings(chat_model="openai:smollm2", chat_url=address, chat_tokens=tokens), ONE_FACT)


def test_a_reply_streams_in_pieces(chat: Chat) -> None:
    pieces = [piece for piece in read_reply(chat, "", "Count to ten.", 60, in_form=False) if piece]
    assert len(pieces) > 3 and "".join(pieces).strip()


def test_a_server_that_can_be_held_to_a_schema_is(chat: Chat) -> None:
    reply = json.loads("".join(read_reply(chat, "", "Give one fact about water.", 60)))
    assert set(reply) == {"fact", "year"} and isinstance(reply["year"], int)


def test_a_model_that_was_stopped_is_free_for_the_next_question(address: str) -> None:
    endless = open_at(address, 8_000)
    with closing(read_reply(endless, "", "Write the longest story you can.", 60, in_form=False)) as pieces:
        assert next(piece for piece in pieces if piece)
    assert "".join(read_reply(open_at(address, 500), "", "Say yes.", 30, in_form=False))


def test_a_model_that_is_too_slow_is_broken_off_in_time(address: str) -> None:
    started = perf_counter()
    with pytest.raises(ModelUnavailable, match="not done after 1 seconds"):
        list(read_reply(open_at(address, 8_000), "", "Write the longest story you can.", 1, in_form=False))
    assert perf_counter() - started < 10


def test_a_question_gets_checked_words_or_quotes_with_the_reason(address: str, desk: Desk) -> None:
    settings = {"chat_model": "openai:smollm2", "chat_url": address, "chat_tokens": 700, "chat_seconds": 60}
    answer = ask(open_desk(desk.settings.model_copy(update=settings), embedder=EMBEDDER), QUESTION)
    assert answer.checks is not None and answer.checks.answer_tokens > 0, answer.note
    assert answer.engine == ("openai:smollm2" if answer.checks.supported else "extractive")
    assert answer.note or answer.checks.supported
    for citation in answer.citations:
        assert citation.quote == desk.text(citation.report_id).content[citation.start : citation.end]


def test_a_server_killed_in_the_middle_of_an_answer_leaves_quotes(desk: Desk) -> None:
    with start_model() as (process, url):
        settings = {"chat_model": "openai:smollm2", "chat_url": url, "chat_tokens": 800, "chat_seconds": 60}
        growing = stream(open_desk(desk.settings.model_copy(update=settings), embedder=EMBEDDER), QUESTION)
        next(growing)
        process.kill()
        *_, answer = growing
    assert answer.engine == "extractive" and answer.citations
    assert "cannot be reached, or the connection broke" in answer.note
