"""A writer that is killed or cannot write leaves the state before or after, and the next sync repairs what is left."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from add_desk import make_desk, report_text, tree, write_report

ROOT = Path(__file__).resolve().parent.parent
TASKS = ("add", "replace", "remove", "rebuild")
BY_TIME, BY_STEP = 7, 8  # kills for each task: at a random second, and at a random step on the file system

Do = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def do() -> Iterator[Do]:
    """Has a task done by a process of its own, which the options may kill."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "crash_server.py")],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdin and server.stdout

        def ask(folder: Path, what: str, **options: Any) -> dict[str, Any]:
            task = {"do": what, "corpus": str(folder / "corpus"), "index": str(folder / "index"), **options}
            server.stdin.write(json.dumps(task) + "\n")  # type: ignore[union-attr]
            server.stdin.flush()  # type: ignore[union-attr]
            return json.loads(server.stdout.readline())  # type: ignore[no-any-return, union-attr]

        yield ask
        server.stdin.close()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of three reports with its index, one stray file of the user, and new files beside them."""
    folder = tmp_path_factory.mktemp("crash")
    desk = make_desk(folder)
    desk.add(*(write_report(folder / "inbox", f"{seed}.md", seed, sentences=6) for seed in range(3)))
    desk.add(write_report(folder / "inbox", "weg.md", 1, sentences=6))
    (desk.corpus / "reports" / "los.md").write_text("van de gebruiker")
    for seed in (10, 11):
        write_report(folder / "new", f"{seed}.md", seed, sentences=6)
    return folder


def begin(task: str, do: Do, folder: Path, **options: Any) -> dict[str, Any]:
    """Has a task done in a folder that is a copy of the start."""
    if task == "add":
        return do(folder, "add", names=[str(folder / "new")], **options)
    if task == "replace":
        (folder / "inbox" / "1.md").write_text(report_text(21, sentences=6))
        return do(folder, "add", names=[str(folder / "inbox" / "1.md")], **options)
    if task == "remove":
        return do(folder, "remove", names=["rapport-nummer-1"], **options)
    return do(folder, task, **options)


def copy(start: Path, folder: Path) -> Path:
    """The start again, in which sources have the same names."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(start, folder)
    known = folder / "index" / "likeness.json"
    known.write_text(known.read_text().replace(str(start), str(folder)))
    return folder


@pytest.mark.end_to_end
@pytest.mark.parametrize("task", TASKS)
def test_a_kill_at_any_moment_leaves_before_or_after_and_sync_repairs_it(
    do: Do, start: Path, tmp_path: Path, task: str
) -> None:
    folder = copy(start, tmp_path / "copy")
    before = do(folder, "state")["gave"]
    whole = begin(task, do, folder)
    after = do(folder, "state")["gave"]
    assert (before == after) == (task == "rebuild")
    rng = random.Random(task)
    moments: list[dict[str, Any]] = [{"seconds": rng.uniform(0.001, whole["seconds"])} for _ in range(BY_TIME)]
    moments += [{"die_at": rng.randrange(1, whole["steps"] + 1)} for _ in range(BY_STEP)]
    kills = 0
    for moment in moments:
        copy(start, folder)
        kills += begin(task, do, folder, **moment).get("killed") == 9
        seen = do(folder, "state")["gave"]
        assert seen["texts"] in (before["texts"], after["texts"]), moment
        assert len(set(seen["counts"])) == 1, moment
        out_of_step = list(seen["texts"]) != seen["catalogue"] or leftovers(folder)
        repair = do(folder, "sync")["gave"]
        assert bool(out_of_step) <= bool(repair["changed"] or repair["recovered"]), moment
        repaired = do(folder, "state")["gave"]
        assert repaired in (before, after), moment
        assert seen["texts"] == before["texts"] or repaired == after, moment
        assert do(folder, "sync")["gave"] == {"changed": [], "recovered": False, "failed": []}, moment
        assert not leftovers(folder), moment
        names = {path.name for path in (folder / "corpus" / "reports").iterdir()} - {".lock"}
        assert names == {f"{name}.md" for name in repaired["catalogue"]} | {"los.md"}, moment
    assert kills >= BY_STEP


def leftovers(folder: Path) -> list[str]:
    """What only an interrupted writer leaves behind."""
    staged = [path.name for path in (folder / "corpus" / "reports").glob(".*") if path.is_dir()]
    staged += [path.name for path in (folder / "corpus").glob(".catalogue*")]
    return staged + [path.name for path in (folder / "index" / "generations").glob("*.staged")]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("file_bytes", [0, 2_000, 30_000, 100_000])
def test_a_full_disk_is_a_clear_error_that_loses_nothing(
    do: Do, start: Path, tmp_path: Path, task: str, file_bytes: int
) -> None:
    """No file can grow beyond so many bytes, which is how a full disk looks to a program."""
    folder = copy(start, tmp_path / "copy")
    before = do(folder, "state")["gave"]
    corpus = tree(folder / "corpus")
    result = begin(task, do, folder, file_bytes=file_bytes)
    assert "error" in result, result
    assert result["error"] in ("CorpusError", "IndexMissing", "IndexDamaged")
    assert "disk space" in result["en"] and "schijfruimte" in result["nl"]
    assert do(folder, "state")["gave"] == before
    assert tree(folder / "corpus") == corpus
    do(folder, "sync")
    assert do(folder, "state")["gave"] == before
    assert "error" not in begin(task, do, folder)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("part", ["corpus", "index"])
def test_a_read_only_folder_is_a_clear_error_that_loses_nothing(
    do: Do, start: Path, open_folder: Path, part: str
) -> None:
    folder = copy(start, open_folder / "copy")
    before = do(folder, "state")["gave"]
    everything = [folder, *folder.rglob("*")]
    for path in everything:
        closed = path.is_relative_to(folder / part)
        path.chmod((0o555 if closed else 0o777) if path.is_dir() else (0o444 if closed else 0o666))
    nobody = {"user": 65534} if os.geteuid() == 0 else {}
    assert do(folder, "state", **nobody).get("gave") == before
    result = begin("add", do, folder, **nobody)
    for path in everything:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert "error" in result, result
    assert str(folder / part) in result["en"]
    assert do(folder, "state")["gave"] == before
