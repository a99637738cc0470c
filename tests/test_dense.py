"""The dense leg: cosines best first, nothing left after removal, and a store that survives reopening and size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from chromadb.errors import InvalidArgumentError

from index.dense import DenseIndex, blank_unused, find_damage
from index.types import Vectors

AXES: Vectors = np.eye(4, dtype=np.float32)


def unit(*values: float) -> Vectors:
    vector = np.array(values, np.float32)
    return np.asarray(vector / np.linalg.norm(vector))


@pytest.fixture
def leg(tmp_path: Path) -> Iterator[DenseIndex]:
    with closing(DenseIndex(tmp_path / "chroma")) as leg:
        leg.replace([], [("een:0", "een"), ("een:9", "een"), ("twee:0", "twee")], AXES[:3])
        yield leg


def keys(leg: DenseIndex, vector: Vectors, limit: int = 10) -> list[str]:
    return [key for key, _ in leg.search(vector, limit)]


def test_the_nearest_passage_comes_first(leg: DenseIndex) -> None:
    assert leg.count() == 3
    assert keys(leg, unit(1, 2, 3, 0)) == ["twee:0", "een:9", "een:0"]
    assert keys(leg, unit(1, 2, 3, 0), limit=2) == ["twee:0", "een:9"]


def test_the_score_is_the_cosine(leg: DenseIndex) -> None:
    asked = unit(1, 2, 3, 0)
    assert [score for _, score in leg.search(asked, 3)] == pytest.approx([asked[2], asked[1], asked[0]], abs=1e-6)


def test_the_length_of_a_vector_does_not_matter(leg: DenseIndex) -> None:
    leg.replace([], [("lang", "drie"), ("kort", "vier")], np.array([[0, 0, 9, 9], [0, 0, 0.1, 0]], np.float32))
    assert dict(leg.search(AXES[2], 2)) == pytest.approx({"twee:0": 1, "kort": 1}, abs=1e-6)


def test_an_empty_store_finds_nothing(tmp_path: Path) -> None:
    with closing(DenseIndex(tmp_path / "leeg")) as leg:
        assert leg.count() == 0
        assert leg.search(AXES[0], 5) == []
        leg.probe()


def test_replacing_a_report_leaves_none_of_its_old_passages(leg: DenseIndex) -> None:
    leg.replace(["een"], [("een:5", "een")], AXES[3:])
    assert leg.count() == 2
    assert keys(leg, AXES[3]) == ["een:5", "twee:0"]


def test_removing_a_report_leaves_the_others(leg: DenseIndex) -> None:
    leg.replace(["een", "is er niet"], [], AXES[:0])
    assert keys(leg, AXES[0]) == ["twee:0"]


def test_a_key_may_come_back_with_another_vector(leg: DenseIndex) -> None:
    leg.replace(["twee"], [("twee:0", "twee")], AXES[3:])
    assert leg.count() == 3
    assert keys(leg, AXES[3])[0] == "twee:0"


def test_reopening_the_folder_finds_the_same(leg: DenseIndex, tmp_path: Path) -> None:
    before = leg.search(unit(1, 2, 3, 0), 3)
    leg.close()
    with closing(DenseIndex(tmp_path / "chroma")) as again:
        assert again.search(unit(1, 2, 3, 0), 3) == before


def test_closing_one_of_two_leaves_the_other_open(leg: DenseIndex, tmp_path: Path) -> None:
    DenseIndex(tmp_path / "chroma").close()
    assert keys(leg, AXES[1], limit=1) == ["een:9"]


def test_a_store_of_thousands_survives_reopening_and_removal(tmp_path: Path) -> None:
    vectors: Vectors = np.random.default_rng(7).normal(size=(2500, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [(f"p{i}", f"r{i // 100}") for i in range(len(vectors))]
    with closing(DenseIndex(tmp_path / "groot")) as leg:
        leg.replace([], rows, vectors)
    with closing(DenseIndex(tmp_path / "groot")) as leg:
        assert leg.count() == 2500
        exact = np.argsort(-(vectors @ vectors[1234]))[:10]
        assert keys(leg, vectors[1234]) == [f"p{i}" for i in exact]
        leg.replace([f"r{i}" for i in range(1, 25)], [], vectors[:0])
    with closing(DenseIndex(tmp_path / "groot")) as leg:
        assert leg.count() == 100
        assert sorted(keys(leg, vectors[1234], limit=2500)) == sorted(f"p{i}" for i in range(100))


def test_vectors_of_another_length_are_refused(leg: DenseIndex) -> None:
    with pytest.raises(InvalidArgumentError, match="dimension"):
        leg.replace([], [("drie:0", "drie")], np.ones((1, 3), np.float32))
    assert leg.count() == 3


def test_damage_is_found_before_the_store_is_opened(leg: DenseIndex, tmp_path: Path) -> None:
    leg.close()
    assert find_damage(tmp_path / "chroma") == ""
    database = tmp_path / "chroma" / "chroma.sqlite3"
    whole = database.read_bytes()
    torn = whole[:4096] + bytes(len(whole) - 4096)
    for damaged in (whole[: len(whole) // 2], torn, b"geen database " * 900):
        database.write_bytes(damaged)
        assert find_damage(tmp_path / "chroma")
    database.unlink()
    assert "unable to open" in find_damage(tmp_path / "chroma")


def test_room_without_vectors_is_blanked_and_the_store_still_answers(tmp_path: Path) -> None:
    with closing(DenseIndex(tmp_path)) as store:
        store.replace([], [(str(row), "r") for row in range(4)], AXES)
    (level,) = tmp_path.glob("*/data_level0.bin")
    size = level.stat().st_size
    with level.open("r+b") as file:
        file.seek(-20, 2)
        file.write(b"words of a report...")
    blank_unused(tmp_path)
    assert b"words" not in level.read_bytes() and level.stat().st_size == size
    with closing(DenseIndex(tmp_path)) as store:
        assert [key for key, _ in store.search(AXES[2], 1)] == ["2"]


def test_a_store_that_is_opened_and_searched_leaves_nothing_of_the_memory_in_its_files(tmp_path: Path) -> None:
    with closing(DenseIndex(tmp_path)) as store:
        store.replace([], [(str(row), "r") for row in range(4)], AXES)
    blank_unused(tmp_path)
    (level,) = tmp_path.glob("*/data_level0.bin")
    for _ in range(8):
        with closing(DenseIndex(tmp_path)) as store:
            store.probe()
            keys(store, AXES[1])
            assert level.read_bytes().count(0) == level.stat().st_size
