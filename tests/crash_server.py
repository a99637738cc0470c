"""A process that has imported everything, and forks itself for each task that it is given, one JSON object a line.

The task is done by the child; it is killed after some seconds, or at one of its own steps on the file system. What the
child has to say comes out as one JSON object a line.
"""

from __future__ import annotations

import encodings.utf_8_sig  # noqa: F401  (a user without rights to the library cannot import it later)
import json
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from corpus.catalogue import read_catalogue
from corpus.errors import UserError
from index.add import Given, add, remove, want
from index.fake_embed import HashingEmbedder
from index.generation import require_visible
from index.snapshot import open_snapshot
from index.sync import sync
from index.vectors import CachedEmbedder

STEPS = ("open", "os.", "shutil.", "sqlite3.connect")


def work(task: dict[str, Any]) -> object:
    """Does what the task says."""
    corpus, index = Path(task["corpus"]), Path(task["index"])
    if task["do"] == "state":
        return state(corpus, index)
    embedder = CachedEmbedder(HashingEmbedder(), index / "vectors.sqlite")
    if task["do"] == "add":
        return [r.outcome for r in add(corpus, index, embedder, want(task["names"], Given(), True)).receipts]
    if task["do"] == "remove":
        return [report.id for report in remove(corpus, index, embedder, task["names"]).removed]
    receipt = sync(corpus, index, embedder, rebuild=task["do"] == "rebuild")
    changed = [*receipt.added, *receipt.changed, *receipt.removed]
    return {"changed": changed, "recovered": receipt.recovered, "failed": [name for name, _ in receipt.failed]}


def state(corpus: Path, index: Path) -> object:
    """What a reader sees: the texts of the index by id, and the counts of catalogue, Chroma and tantivy."""
    snapshot = open_snapshot(require_visible(index))
    counts = [len(snapshot.passages), snapshot.dense.count(), snapshot.lexical.count()]
    texts = {name: reading.text.content for name, reading in snapshot.readings.items()}
    snapshot.close()
    return {"texts": texts, "counts": counts, "catalogue": [report.id for report in read_catalogue(corpus)]}


def count_steps(die_at: int) -> list[int]:
    """Counts this process's steps on the file system from now on, and kills it at the given one."""
    steps = [0]

    def step(event: str, _: object) -> None:
        if event.startswith(STEPS):
            steps[0] += 1
            if steps[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    return steps


def child(task: dict[str, Any], out: int) -> None:
    """Does a task and writes what came of it; never returns."""
    if "file_bytes" in task:
        resource.setrlimit(resource.RLIMIT_FSIZE, (task["file_bytes"], task["file_bytes"]))
    if "user" in task:
        os.setuid(task["user"])
    steps = count_steps(task.get("die_at", 0))
    if "seconds" in task:
        threading.Timer(task["seconds"], os.kill, (os.getpid(), signal.SIGKILL)).start()
    started = time.perf_counter()
    try:
        said = {"gave": work(task)}
    except UserError as error:
        said = {"error": type(error).__name__, "nl": error.nl, "en": error.en}
    said |= {"steps": steps[0], "seconds": time.perf_counter() - started}
    with os.fdopen(out, "w") as pipe:
        json.dump(said, pipe)
    os._exit(0)


def main() -> None:
    """Answers every line of standard input."""
    for line in sys.stdin:
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read_end)
            child(json.loads(line), write_end)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            said = pipe.read()
        status = os.waitpid(pid, 0)[1]
        sys.stdout.write((said or json.dumps({"killed": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0})) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
