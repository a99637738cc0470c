"""The index folder: one visible generation, one writer, and nothing left of what was interrupted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus.errors import IndexBusy, IndexDamaged, IndexMissing
from corpus.types import Report
from index.generation import (
    Manifest,
    check_seal,
    clear_leftovers,
    publish,
    read_manifest,
    require_visible,
    seal,
    stage,
    visible,
    write_manifest,
    writer_lock,
)

REPORT = Report("een", "Één titel", "Uitgever", "2020", ("A. B", "C"), "nl", "", "een.md", "00")
HOLD = """
import sys
from pathlib import Path
from index.generation import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def publish_next(index: Path) -> Path:
    """Publishes a generation that holds nothing but its manifest."""
    staged = stage(index, visible(index))
    write_manifest(staged, Manifest("f", (), {}, {}))
    return publish(index, staged)


def names(index: Path) -> list[str]:
    return sorted(folder.name for folder in (index / "generations").iterdir())


@contextmanager
def held_elsewhere(index: Path) -> Iterator[subprocess.Popen[str]]:
    """The writer's lock, held by another process."""
    command = [sys.executable, "-c", HOLD, str(index)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_where_nothing_was_published_nothing_is_visible(tmp_path: Path) -> None:
    assert visible(tmp_path) is None
    assert visible(tmp_path / "is er niet") is None
    with pytest.raises(IndexMissing, match="wmo sync") as caught:
        require_visible(tmp_path)
    assert "wmo sync" in caught.value.nl


def test_a_staged_generation_is_not_visible_until_it_is_published(tmp_path: Path) -> None:
    first = publish_next(tmp_path)
    staged = stage(tmp_path, first)
    assert require_visible(tmp_path) == first
    second = publish(tmp_path, staged)
    assert second != first
    assert require_visible(tmp_path) == second


def test_a_staged_generation_begins_with_the_stores_of_its_base_and_leaves_them_alone(tmp_path: Path) -> None:
    first = publish_next(tmp_path)
    (first / "texts").mkdir()
    (first / "texts" / "een.json").write_text("oud", "utf-8")
    staged = stage(tmp_path, first)
    assert (staged / "texts" / "een.json").read_text("utf-8") == "oud"
    (staged / "texts" / "een.json").unlink()
    assert (first / "texts" / "een.json").read_text("utf-8") == "oud"


def test_the_generation_before_is_kept_for_its_readers_and_older_ones_are_not(tmp_path: Path) -> None:
    for _ in range(4):
        publish_next(tmp_path)
    assert names(tmp_path) == ["000003", "000004"]
    assert require_visible(tmp_path).name == "000004"


def test_what_an_interrupted_writer_left_is_cleared(tmp_path: Path) -> None:
    seen = publish_next(tmp_path)
    (tmp_path / "generations" / "000002").mkdir()
    (tmp_path / "generations" / "000003.staged" / "texts").mkdir(parents=True)
    assert clear_leftovers(tmp_path) is True
    assert names(tmp_path) == [seen.name]
    assert clear_leftovers(tmp_path) is False


def test_a_first_generation_that_was_never_pointed_at_is_cleared(tmp_path: Path) -> None:
    (tmp_path / "generations" / "000001").mkdir(parents=True)
    assert clear_leftovers(tmp_path) is True
    assert names(tmp_path) == []


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    publish_next(tmp_path)
    (tmp_path / "generations" / "Thumbs.db").write_bytes(b"x")
    assert clear_leftovers(tmp_path) is False
    assert names(tmp_path) == ["000001", "Thumbs.db"]


@pytest.mark.parametrize("pointer", [b"000009", b"", b"\xff\xfe\x00", b"../../etc", b"9" * 5000, "٠٠٠٠٠١".encode()])
def test_a_pointer_to_nothing_is_damage_and_the_next_generation_mends_it(tmp_path: Path, pointer: bytes) -> None:
    publish_next(tmp_path)
    (tmp_path / "current").write_bytes(pointer)
    with pytest.raises(IndexDamaged, match="wmo sync --rebuild"):
        require_visible(tmp_path)
    assert publish(tmp_path, stage(tmp_path, None)) == require_visible(tmp_path)


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path), pytest.raises(IndexBusy, match="another process") as caught, writer_lock(tmp_path):
        pass
    assert "ander proces" in caught.value.nl


def test_the_lock_of_a_killed_writer_is_free_again(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as process:
        process.kill()
        process.wait()
        with writer_lock(tmp_path):
            pass


def test_the_lock_is_let_go_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), writer_lock(tmp_path):
        raise RuntimeError
    with writer_lock(tmp_path):
        pass


def test_an_index_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("geen map", "utf-8")
    for index in (tmp_path / "bestand", tmp_path / "bestand" / "index"):
        with pytest.raises(IndexMissing, match="WMO_INDEX"), writer_lock(index):
            pass
        with pytest.raises(IndexMissing):
            require_visible(index)


def test_a_lock_that_cannot_be_opened_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "writer.lock").mkdir()
    with pytest.raises(IndexMissing, match="permissions"), writer_lock(tmp_path):
        pass


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    manifest = Manifest("model|cleaner 1", (REPORT,), {"een": 3}, {"een": 7})
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"fingerprint": "f", "reports": [{}]}', "\x00", '"tekst"'])
def test_a_manifest_that_says_something_else_is_damage(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(IndexDamaged, match="manifest.json"):
        read_manifest(tmp_path)


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    for name in ("texts/een.json", "tantivy/a.idx", "tantivy/.w.lock", "chroma/chroma.sqlite3", "sentences.npy"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    seal(tmp_path)
    return tmp_path


def test_a_sealed_generation_that_nobody_touched_is_sound(sealed: Path) -> None:
    check_seal(sealed)
    (sealed / "chroma" / "chroma.sqlite3").write_bytes(b"chroma writes when it reads")
    (sealed / "tantivy" / ".w.lock").write_bytes(b"so does a lock")
    check_seal(sealed)


@pytest.mark.parametrize("name", ["texts/een.json", "tantivy/a.idx", "sentences.npy"])
def test_a_file_that_was_changed_or_removed_after_sealing_is_named(sealed: Path, name: str) -> None:
    (sealed / name).write_bytes(b"anders")
    with pytest.raises(IndexDamaged, match=name):
        check_seal(sealed)
    (sealed / name).unlink()
    with pytest.raises(IndexDamaged, match=name):
        check_seal(sealed)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"3"])
def test_a_seal_that_cannot_be_read_is_damage(sealed: Path, content: bytes) -> None:
    (sealed / "seal.json").write_bytes(content)
    with pytest.raises(IndexDamaged, match="seal"):
        check_seal(sealed)
