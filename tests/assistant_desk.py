"""A desk over a small corpus on disk, quick because its vectors count words; and what every answer must obey."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from index_corpus import REPORTS, write_corpus

from assistant.settings import load_settings
from assistant.types import Answer
from assistant.wire import Desk, open_desk, sync_index
from corpus.split import count_words
from index.fake_embed import HashingEmbedder
from index.types import Embedder

EMBEDDER = HashingEmbedder()


def use_model(monkeypatch: pytest.MonkeyPatch, embedder: Embedder = EMBEDDER) -> None:
    """Has every command use this embedder, in place of the real model that takes seconds to load."""
    for loader in ("load_embedder", "prepare_embedder"):
        monkeypatch.setattr(f"assistant.wire.{loader}", lambda *_: embedder)


def write_glossary(folder: Path) -> Path:
    """A glossary of two lines: the shipped one of thousands takes longer to read than a small desk to make."""
    path = folder / "glossary.csv"
    path.write_text("term,expansion,relation\nstall,stokken,english\ncollaboration,samenwerking,english\n", "utf-8")
    return path


def make_desk(
    folder: Path, reports: Mapping[str, str] = REPORTS, titles: Mapping[str, str] | None = None, **overrides: Any
) -> Desk:
    """A desk over these reports, by id, that answers whatever it is asked unless ``decline_below`` says otherwise."""
    corpus = write_corpus(folder / "corpus", reports, titles)
    chosen = {"decline_below": 0.0, "language": "nl", "glossary": write_glossary(folder), **overrides}
    settings = load_settings(corpus=corpus, index=folder / "index", **chosen)
    sync_index(settings, embedder=EMBEDDER)
    return open_desk(settings, embedder=EMBEDDER)


def markers(text: str) -> list[int]:
    """The numbers of the [n] markers of a text, in order of place."""
    return [int(number) for number in re.findall(r"\[(\d+)\]", text)]


def assert_sound(answer: Answer, desk: Desk) -> None:
    """What holds for every answer to every question: quotes are exact, markers resolve, refusals cite nothing."""
    assert answer.unresolved == ()
    assert 0 <= answer.confidence <= 1
    assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))
    if answer.declined:
        assert answer.citations == () and markers(answer.text) == []
        assert answer.reason and answer.reason in answer.text
        return
    assert answer.reason == ""
    assert markers(answer.text) == [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert 1 <= len(answer.citations) <= desk.settings.max_quotes
    words = [count_words(citation.quote) for citation in answer.citations]
    assert sum(words) <= desk.settings.max_words or len(words) == 1
    for citation in answer.citations:
        text = desk.text(citation.report_id)
        assert citation.quote and citation.quote == text.content[citation.start : citation.end]
        assert citation.page == text.page_at(citation.start)
    spans = [(c.report_id, c.start, c.end) for c in answer.citations]
    assert len(set(spans)) == len(spans)
