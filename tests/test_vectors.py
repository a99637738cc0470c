from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import IndexDamaged
from index.fake_embed import HashingEmbedder
from index.types import Parts, Progress, Vectors, no_progress
from index.vectors import CHUNK_TEXTS, QUERIES_KEPT, CachedEmbedder

MANY = [f"passage {i} over de wmo" for i in range(2 * CHUNK_TEXTS + 5)]


class CountingEmbedder(HashingEmbedder):
    """Hashed words, remembering each text it was given; stops before its text number ``stop``."""

    def __init__(self, dimension: int = 64, stop: int | None = None) -> None:
        super().__init__(dimension)
        self.seen: list[str] = []
        self.stop = stop

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        if self.stop is not None and len(self.seen) + len(texts) > self.stop:
            raise KeyboardInterrupt
        self.seen += texts
        return super().embed_passages(texts, progress, parts)


def embed_in_process(path: str, start: int) -> list[list[float]]:
    return CachedEmbedder(HashingEmbedder(), Path(path)).embed_passages(MANY[start:]).tolist()


def test_vectors_are_those_of_the_embedder_and_are_computed_once(tmp_path: Path) -> None:
    texts = [*MANY, MANY[3], "", "één"]
    expected = HashingEmbedder().embed_passages(texts)
    first = CountingEmbedder()
    assert np.array_equal(CachedEmbedder(first, tmp_path / "v.sqlite").embed_passages(texts), expected)
    assert sorted(first.seen) == sorted(set(texts))
    second = CountingEmbedder()
    assert np.array_equal(CachedEmbedder(second, tmp_path / "v.sqlite").embed_passages(texts), expected)
    assert second.seen == []


def test_only_new_texts_are_embedded_and_counted_as_progress(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    cached = CachedEmbedder(embedder, tmp_path / "v.sqlite")
    cached.embed_passages(["a", "b"])
    seen: list[tuple[str, int, int]] = []
    cached.embed_passages(["a", "c", "b", "d"], lambda *step: seen.append(step))
    assert sorted(embedder.seen) == ["a", "b", "c", "d"]
    assert seen == [("embed", 0, 2), ("embed", 2, 2)]


def test_a_run_that_is_stopped_keeps_the_chunks_that_were_done(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        CachedEmbedder(CountingEmbedder(stop=CHUNK_TEXTS), tmp_path / "v.sqlite").embed_passages(MANY)
    rest = CountingEmbedder()
    CachedEmbedder(rest, tmp_path / "v.sqlite").embed_passages(MANY)
    assert len(rest.seen) == len(MANY) - CHUNK_TEXTS


def test_another_model_never_gets_these_vectors(tmp_path: Path) -> None:
    CachedEmbedder(HashingEmbedder(64), tmp_path / "v.sqlite").embed_passages(["de wmo"])
    other = CountingEmbedder(32)
    vectors = CachedEmbedder(other, tmp_path / "v.sqlite").embed_passages(["de wmo"])
    assert vectors.shape == (1, 32) and other.seen == ["de wmo"]


def test_pruning_drops_what_is_not_kept_for_every_model(tmp_path: Path) -> None:
    embedders = [CountingEmbedder(64), CountingEmbedder(32)]
    cached = [CachedEmbedder(embedder, tmp_path / "v.sqlite") for embedder in embedders]
    for one in cached:
        one.embed_passages(["blijft", "verdwijnt"])
    assert cached[0].prune([("blijft", ())]) == 2
    cached[1].embed_passages(["blijft", "verdwijnt"])
    assert sorted(embedders[1].seen) == ["blijft", "verdwijnt", "verdwijnt"]


@pytest.mark.parametrize("content", [b"this is not a database, but long enough to look at" * 4, None])
def test_a_damaged_file_is_set_aside_and_begun_anew_with_one_line_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    path = tmp_path / "v.sqlite"
    CachedEmbedder(HashingEmbedder(), path).embed_passages(MANY)
    whole = path.read_bytes()
    path.write_bytes(content or whole[:4096] + b"\xff" * (len(whole) - 4096))
    embedder = CountingEmbedder()
    with caplog.at_level(logging.WARNING):
        cached = CachedEmbedder(embedder, path)
    assert np.array_equal(cached.embed_passages(MANY), HashingEmbedder().embed_passages(MANY))
    assert len(embedder.seen) == len(MANY)
    assert (tmp_path / "v.sqlite.damaged").exists()
    assert len(caplog.records) == 1 and "set aside" in caplog.text


def test_a_vector_of_the_wrong_length_is_computed_again(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    cached = CachedEmbedder(HashingEmbedder(), path)
    expected = cached.embed_passages(["de wmo"])
    with sqlite3.connect(path) as connection:
        connection.execute("update vectors set vector = x'00'")
    connection.close()
    assert np.array_equal(cached.embed_passages(["de wmo"]), expected)


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(IndexDamaged, match="cannot be read or written"):
        CachedEmbedder(HashingEmbedder(), tmp_path / "file" / "v.sqlite").embed_passages(["de wmo"])


def test_two_processes_may_fill_one_file_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "v.sqlite")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        first, second = pool.map(embed_in_process, [path, path], [0, 40])
    expected = HashingEmbedder().embed_passages(MANY).tolist()
    assert first == expected and second == expected[40:]
    after = CountingEmbedder()
    CachedEmbedder(after, Path(path)).embed_passages(MANY)
    assert after.seen == []


def test_threads_may_fill_one_file_at_once(tmp_path: Path) -> None:
    cached = CachedEmbedder(HashingEmbedder(), tmp_path / "v.sqlite")
    expected = HashingEmbedder().embed_passages(MANY)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(vectors, expected) for vectors in pool.map(cached.embed_passages, [MANY] * 6))


def test_a_question_asked_again_is_not_embedded_again_while_it_is_among_the_last(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    cached = CachedEmbedder(embedder, tmp_path / "v.sqlite")
    first = cached.embed_queries(["wat is de wmo", "wie", "wat is de wmo"])
    assert np.array_equal(cached.embed_queries(["wat is de wmo"])[0], first[0])
    assert embedder.seen == ["wat is de wmo", "wie"]
    cached.embed_queries([f"vraag {i}" for i in range(QUERIES_KEPT)])
    cached.embed_queries(["wie"])
    assert embedder.seen[-1] == "wie"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=5), max_size=8), st.lists(st.text(max_size=5), max_size=8))
def test_any_texts_give_the_embedders_own_vectors(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], texts: list[str]
) -> None:
    cached = CachedEmbedder(HashingEmbedder(), tmp_path_factory.mktemp("v") / "v.sqlite")
    cached.embed_passages(before)
    assert np.array_equal(cached.embed_passages(texts), HashingEmbedder().embed_passages(texts))
