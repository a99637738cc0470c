"""``wmo add``, ``wmo remove`` and ``wmo sync --watch`` as a user meets them."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from add_desk import report_text, tree, write_report
from assistant_desk import use_model
from terminal import Wmo, in_this_process

from corpus.catalogue import read_catalogue
from index.generation import writer_lock

ROOT = Path(__file__).resolve().parent.parent
WITH_FAKE_MODEL = """
import sys
import assistant.wire
from index.fake_embed import HashingEmbedder
assistant.wire.load_embedder = assistant.wire.prepare_embedder = lambda *_: HashingEmbedder()
from eval.cli import main
main()
"""


@pytest.fixture
def wmo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Wmo:
    """Runs ``wmo`` in this process on a corpus that is not there yet, with the model that counts words."""
    use_model(monkeypatch)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return in_this_process(monkeypatch, capsys)


def environment(folder: Path) -> dict[str, str]:
    return {"WMO_CORPUS": str(folder / "corpus"), "WMO_INDEX": str(folder / "index"), "COLUMNS": "120"}


def test_an_added_report_is_found_at_once(wmo: Wmo, tmp_path: Path) -> None:
    path = write_report(tmp_path, "een.md", 1)
    path.write_text(path.read_text() + "\nDe scootmobiel staat in de berging.\n")
    assert wmo("add", path).code == 0
    assert "scootmobiel" in wmo("search", "scootmobiel", "berging").out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("1 toegevoegd", "woorden", "herkend", "beschadigd", "regels weggelaten", "passages", "geraden")),
        ("en", ("1 added", "words", "recognised", "garbled", "lines left out", "passages", "guessed")),
    ],
)
def test_a_receipt_is_told_in_the_users_language(
    wmo: Wmo, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    result = wmo("add", write_report(tmp_path, "een.md", 1), language=language)
    assert result.code == 0 and result.err == ""
    assert "rapport-nummer-1" in result.out
    for word in words:
        assert word in result.out


def test_one_bad_file_gives_exit_code_1_and_is_listed_with_its_reason(wmo: Wmo, tmp_path: Path) -> None:
    write_report(tmp_path / "in", "een.md", 1)
    (tmp_path / "in" / "foto.jpg").write_bytes(b"\xff\xd8\xff\xe0 geen rapport")
    result = wmo("add", tmp_path / "in")
    assert result.code == 1
    assert "1 toegevoegd, 1 mislukt" in result.out
    assert "foto.jpg" in result.err and "onbekend" in result.err


def test_a_duplicate_is_said_and_is_no_failure(wmo: Wmo, tmp_path: Path) -> None:
    path = write_report(tmp_path, "een.md", 1)
    wmo("add", path)
    result = wmo("add", path)
    assert result.code == 0
    assert "zelfde inhoud als rapport-nummer-1" in result.out and "1 al aanwezig" in result.out


def test_a_near_duplicate_is_named_with_its_share(wmo: Wmo, tmp_path: Path) -> None:
    text = report_text(1, sentences=40)
    (tmp_path / "a.md").write_text(text)
    (tmp_path / "b.md").write_text(text + "\nEen zin meer over de gemeente.\n")
    wmo("add", tmp_path / "a.md", "--published", "2021")
    result = wmo("add", tmp_path / "b.md", "--published", "2022")
    assert result.code == 0
    assert "nieuwere uitgave van 2021-rapport-nummer-1 (9" in " ".join(result.out.split())


def test_metadata_options_reach_the_catalogue(wmo: Wmo, tmp_path: Path) -> None:
    options = "--title Titel --author", "Eva de Boer", "--author", "Jan Jansen", "--publisher SCP --published 2021"
    words = [word for part in options for word in (part.split() if part.startswith("--") else [part])]
    more = "--language en --url https://voorbeeld.nl --id een".split()
    assert wmo("add", write_report(tmp_path, "een.md", 1), *words, *more).code == 0
    (row,) = read_catalogue(tmp_path / "corpus")
    assert (row.id, row.title, row.authors, row.publisher) == ("een", "Titel", ("Eva de Boer", "Jan Jansen"), "SCP")
    assert (row.published, row.language, row.url) == ("2021", "en", "https://voorbeeld.nl")


def test_metadata_with_several_reports_is_wrong_use(wmo: Wmo, tmp_path: Path) -> None:
    result = wmo("add", write_report(tmp_path, "1.md", 1), write_report(tmp_path, "2.md", 2), "--title", "Titel")
    assert (result.code, result.out) == (2, "") and "2" in result.err


def test_json_has_a_receipt_for_each_source(wmo: Wmo, tmp_path: Path) -> None:
    result = wmo("add", write_report(tmp_path, "1.md", 1), tmp_path / "weg.md", "--json")
    assert result.code == 1 and result.err == ""
    printed = json.loads(result.out)
    assert (printed["added"], printed["failed"], printed["dry_run"]) == (1, 1, False)
    assert [one["outcome"] for one in printed["receipts"]] == ["added", "failed"]
    assert "weg.md" in printed["receipts"][1]["error"]


def test_a_dry_run_shows_the_receipts_and_changes_nothing(wmo: Wmo, tmp_path: Path) -> None:
    path = write_report(tmp_path, "1.md", 1)
    before = tree(tmp_path)
    result = wmo("add", path, "--dry-run")
    assert result.code == 0 and "1 toegevoegd" in result.out and "niets gewijzigd" in result.out
    assert tree(tmp_path) == before


@pytest.mark.parametrize("option", ["--replace", "--yes"])
def test_another_version_needs_replace(wmo: Wmo, tmp_path: Path, option: str) -> None:
    wmo("add", write_report(tmp_path, "1.md", 1))
    path = write_report(tmp_path, "1.md", 2)
    refused = wmo("add", path)
    assert refused.code == 1 and "--replace" in refused.err
    replaced = wmo("add", path, option)
    assert replaced.code == 0 and "1 vervangen" in replaced.out
    assert "nummer 2" in wmo("show", "rapport-nummer-1").out


def test_a_file_over_the_limit_of_the_settings_is_refused(
    wmo: Wmo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WMO_MAX_MEGABYTES", "0.0001")
    result = wmo("add", write_report(tmp_path, "1.md", 1))
    assert result.code == 1 and "1.md" in result.err


class Terminal(io.StringIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("said", "code", "kept"), [("n\n", 1, 1), ("y\n", 0, 0)])
def test_removing_asks_on_a_terminal(
    wmo: Wmo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, kept: int
) -> None:
    wmo("add", write_report(tmp_path, "1.md", 1))
    monkeypatch.setattr(sys, "stdin", Terminal(said))
    result = wmo("remove", "rapport-nummer-1")
    assert result.code == code
    assert "Rapport nummer 1" in result.err
    assert len(read_catalogue(tmp_path / "corpus")) == kept


def test_removing_can_keep_the_file_and_tells_so_in_json(wmo: Wmo, tmp_path: Path) -> None:
    wmo("add", write_report(tmp_path, "1.md", 1))
    result = wmo("remove", "rapport-nummer-1", "--yes", "--keep-file", "--json")
    assert json.loads(result.out)["removed"] == ["rapport-nummer-1"]
    assert (tmp_path / "corpus" / "reports" / "rapport-nummer-1.md").exists()
    assert wmo("list").out.strip() == ""


def test_removing_what_is_not_there_is_wrong_use(wmo: Wmo, tmp_path: Path) -> None:
    wmo("add", write_report(tmp_path, "1.md", 1))
    result = wmo("remove", "geen-rapport", "--yes")
    assert (result.code, result.out) == (2, "") and "geen-rapport" in result.err


def test_a_second_writer_is_told_to_wait(wmo: Wmo, tmp_path: Path) -> None:
    path = write_report(tmp_path, "1.md", 1)
    with writer_lock(tmp_path / "index"):
        result = wmo("add", path)
    assert (result.code, result.out) == (1, "") and "ander proces" in result.err


# in a process of its own


@contextmanager
def started(tmp_path: Path, *arguments: object, code: str = WITH_FAKE_MODEL) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT, env={**os.environ, **environment(tmp_path), "WMO_LANGUAGE": "nl"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # whoever runs the tests may ignore Ctrl-C
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], bool], seconds: float = 180) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.1)


def test_the_watch_follows_catalogue_and_inbox_and_ends_with_one_line(wmo: Wmo, tmp_path: Path) -> None:
    wmo("add", write_report(tmp_path, "1.md", 1))
    inbox = tmp_path / "inbox"
    write_report(inbox, "2.md", 2)

    def titles() -> list[str]:
        return [row["title"] for row in json.loads(wmo("list", "--json").out)]

    with started(tmp_path, "sync", "--watch", "--inbox", inbox) as process:
        wait_for(lambda: titles() == ["Rapport nummer 1", "Rapport nummer 2"])
        write_report(inbox, "2.md", 22)
        wait_for(lambda: "nummer 22" in wmo("show", "rapport-nummer-2").out)
        catalogue = tmp_path / "corpus" / "catalogue.csv"
        catalogue.write_text(catalogue.read_text("utf-8-sig").replace("Rapport nummer 1", "Anders"), "utf-8")
        wait_for(lambda: "Anders" in manifest(tmp_path))
        (inbox / "kapot.pdf").write_bytes(b"niets")
        assert process.stderr
        complaint = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "1 gewijzigd" in out and "kapot.pdf" in complaint
    assert err.splitlines()[-1] == "Gestopt."


def manifest(tmp_path: Path) -> str:
    index = tmp_path / "index"
    return (index / "generations" / (index / "current").read_text().strip() / "manifest.json").read_text("utf-8")


SLOW = WITH_FAKE_MODEL.replace(
    "lambda *_: HashingEmbedder()", "lambda *_: Slow()"
).replace(
    "assistant.wire.load_embedder",
    """
class Slow(HashingEmbedder):
    def embed_passages(self, texts, *rest):
        import time
        sys.stderr.write("embedding")
        sys.stderr.flush()
        time.sleep(60)
assistant.wire.load_embedder""",
    1,
)  # fmt: skip


def test_ctrl_c_says_one_line_and_changes_nothing(wmo: Wmo, tmp_path: Path) -> None:
    wmo("add", write_report(tmp_path, "1.md", 1))
    before = tree(tmp_path / "corpus"), manifest(tmp_path)
    with started(tmp_path, "add", write_report(tmp_path, "2.md", 2), code=SLOW) as process:
        assert process.stderr
        assert process.stderr.read(len("embedding")) == "embedding"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, "", "Gestopt; er is niets gewijzigd.")
    assert (tree(tmp_path / "corpus"), manifest(tmp_path)) == before
    assert len(list((tmp_path / "index" / "generations").iterdir())) == 1


ASK_FOR_A_WHILE = WITH_FAKE_MODEL.replace("from eval.cli import main\nmain()", """
from assistant.ask import ask
from assistant.settings import load_settings
from assistant.wire import open_desk
desk = open_desk(load_settings(decline_below=0.0))
print("open", flush=True)
for line in sys.stdin:
    answer = ask(desk, "Welke ondersteuning krijgt een inwoner van de gemeente?")
    assert answer.citations and answer.hits
    print(len(desk.reports), flush=True)
""")  # fmt: skip


def test_answering_goes_on_while_another_process_adds_and_removes(wmo: Wmo, tmp_path: Path) -> None:
    wmo("add", write_report(tmp_path, "0.md", 0))
    with started(tmp_path, code=ASK_FOR_A_WHILE) as reader:
        assert reader.stdin and reader.stdout and reader.stderr
        assert reader.stdout.readline() == "open\n"
        stop = False
        seen: list[int] = []

        def ask_on() -> None:
            while not stop:
                reader.stdin.write("?\n")
                reader.stdin.flush()
                line = reader.stdout.readline()
                if not line:
                    return
                seen.append(int(line))

        asking = threading.Thread(target=ask_on)
        asking.start()
        for seed in range(1, 6):
            assert wmo("add", write_report(tmp_path, f"{seed}.md", seed)).code == 0
        for seed in range(1, 6):
            assert wmo("remove", f"rapport-nummer-{seed}", "--yes").code == 0
        wait_for(lambda: seen[-1:] == [1] or not asking.is_alive())
        stop = True
        asking.join(30)
        reader.stdin.close()
        assert reader.stderr.read() == ""
        assert reader.wait(30) == 0
    assert len(seen) >= 10 and max(seen) == 6 and seen[-1] == 1


def test_an_inbox_that_would_never_be_looked_at_is_wrong_use(wmo: Wmo, tmp_path: Path) -> None:
    alone = wmo("sync", "--inbox", tmp_path, language="en")
    wrong = wmo("sync", "--watch", "--inbox", tmp_path / "none", language="en")
    assert alone.code == 2 and "only with --watch" in alone.err
    assert wrong.code == 2 and "is not a folder" in wrong.err
