from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from assistant_desk import write_glossary
from index_corpus import REPORTS, write_corpus
from terminal import Wmo, in_this_process
from tiny_models import HIDDEN, make_embedding_model

from corpus.errors import IndexDamaged
from index.embed import find_model, is_here, load_embedder
from index.models import choose_model, chosen_model, known_models

QUESTION = "Waarom stokt de samenwerking?"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_embedding_model(tmp_path_factory.mktemp("one"))
    return made.rename(made.parent / "tiny-one")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_embedding_model(tmp_path_factory.mktemp("two"), seed=8)
    return made.rename(made.parent / "tiny-two")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache of the model hub, and no way to reach the hub itself."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


@pytest.fixture
def wmo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, hub: Path) -> Wmo:
    """Runs ``wmo`` in this process on a small corpus without an index."""
    write_corpus(tmp_path / "corpus", REPORTS)
    monkeypatch.setenv("WMO_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("WMO_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("WMO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("WMO_GLOSSARY", str(write_glossary(tmp_path)))
    monkeypatch.setenv("WMO_DECLINE_BELOW", "0")
    (tmp_path / "cache").mkdir()
    return in_this_process(monkeypatch, capsys)


def put_in_hub(hub: Path, name: str, model: Path) -> Path:
    """Puts a model where the model hub's client keeps what it fetched."""
    folder = hub / f"models--{name.replace('/', '--')}"
    snapshot = shutil.copytree(model, folder / "snapshots" / ("c0ffee" * 7)[:40])
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(snapshot.name)
    return snapshot


def test_the_models_are_listed_with_what_is_known_of_them(wmo: Wmo) -> None:
    for language, words in (
        ("nl", ("In gebruik: default, op deze computer", "miljoenen", "59,1")),
        ("en", ("In use: default, on this computer", "millions", "59.1")),
    ):
        shown = wmo("model", language=language)
        assert shown.code == 0 and all(word in shown.out for word in words)
        assert all(model.name in shown.out and model.licence in shown.out for model in known_models())
    listed = json.loads(wmo("model", "--json").out)
    assert (listed["in_use"], listed["chosen_by"], listed["on_this_computer"]) == ("default", "default", True)
    by_name = {model["name"]: model for model in listed["models"]}
    assert by_name["default"]["on_this_computer"] and by_name["default"]["mteb_nl_retrieval"] is None
    assert not by_name["BAAI/bge-m3"]["on_this_computer"] and by_name["BAAI/bge-m3"]["licence"] == "MIT"


def test_every_score_has_its_source_and_no_figure_stands_alone() -> None:
    models = known_models()
    assert models[0].name == "default" and len({model.name for model in models}) == len(models) > 5
    for model in models:
        assert (model.score is None) == (not model.source_of_score)
        assert model.source.startswith("https://") and model.licence and model.parameters_millions > 0
        assert bool(model.nl) == bool(model.en)
        assert set(model.languages.split()) <= {"nl", "en"}


def test_switching_makes_the_index_anew_and_the_next_question_uses_that_model(
    wmo: Wmo, tiny: Path, other: Path, tmp_path: Path
) -> None:
    for model in (tiny, other):
        used = wmo("model", "use", model)
        assert used.code == 0 and f"In gebruik: {model}" in used.out and "3 nieuw" in used.out
        answer = wmo("ask", QUESTION, "--json")
        assert answer.code == 0 and json.loads(answer.out)["hits"]
        assert chosen_model(tmp_path / "index") == str(model)
        assert f"In gebruik: {model}" in wmo("model").out
        doctor = json.loads(wmo("doctor", "--json").out)
        details = {finding["check"]: finding["detail"] for finding in doctor}
        assert details["model"].startswith(model.name) and details["fingerprint"].startswith(model.name)
    again = json.loads(wmo("model", "use", other, "--json").out)
    assert (again["model"], again["unchanged"], again["rebuilt_because"]) == (str(other), 3, "")


def test_an_index_of_another_model_is_refused_with_both_names_and_a_rebuild_mends_it(
    wmo: Wmo, tiny: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wmo("model", "use", tiny).code == 0
    monkeypatch.setenv("WMO_EMBEDDING_MODEL", str(other))
    for language in ("nl", "en"):
        refused = wmo("ask", QUESTION, language=language)
        assert (refused.code, refused.out) == (1, "")
        assert all(part in refused.err for part in ("tiny-one", "tiny-two", "wmo sync --rebuild", "wmo model"))
    assert wmo("model", "--json").out.count('"chosen_by": "WMO_EMBEDDING_MODEL"') == 1
    blocked = wmo("model", "use", tiny)
    assert blocked.code == 2 and "WMO_EMBEDDING_MODEL" in blocked.err
    rebuilt = wmo("sync", "--rebuild")
    assert rebuilt.code == 0 and "3 nieuw" in rebuilt.out
    assert wmo("ask", QUESTION).code == 0


def test_a_folder_is_remembered_wherever_the_next_command_is_given(
    wmo: Wmo, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.parent)
    assert wmo("model", "use", tiny.name).code == 0
    monkeypatch.chdir(tmp_path)
    assert wmo("ask", QUESTION).code == 0


@pytest.mark.parametrize("command", [["sync"], ["ask", QUESTION]])
def test_nothing_is_fetched_for_a_model_that_is_set_but_not_here(
    wmo: Wmo, tiny: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    assert wmo("model", "use", tiny).code == 0
    monkeypatch.setenv("WMO_EMBEDDING_MODEL", "BAAI/bge-m3")
    refused = wmo(*command)
    assert refused.code == 1 and "'BAAI/bge-m3'" in refused.err and "wmo model use BAAI/bge-m3" in refused.err


def test_a_model_is_fetched_only_when_asked_and_a_failure_leaves_everything_as_it_was(
    wmo: Wmo, tiny: Path, tmp_path: Path
) -> None:
    assert wmo("model", "use", tiny).code == 0
    refused = wmo("model", "use", "BAAI/bge-m3")
    assert refused.code == 2 and "--yes" in refused.err and "568 M, MIT" in refused.err
    failed = wmo("model", "use", "BAAI/bge-m3", "--yes")
    assert failed.code == 1 and "'BAAI/bge-m3'" in failed.err and "Traceback" not in failed.err
    assert chosen_model(tmp_path / "index") == str(tiny)
    assert wmo("ask", QUESTION).code == 0


def test_a_model_that_was_fetched_before_is_found_and_used_by_its_name(wmo: Wmo, tiny: Path, hub: Path) -> None:
    snapshot = put_in_hub(hub, "org/tiny", tiny)
    assert is_here("org/tiny") and find_model("org/tiny", hub) == snapshot
    used = wmo("model", "use", "org/tiny")
    assert used.code == 0 and "In gebruik: org/tiny" in used.out
    assert wmo("ask", QUESTION).code == 0
    details = {f["check"]: f["detail"] for f in json.loads(wmo("doctor", "--json").out)}
    assert details["model"].startswith("org/tiny-")


def test_a_fetch_that_was_cut_off_does_not_count(tiny: Path, hub: Path) -> None:
    snapshot = put_in_hub(hub, "org/half", tiny)
    (snapshot / "model.safetensors").unlink()
    assert not is_here("org/half")


@pytest.mark.parametrize("name", ["no/such/model", "./not-here", "not here"])
def test_what_cannot_be_a_name_is_nowhere(name: str, hub: Path) -> None:
    assert not is_here(name) and find_model(name, hub) is None


def test_the_dimension_of_another_model_is_its_own(tiny: Path, tmp_path: Path) -> None:
    assert load_embedder(str(tiny), tmp_path).dimension == HIDDEN


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\0\0"])
def test_a_choice_that_cannot_be_read_says_how_to_make_it_anew(tmp_path: Path, data: bytes) -> None:
    choose_model(tmp_path, "default")
    (tmp_path / "embedding-model").write_bytes(data)
    with pytest.raises(IndexDamaged, match="wmo model use default"):
        chosen_model(tmp_path)


def test_a_choice_is_kept_in_the_folder_of_the_index(tmp_path: Path) -> None:
    assert chosen_model(tmp_path / "index") == ""
    choose_model(tmp_path / "index", "org/tiny")
    assert chosen_model(tmp_path / "index") == "org/tiny"
