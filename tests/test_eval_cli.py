import json
import shlex
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from eval_desk import CASES, as_json, make_answer, text_of
from terminal import Wmo, in_this_process

from assistant.settings import Settings
from assistant.wire import Desk
from corpus.catalogue import read_catalogue
from corpus.read import read_text
from eval.cases import cases_to_csv, cases_to_jsonl, hash_cases, read_cases
from eval.run import read_run, run_cases, write_run
from eval.run_cli import provenance
from eval.summary import summarise
from eval.types import Case, Evidence

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture
def wmo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wmo:
    """Runs ``wmo`` with arguments; gives its exit code, standard output and standard error."""
    monkeypatch.setenv("COLUMNS", "200")

    return in_this_process(monkeypatch, capsys, language="en")


def cases_of_the_corpus() -> list[Case]:
    """A case for each report of the shipped corpus, whose evidence is a line of it, and one that has no answer."""
    cases = [Case("none", "nl", "Hoe laat gaat de zon onder?", "unanswerable", answerable=False)]
    for report in read_catalogue(CORPUS):
        line = max(read_text(CORPUS, report).content.split("\n"), key=len)
        evidence = Evidence(report.id, " ".join(line.split()[:12]))
        question = f"Wat schrijft {report.title}: {' '.join(line.split()[:8])}?"
        cases.append(Case(report.id, "nl", question, "literal", True, (evidence,)))
    return cases


def write_set(path: Path, cases: list[Case]) -> Path:
    path.write_text(cases_to_jsonl(cases), encoding="utf-8")
    return path


def write_small_run(folder: Path, declined: bool = False, set_hash: str = "s") -> Path:
    def answer(case: Case):  # type: ignore[no-untyped-def]
        given = make_answer(case)
        return replace(given, declined=True, citations=(), text="Nee.") if declined else given

    outcomes = run_cases(CASES, answer, text_of, as_json)
    provenance = {"set": "s.jsonl", "set_hash": set_hash, "corpus_hash": "c", "settings": {}}
    write_run(folder, outcomes, {**summarise(outcomes), "provenance": provenance})
    return folder


def test_a_sound_set_passes_the_check(wmo: Wmo, tmp_path: Path) -> None:
    path = write_set(tmp_path / "set.jsonl", cases_of_the_corpus())
    code, printed, _ = wmo("eval", "check", path, "--corpus", CORPUS)
    assert (code, printed) == (0, f"{path}: 5 ✓\n")


def test_the_check_lists_every_fault_with_its_line_and_fails(wmo: Wmo, tmp_path: Path) -> None:
    first, second, *_ = cases_of_the_corpus()
    path = write_set(tmp_path / "set.jsonl", [first, replace(second, evidence=(Evidence("weg", "x"),))])
    path.write_text(path.read_text(encoding="utf-8") + '{"id": "x", "extra": 1}\n', encoding="utf-8")
    code, printed, _ = wmo("eval", "check", path, "--corpus", CORPUS)
    assert code == 1
    assert f"line 2 ({second.id}): unknown report 'weg'\n" in printed
    assert "line 3 (x): unknown key 'extra'\n" in printed


def test_a_set_goes_to_a_spreadsheet_and_back(wmo: Wmo, tmp_path: Path) -> None:
    path = write_set(tmp_path / "set.jsonl", list(CASES))
    assert wmo("eval", "convert", path, tmp_path / "set.csv")[0] == 0
    assert wmo("eval", "convert", tmp_path / "set.csv", tmp_path / "again.jsonl")[0] == 0
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()
    assert (tmp_path / "set.csv").read_bytes().decode() == cases_to_csv(CASES)


def test_a_conversion_to_another_format_is_wrong_use(wmo: Wmo, tmp_path: Path) -> None:
    path = write_set(tmp_path / "set.jsonl", list(CASES))
    code, _, complaint = wmo("eval", "convert", path, tmp_path / "set.xlsx")
    assert code == 2 and "neither .csv nor .jsonl" in complaint


def test_the_export_judges_a_passage_for_every_answerable_case(wmo: Wmo, tmp_path: Path) -> None:
    path = write_set(tmp_path / "set.jsonl", cases_of_the_corpus())
    assert wmo("eval", "export", path, "--corpus", CORPUS, "--out", tmp_path / "beir")[0] == 0
    rows = (tmp_path / "beir" / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert {row.split("\t")[0] for row in rows} == {report.id for report in read_catalogue(CORPUS)}


def test_equal_runs_compare_without_alarm_and_leave_a_page(wmo: Wmo, tmp_path: Path) -> None:
    a, b = write_small_run(tmp_path / "a"), write_small_run(tmp_path / "b")
    code, printed, complaint = wmo("eval", "compare", a, b)
    assert (code, complaint) == (0, "") and "0 / 55 cases changed" in printed
    assert (b / "compare.html").exists()


def test_a_worse_run_fails_the_comparison_unless_its_metric_is_not_guarded(wmo: Wmo, tmp_path: Path) -> None:
    a, b = write_small_run(tmp_path / "a"), write_small_run(tmp_path / "b", declined=True)
    code, _, complaint = wmo("eval", "compare", a, b)
    assert code == 1 and "False refusals: significantly worse" in complaint
    assert wmo("eval", "compare", a, b, "--guard", "mrr", "--out", tmp_path / "page.html")[0] == 0
    assert (tmp_path / "page.html").exists()
    assert wmo("eval", "compare", b, a)[0] == 0


@pytest.mark.parametrize(("force", "code"), [([], 2), (["--force"], 0)])
def test_runs_over_different_sets_compare_only_by_force(wmo: Wmo, tmp_path: Path, force: list[str], code: int) -> None:
    a, b = write_small_run(tmp_path / "a"), write_small_run(tmp_path / "b", set_hash="other")
    assert wmo("eval", "compare", a, b, *force)[0] == code


def test_an_unknown_guard_is_wrong_use(wmo: Wmo, tmp_path: Path) -> None:
    assert wmo("eval", "compare", tmp_path, tmp_path, "--guard", "speed")[0] == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [('{"id": "x"}\n', "key 'lang' is missing"), ("", "holds no case at all")],
)
def test_a_set_that_cannot_be_read_stops_a_run_before_it_starts(
    wmo: Wmo, tmp_path: Path, content: str, reason: str
) -> None:
    (tmp_path / "set.jsonl").write_text(content)
    code, _, complaint = wmo("eval", "run", tmp_path / "set.jsonl", "--out", tmp_path / "run")
    assert code == 1 and reason in complaint and not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_written_stops_a_run_before_it_starts(wmo: Wmo, tmp_path: Path) -> None:
    questions = write_set(tmp_path / "set.jsonl", cases_of_the_corpus())
    (tmp_path / "file").write_text("")
    code, _, complaint = wmo("eval", "run", questions, "--out", tmp_path / "file" / "run", "--index", tmp_path / "none")
    assert code == 2 and "cannot be written" in complaint
    code, _, complaint = wmo("eval", "convert", questions, tmp_path / "file" / "set.csv")
    assert code == 2 and "cannot be written" in complaint


@pytest.mark.end_to_end
def test_two_runs_with_the_real_assistant_give_the_same_figures_and_no_alarm(
    wmo: Wmo, desk: Desk, tmp_path: Path
) -> None:
    path = write_set(tmp_path / "set.jsonl", cases_of_the_corpus())
    summaries = []
    for name in ("a", "b"):
        options = ("--corpus", CORPUS, "--index", desk.settings.index, "--out", tmp_path / name)
        code, printed, complaint = wmo("eval", "run", path, *options)
        assert code == 0, complaint
        assert "Evidence recall" in printed and "5 cases" in (tmp_path / name / "report.html").read_text("utf-8")
        summaries.append(json.loads((tmp_path / name / "summary.json").read_text(encoding="utf-8")))
    assert all(summary.pop("timing")["seconds"]["n"] == 5 for summary in summaries)
    commands = [summary["provenance"].pop("command") for summary in summaries]
    assert commands[0].split() == commands[1].replace(str(tmp_path / "b"), str(tmp_path / "a")).split()
    assert summaries[0] == summaries[1]
    assert summaries[0]["provenance"]["set_hash"] == hash_cases(read_cases(path))
    assert summaries[0]["metrics"]["overall"]["quote_validity"]["value"] == 1.0
    assert len(read_run(tmp_path / "a")[0]) == 5
    assert wmo("eval", "compare", tmp_path / "a", tmp_path / "b")[0] == 0


def test_a_comparison_keeps_its_rows_whole_where_it_is_no_terminal(
    wmo: Wmo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    runs = [write_small_run(tmp_path / name) for name in "ab"]
    lines = wmo("eval", "compare", *runs).out.splitlines()
    heading = next(line for line in lines if line.startswith("metric"))
    row = next(line for line in lines if "Evidence recall" in line)
    assert heading.split()[-2:] == ["+/=/−", "n"] and len(row) == len(heading) and row.split()[-1].isdigit()


def test_the_command_of_a_run_can_be_given_again_in_a_shell(tmp_path: Path) -> None:
    desk = SimpleNamespace(settings=Settings(corpus=CORPUS), corpus_hash="c", fingerprint="f")
    folder = tmp_path / "my run"
    command = provenance(tmp_path / "a set.jsonl", folder, (), desk, ())["command"]  # type: ignore[arg-type]
    words = shlex.split(command)
    assert words[:4] == ["wmo", "eval", "run", str(tmp_path / "a set.jsonl")]
    assert words[4:6] == ["--out", str(folder)]


def test_a_stopped_run_says_that_nothing_was_kept(wmo: Wmo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("eval.run_cli.open_desk", stop)
    questions = write_set(tmp_path / "set.jsonl", cases_of_the_corpus())
    result = wmo("eval", "run", questions, "--out", tmp_path / "run")
    assert result.code == 130 and "nothing was kept" in result.err
