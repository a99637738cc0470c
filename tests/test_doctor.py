import shutil
from pathlib import Path

import pytest
from assistant_desk import use_model
from index_corpus import REPORTS, write_corpus

from assistant.doctor import Finding, _packages, examine
from assistant.settings import Settings, load_settings
from assistant.wire import sync_index
from index.fake_embed import HashingEmbedder
from index.generation import require_visible, writer_lock


@pytest.fixture(autouse=True)
def quick_model(monkeypatch: pytest.MonkeyPatch) -> None:
    use_model(monkeypatch)


@pytest.fixture
def healthy(tmp_path: Path) -> Settings:
    write_corpus(tmp_path / "corpus", REPORTS)
    settings = load_settings(corpus=tmp_path / "corpus", index=tmp_path / "index", language="nl")
    sync_index(settings)
    return settings


def by_check(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.check: finding for finding in findings}


def test_all_is_well_after_a_sync(healthy: Settings) -> None:
    found = by_check(examine(healthy))
    assert list(found) == ["python", "packages", "corpus", "index", "model", "chat", "sync", "fingerprint"]
    assert all(finding.ok for finding in found.values())
    assert found["corpus"].nl.startswith("3 rapporten in ") and found["corpus"].en.startswith("3 reports in ")
    assert "3 passages" in found["index"].message("nl") and "sentences" in found["index"].message("en")


def test_without_an_index_it_says_so_and_leaves_no_trace(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", REPORTS)
    found = by_check(examine(load_settings(corpus=tmp_path / "corpus", index=tmp_path / "index")))
    assert not found["index"].ok and "wmo sync" in found["index"].nl
    assert found["corpus"].ok and found["model"].ok
    assert not (tmp_path / "index").exists()


def test_a_missing_catalogue_does_not_keep_the_rest_from_being_checked(healthy: Settings) -> None:
    (healthy.corpus / "catalogue.csv").unlink()
    found = by_check(examine(healthy))
    assert not found["corpus"].ok and found["index"].ok and found["fingerprint"].ok


def test_reports_that_are_new_or_gone_are_named(healthy: Settings) -> None:
    kept = {name: text for name, text in REPORTS.items() if name != "jeugd"}
    write_corpus(healthy.corpus, {**kept, "nieuw": "# Nieuw\n\nEen nieuw rapport."})
    sync = by_check(examine(healthy))["sync"]
    assert not sync.ok and "nieuw" in sync.nl and "jeugd" in sync.nl and "wmo sync" in sync.nl


def test_a_damaged_index_is_named_with_its_remedy(healthy: Settings) -> None:
    shutil.rmtree(require_visible(healthy.index) / "chroma")
    index = by_check(examine(healthy))["index"]
    assert not index.ok and "--rebuild" in index.nl and "--rebuild" in index.en


def test_an_index_of_another_model_does_not_match(healthy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    use_model(monkeypatch, HashingEmbedder(dimension=32))
    found = by_check(examine(healthy))
    assert not found["fingerprint"].ok and "hashed-words-64" in found["fingerprint"].nl


def test_it_may_look_while_another_process_writes(healthy: Settings) -> None:
    with writer_lock(healthy.index):
        assert all(finding.ok for finding in examine(healthy))


def test_a_package_that_is_not_there_is_named() -> None:
    finding = _packages(["typer", "no-such-package-at-all"])
    assert not finding.ok and "no-such-package-at-all" in finding.nl and "typer" not in finding.en


@pytest.mark.parametrize(("name", "ok"), [("", True), ("openai:m", True), ("no_such_provider:m", False)])
def test_the_chat_model_is_named_with_its_package(healthy: Settings, name: str, ok: bool) -> None:
    chat = by_check(examine(healthy.model_copy(update={"chat_model": name})))["chat"]
    assert chat.ok == ok
    assert name.partition(":")[0].replace("_", "-") in chat.en
    assert ok or "pip install" in chat.nl
