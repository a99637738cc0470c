import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from assistant_desk import markers, use_model, write_glossary
from index_corpus import REPORTS, write_corpus
from terminal import Result, Wmo, in_this_process

from assistant.cli import app, run
from assistant.settings import Settings
from index.add import remove
from index.fake_embed import HashingEmbedder
from index.generation import require_visible, writer_lock
from index.types import Vectors

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, "-c", "from assistant.cli import app, run; run(app)"]
QUESTION = "Waarom stokt de samenwerking in een netwerk?"
ANSWER_KEYS = (
    "question searched language declined reason text citations hits unresolved confidence engine seconds".split()
)
CITATION_KEYS = "number report title publisher published page start end quote".split()
HIT_KEYS = "rank report page start end score text".split()
LANGUAGES = ("nl", "en")


@pytest.fixture
def wmo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Wmo:
    """Runs ``wmo`` in this process on a small corpus, with the model that counts words."""
    write_corpus(tmp_path / "corpus", REPORTS)
    use_model(monkeypatch)
    monkeypatch.setenv("WMO_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("WMO_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("WMO_GLOSSARY", str(write_glossary(tmp_path)))
    monkeypatch.setenv("WMO_DECLINE_BELOW", "0")
    monkeypatch.setenv("COLUMNS", "120")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    return in_this_process(monkeypatch, capsys, lambda: run(app))


@pytest.fixture
def synced(wmo: Wmo) -> Wmo:
    assert wmo("sync").code == 0
    return wmo


def assert_refused(result: Result, code: int, *parts: str) -> None:
    """One clear message on standard error, nothing on standard output, no traceback, no colours."""
    assert (result.code, result.out) == (code, "")
    assert result.err.strip() and "Traceback" not in result.err and "\x1b" not in result.err
    for part in parts:
        assert part in result.err


# what a command prints


def test_an_answer_is_printed_as_it_is_worded(synced: Wmo) -> None:
    result = synced("ask", QUESTION)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Verklaringen in ")
    assert "Zonder regie stokt de samenwerking, zeggen de professionals.” [" in result.out
    assert "\x1b" not in result.out


def test_words_need_no_quotation_marks(synced: Wmo) -> None:
    assert synced("ask", *QUESTION.split()).out == synced("ask", QUESTION).out


def test_an_answer_in_json_has_exactly_the_agreed_keys(synced: Wmo) -> None:
    result = synced("ask", "--json", QUESTION)
    answer = json.loads(result.out)
    assert list(answer) == ANSWER_KEYS
    assert [list(c) for c in answer["citations"]] == [CITATION_KEYS] * len(answer["citations"])
    assert [list(h) for h in answer["hits"]] == [HIT_KEYS] * len(answer["hits"])
    assert answer["citations"] and markers(answer["text"]) == [c["number"] for c in answer["citations"]]
    for citation in answer["citations"]:
        shown = json.loads(synced("show", citation["report"], "--json").out)
        assert shown["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_refusal_in_json_cites_nothing(synced: Wmo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WMO_DECLINE_BELOW", "1")
    result = synced("ask", "--json", QUESTION)
    answer = json.loads(result.out)
    assert result.code == 0 and answer["declined"] and answer["reason"] and answer["citations"] == []
    assert answer["reason"] in synced("ask", QUESTION).out


def test_earlier_questions_are_taken_along(synced: Wmo) -> None:
    asked = synced("ask", "--json", "--turn", "Wat is jeugdhulp?", "--turn", "En daarna?", "En waarom?")
    assert json.loads(asked.out)["searched"].endswith("En daarna? En waarom?")


def test_a_search_shows_passages_best_first(synced: Wmo) -> None:
    hits = json.loads(synced("search", "--json", "-n", "2", "weigeren hulp").out)
    assert [hit["rank"] for hit in hits] == [1, 2] and list(hits[0]) == HIT_KEYS
    assert hits[0]["report"] == "hulp"
    printed = synced("search", "weigeren", "hulp").out
    assert printed.startswith("1. Rapport hulp (Gemeente, 2021) › Huishoudelijke hulp\n   ")
    assert "Een gemeente mag huishoudelijke hulp niet zomaar weigeren." in printed


class RemovingEmbedder(HashingEmbedder):
    """The model that counts words; while it does so for a question, another program removes a report."""

    def __init__(self, corpus: Path, index: Path, report_id: str) -> None:
        super().__init__()
        self._remove = [partial(remove, corpus, index, self, [report_id])]

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        if self._remove:
            self._remove.pop()()
        return super().embed_queries(texts)


@pytest.mark.parametrize("command", [("search", "weigeren hulp"), ("ask", QUESTION), ("ask", "--json", QUESTION)])
def test_what_was_found_is_printed_also_where_a_report_is_removed_meanwhile(
    synced: Wmo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    removed = "hulp" if command[0] == "search" else "netwerk"
    use_model(monkeypatch, RemovingEmbedder(tmp_path / "corpus", tmp_path / "index", removed))
    result = synced(*command)
    assert (result.code, result.err) == (0, "")
    assert "Rapport " in result.out  # each passage and each quote with the title of its report
    assert '"title": null' not in result.out
    assert removed not in synced("list").out


def test_the_list_in_a_pipe_has_a_report_a_line(wmo: Wmo) -> None:
    assert wmo("list").out.splitlines() == [f"{name}\tRapport {name}\tGemeente\t2021" for name in REPORTS]


def test_the_list_in_a_terminal_keeps_every_id_whole(wmo: Wmo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    name = "een-heel-lang-id-van-een-rapport-2021"
    write_corpus(tmp_path / "corpus", {name: "# Kop\n\nEen zin."}, {name: "Een titel die te lang is voor een regel"})
    printed = wmo("list").out
    assert name in printed and "uitgever" in printed
    assert "publisher" in wmo("list", language="en").out


def test_the_list_in_json_has_every_field(wmo: Wmo) -> None:
    rows = json.loads(wmo("list", "--json").out)
    assert [row["id"] for row in rows] == list(REPORTS)
    assert set(rows[0]) == set("id title publisher published language url file sha256 authors".split())


def test_a_report_is_shown_as_citations_point_into_it(wmo: Wmo) -> None:
    shown = wmo("show", "netwerk")
    assert shown.code == 0 and shown.out.startswith("Rapport netwerk (Gemeente, 2021)\n\n")
    assert json.loads(wmo("show", "netwerk", "--json").out)["text"] in shown.out


@pytest.mark.parametrize(("language", "words"), [("nl", "3 nieuw"), ("en", "3 new")])
def test_a_sync_says_what_it_did_and_a_second_one_does_nothing(wmo: Wmo, language: str, words: str) -> None:
    first = wmo("sync", language=language)
    assert first.code == 0 and first.out.startswith(words) and first.err == ""
    assert json.loads(wmo("sync", "--json").out)["unchanged"] == 3
    assert wmo("sync", "--quiet") == Result(0, "", "")


def test_a_sync_in_json_has_exactly_its_keys(wmo: Wmo) -> None:
    receipt = json.loads(wmo("sync", "--json").out)
    assert list(receipt) == "added changed removed unchanged failed rebuilt_because recovered seconds".split()
    assert receipt["added"] == list(REPORTS)
    assert json.loads(wmo("sync", "--rebuild", "--json").out)["rebuilt_because"]


def test_a_report_that_cannot_be_read_is_named_and_the_others_are_indexed(wmo: Wmo, tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", {**REPORTS, "leeg": "\n"})
    result = wmo("sync")
    assert result.code == 1 and result.out.startswith("3 nieuw")
    assert result.err.startswith("leeg: ") and "Traceback" not in result.err
    assert wmo("ask", QUESTION).code == 0


def test_ask_brings_the_index_in_step_where_that_is_asked_for(wmo: Wmo, tmp_path: Path) -> None:
    first = wmo("ask", "--sync", "--json", QUESTION)
    assert first.code == 0 and json.loads(first.out)["citations"] and "3 nieuw" in first.err
    write_corpus(tmp_path / "corpus", {"nieuw": "# Nieuw\n\nIn Meerdorp stokt de samenwerking door ruzie."})
    asked = ("ask", "--json", "Waarom stokt de samenwerking in Meerdorp?")
    assert {c["report"] for c in json.loads(wmo(*asked).out)["citations"]} <= set(REPORTS)
    assert [c["report"] for c in json.loads(wmo(*asked, "--sync").out)["citations"]] == ["nieuw"]
    assert wmo(*asked, "--sync").err == ""


def test_the_doctor_reports_in_words_and_in_json(synced: Wmo, tmp_path: Path) -> None:
    healthy = synced("doctor", "--json")
    rows = json.loads(healthy.out)
    assert healthy.code == 0 and all(list(row) == ["check", "ok", "detail"] and row["ok"] for row in rows)
    shutil.rmtree(tmp_path / "index")
    ill = synced("doctor")
    assert ill.code == 1 and "✗ index: " in ill.out and "wmo sync" in ill.out and "✓ corpus: 3 rapporten" in ill.out


def test_the_settings_are_listed_with_their_values(wmo: Wmo, tmp_path: Path) -> None:
    rows = {row["name"]: row for row in json.loads(wmo("settings", "--json").out)}
    assert set(rows) == {f"WMO_{name.upper()}" for name in Settings.model_fields}
    assert rows["WMO_INDEX"]["value"] == str(tmp_path / "index") and all(row["about"] for row in rows.values())
    assert f"WMO_INDEX={tmp_path / 'index'}  " in wmo("settings").out


# many questions at once


def batch_of(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_a_batch_prints_an_answer_a_line_from_a_file_and_from_standard_input(synced: Wmo, tmp_path: Path) -> None:
    lines = batch_of({"id": "a", "question": QUESTION}, {"id": "b", "question": "En nu?", "turns": ["Wat is hulp?"]})
    (tmp_path / "batch.jsonl").write_bytes(lines)
    from_file = synced("ask", "--json", "--batch", tmp_path / "batch.jsonl")
    piped = synced("ask", "--json", "--batch", "-", stdin=lines)
    for result in (from_file, piped):
        rows = [json.loads(line) for line in result.out.splitlines()]
        assert (result.code, result.err) == (0, "")
        assert [list(row) for row in rows] == [["id", *ANSWER_KEYS]] * 2
        assert rows[1]["searched"] == "Wat is hulp? En nu?"


def test_bad_lines_of_a_batch_fail_it_but_the_others_are_answered(synced: Wmo) -> None:
    good = batch_of({"id": "a", "question": QUESTION})
    result = synced("ask", "--json", "--batch", "-", stdin=good + b"bad \xff line\n" + good)
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert result.code == 1 and [row["id"] for row in rows] == ["a", None, "a"]
    assert rows[1]["line"] == 2 and rows[1]["error"]
    assert rows[0]["citations"] and rows[2]["citations"]


def test_an_empty_batch_is_no_work(synced: Wmo) -> None:
    assert synced("ask", "--batch", "-", stdin=b"") == Result(0, "", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_batch_that_cannot_be_read_is_wrong_use(synced: Wmo, tmp_path: Path, language: str) -> None:
    for path in (tmp_path / "gone.jsonl", tmp_path):
        words = "kan niet worden gelezen" if language == "nl" else "cannot be read"
        assert_refused(synced("ask", "--batch", path, language=language), 2, str(path), words)


# what goes wrong, in both languages


def each(code: int, *arguments: str, nl: str, en: str) -> Any:
    return pytest.param(code, arguments, {"nl": nl, "en": en}, id=" ".join(arguments)[:40] or "nothing")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        each(2, "ask", nl="Geef een vraag", en="Give a question"),
        each(2, "ask", "een vraag", "--batch", "-", nl="Geef een vraag", en="Give a question"),
        each(2, "ask", "", nl="De vraag is leeg", en="The question is empty"),
        each(2, "ask", "?! [/]", nl="De vraag is leeg", en="The question is empty"),
        each(2, "ask", "w" * 10_000, nl="10000 tekens; er mogen er 2000", en="10000 characters; 2000 are allowed"),
        each(2, "search", " ", nl="De vraag is leeg", en="The question is empty"),
        each(2, "show", "bestaat-niet", nl="geen rapport met id 'bestaat-niet'", en="no report with id 'bestaat-niet'"),
        each(2, "show", "[red]\x1b[31m", nl="'[red]\\x1b[31m'", en="'[red]\\x1b[31m'"),
        each(1, "ask", QUESTION, nl="Maak hem met: wmo sync", en="Make it with: wmo sync"),
        each(1, "search", "hulp", nl="Maak hem met: wmo sync", en="Make it with: wmo sync"),
        each(1, "chat", "--no-browser", nl="Maak hem met: wmo sync", en="Make it with: wmo sync"),
        each(1, "list", "--corpus", "nergens", nl="Er is geen catalogus", en="There is no catalogue"),
        each(1, "sync", "--corpus", "nergens", nl="Er is geen catalogus", en="There is no catalogue"),
        each(1, "show", "hulp", "--corpus", "nergens", nl="Er is geen catalogus", en="There is no catalogue"),
    ],
)
def test_what_a_user_can_mend_is_said_in_one_line(
    wmo: Wmo, code: int, arguments: tuple[str, ...], words: dict[str, str], language: str
) -> None:
    result = wmo(*arguments, language=language)
    assert_refused(result, code, words[language])
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_faults_in_the_catalogue_are_listed_with_their_lines(wmo: Wmo, tmp_path: Path, language: str) -> None:
    catalogue = tmp_path / "corpus" / "catalogue.csv"
    rows = catalogue.read_text("utf-8")
    catalogue.write_text(rows + "hulp,Nog eens,Gemeente,2021,,nl,,weg.md\n", "utf-8")
    for command in ("list", "sync"):
        result = wmo(command, language=language)
        assert_refused(result, 1, str(catalogue), '"hulp"', '"weg.md"', "regel 5" if language == "nl" else "line 5")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["chroma", "tantivy", "texts", "sentences.npy", "manifest.json"])
def test_a_damaged_index_is_said_aloud_and_can_be_mended(synced: Wmo, tmp_path: Path, part: str, language: str) -> None:
    path = require_visible(tmp_path / "index") / part
    shutil.rmtree(path) if path.is_dir() else path.write_bytes(b"damaged")
    assert_refused(synced("ask", QUESTION, language=language), 1, "--rebuild")
    assert synced("sync", "--rebuild").code == 0
    assert synced("ask", QUESTION).code == 0


@pytest.mark.parametrize(("language", "words"), [("nl", "ander proces"), ("en", "another process")])
def test_a_second_writer_is_asked_to_wait_and_readers_read_on(
    synced: Wmo, tmp_path: Path, language: str, words: str
) -> None:
    with writer_lock(tmp_path / "index"):
        assert_refused(synced("sync", language=language), 1, words)
        assert synced("ask", QUESTION).code == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_index_of_another_model_is_refused_until_it_is_made_anew(
    synced: Wmo, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    use_model(monkeypatch, HashingEmbedder(dimension=32))
    assert_refused(synced("ask", QUESTION, language=language), 1, "hashed-words-64", "wmo sync --rebuild")
    assert synced("sync").code == 0 and synced("ask", QUESTION).code == 0


@pytest.mark.parametrize(("language", "words"), [("nl", "Ongeldige instelling"), ("en", "Invalid setting")])
def test_a_wrong_setting_is_named(wmo: Wmo, monkeypatch: pytest.MonkeyPatch, language: str, words: str) -> None:
    monkeypatch.setenv("WMO_PORT", "tachtig")
    for command in (("list",), ("settings",), ("ask", QUESTION)):
        assert_refused(wmo(*command, language=language), 2, words, "WMO_PORT='tachtig'")


def test_a_wrong_language_is_named_too(wmo: Wmo) -> None:
    assert_refused(wmo("list", language="de"), 2, "WMO_LANGUAGE='de'")


@pytest.mark.parametrize("arguments", [("ask", "--colour", "x"), ("vraag",), ("search", "x", "-n", "0"), ("show",)])
def test_wrong_options_are_wrong_use(wmo: Wmo, arguments: tuple[str, ...]) -> None:
    assert_refused(wmo(*arguments), 2, "Usage: ")


# text that a terminal might obey

NASTY = ["[red]samenwerking[/] stokt", "[/] samenwerking", ":warning: samenwerking", "samenwerking \x1b[31m\x07 rood"]


@pytest.mark.parametrize("question", [*NASTY, "samenwerking \udc80\udcff"])
@pytest.mark.parametrize("decline_below", ["0", "1"])
def test_a_question_is_printed_as_text(
    synced: Wmo, monkeypatch: pytest.MonkeyPatch, question: str, decline_below: str
) -> None:
    monkeypatch.setenv("WMO_DECLINE_BELOW", decline_below)
    for arguments in (("ask", question), ("ask", "--json", question), ("search", question)):
        result = synced(*arguments)
        assert (result.code, result.err) == (0, "")
        assert "\x1b" not in result.out and "\x07" not in result.out
        result.out.encode("utf-8")
    if decline_below == "1" and question in NASTY[:3]:
        assert f"“{question}”" in synced("ask", question).out


# help


def test_the_program_alone_shows_its_help(wmo: Wmo) -> None:
    result = wmo()
    assert result.code == 2
    for command in ("ask", "search", "chat", "list", "show", "sync", "doctor", "settings"):
        assert f" {command} " in result.out + result.err


@pytest.mark.parametrize(
    "command", sorted(c.name or c.callback.__name__ for c in app.registered_commands if c.callback)
)
def test_every_command_explains_itself_and_each_of_its_options(wmo: Wmo, command: str) -> None:
    result = wmo(command, "--help")
    assert result.code == 0
    lines = [line.strip("│ ") for line in result.out.splitlines()]
    assert any(line.endswith(".") and "Usage" not in line for line in lines)
    for line in lines:
        if line.startswith(("--", "*")):
            assert len(line.split("  ")[-1].split()) >= 2, f"no explanation: {line}"


def test_the_help_of_ask_shows_an_example(wmo: Wmo) -> None:
    assert 'wmo ask "Why does Wmo collaboration stall?"' in wmo("ask", "--help").out


# the program itself


def program(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "WMO_LANGUAGE": "nl", **options.pop("env", {})}
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output="stdout" not in options,
        timeout=240,
        **options,
    )


def test_a_reader_that_stops_early_causes_no_traceback() -> None:
    for arguments in (("list",), ("list", "--json"), ("show", "nivel-2017-rolverdeling-gemeentelijke-zorg")):
        reader, writer = os.pipe()
        os.close(reader)
        ended = program(*arguments, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        assert ended.stderr == b"" and ended.returncode in (0, 1)


def test_a_terminal_without_the_characters_gets_an_escape_and_no_traceback() -> None:
    ended = program("show", "van-der-veer-hoera-stemming-integraal-werken", env={"PYTHONIOENCODING": "ascii"})
    assert (ended.returncode, ended.stderr) == (0, b"") and b"\\u2018Hoera-stemming" in ended.stdout


def test_listing_and_helping_import_nothing_heavy() -> None:
    heavy = ["torch", "sentence_transformers", "chromadb", "langchain_core", "gradio", "trafilatura"]
    code = (
        "import sys; from assistant.cli import app; "
        "app(['list'], standalone_mode=False); app(['ask', '--help'], standalone_mode=False); "
        f"sys.stderr.write(' '.join(name for name in {heavy} if name in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=120)
    assert ended.stderr.decode() == ""


# searching within some of the reports


def test_ask_and_search_look_only_in_the_reports_that_are_chosen(synced: Wmo, tmp_path: Path) -> None:
    within = ("--report", "hulp", "--report", "jeugd", "--publisher", "gemeente", "--since", 2021, "--until", 2021)
    found = json.loads(synced("search", QUESTION, *within, "--json").out)
    assert {hit["report"] for hit in found} == {"hulp", "jeugd"}
    answer = json.loads(synced("ask", QUESTION, "--report", "hulp", "--json").out)
    assert {hit["report"] for hit in answer["hits"]} == {citation["report"] for citation in answer["citations"]}
    assert {hit["report"] for hit in answer["hits"]} == {"hulp"}
    batch = tmp_path / "questions.jsonl"
    batch.write_text(json.dumps({"id": 1, "question": QUESTION}) + "\n", "utf-8")
    line = json.loads(synced("ask", "--json", "--batch", batch, "--report", "jeugd").out)
    assert {hit["report"] for hit in line["hits"]} == {"jeugd"}


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("option", "value", "parts"),
    [
        ("--report", "hulpp", ("'hulpp'", "hulp, ")),
        ("--publisher", "SCP", ("'SCP'", "Gemeente")),
        ("--since", "2022", ("2022", "2021")),
    ],
)
def test_a_choice_without_reports_is_wrong_use_and_says_what_there_is(
    synced: Wmo, command: str, option: str, value: str, parts: tuple[str, ...]
) -> None:
    assert_refused(synced(command, QUESTION, option, value), 2, *parts)
