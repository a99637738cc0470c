"""A change is seen when it has come to rest, once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.watch import changes, look, watched_files


class Over(Exception):
    """The steps are taken, which ends the watch."""


def run(folder: Path, *steps: Callable[[], object]) -> list[tuple[str, ...]]:
    """The names that come out while the steps are taken one by one between two looks, and then two looks more."""
    todo = iter((*steps, lambda: None, lambda: None))

    def wait() -> None:
        step = next(todo, None)
        if step is None:
            raise Over
        step()

    seen = []
    with pytest.raises(Over):
        for found in changes(folder.iterdir, look(folder.iterdir()), wait):
            seen.append(tuple(path.name for path in found))
    return seen


def test_nothing_comes_out_while_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert run(tmp_path) == []


def test_a_new_a_changed_and_a_removed_file_come_out_once_each(tmp_path: Path) -> None:
    def change() -> None:
        (tmp_path / "a").write_text("langer")

    still = [lambda: None] * 2
    steps = [lambda: (tmp_path / "a").write_text("x"), *still, change, *still, (tmp_path / "a").unlink, *still]
    assert run(tmp_path, *steps) == [("a",)] * 3


def test_a_file_that_is_still_growing_is_waited_for(tmp_path: Path) -> None:
    def grow(size: int) -> Callable[[], object]:
        return lambda: (tmp_path / "a").write_text("x" * size)

    assert run(tmp_path, grow(1), grow(2), grow(3), grow(4)) == [("a",)]


def test_a_file_rewritten_in_the_same_size_comes_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    os.utime(tmp_path / "a", ns=(0, 0))
    assert run(tmp_path, lambda: (tmp_path / "a").write_text("y")) == [("a",)]


def test_the_catalogue_the_reports_and_the_inbox_are_watched_but_no_hidden_files(tmp_path: Path) -> None:
    corpus, inbox = tmp_path / "corpus", tmp_path / "inbox"
    for path in ("corpus/catalogue.csv", "corpus/reports/a.md", "corpus/reports/.staged/b.md", "inbox/c/d.md", "e.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    found = [path.relative_to(tmp_path).as_posix() for path in watched_files(corpus, inbox)]
    assert found == ["corpus/catalogue.csv", "corpus/reports/a.md", "inbox/c/d.md"]
