"""A removed report is gone: from catalogue, files, both legs, the texts, the vectors and older generations."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from add_desk import Desk, make_desk, report_text, tree, write_report

from corpus.catalogue import read_catalogue, write_catalogue
from corpus.errors import UsageError
from index.add import Given, remove
from index.generation import require_visible
from index.vectors import text_key

SECRET = "geheimzinnigwoord"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Three reports, of which the first says a word that the others do not."""
    desk = make_desk(tmp_path)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "weg.md").write_text(report_text(1) + f"\nEen {SECRET} in de gemeente.\n")
    desk.add(inbox / "weg.md", given=Given(id="weg-ermee"))
    desk.add(write_report(inbox, "een.md", 2), write_report(inbox, "twee.md", 3))
    return desk


def traces(folder: Path, words: tuple[str, ...]) -> list[str]:
    """The files below a folder in whose names or bytes one of the words stands."""
    return [
        name for name, data in tree(folder).items() for word in words if word in name or word.encode() in data.lower()
    ]


def test_nothing_of_a_removed_report_stays(desk: Desk) -> None:
    words = ("weg-ermee", SECRET[:12])
    (asked,) = (text for text in desk.counting.asked if SECRET in text and len(text) < 100)
    assert traces(desk.corpus, words) and traces(desk.index, words)
    kept = {name: text for name, text in desk.contents().items() if name != "weg-ermee"}
    remove(desk.corpus, desk.index, desk.embedder, ["weg-ermee"])
    assert desk.contents() == kept
    assert traces(desk.corpus, words) == traces(desk.index, words) == []
    assert [folder.name for folder in (desk.index / "generations").iterdir()] == [require_visible(desk.index).name]
    with closing(sqlite3.connect(desk.index / "vectors.sqlite")) as connection:
        assert not connection.execute("select 1 from vectors where text = ?", (text_key(asked),)).fetchone()


def test_the_file_can_be_kept(desk: Desk) -> None:
    remove(desk.corpus, desk.index, desk.embedder, ["weg-ermee"], keep_file=True)
    assert "weg-ermee.md" in desk.files()
    assert "weg-ermee" not in desk.contents()


def test_removing_makes_no_vector(desk: Desk) -> None:
    desk.counting.asked.clear()
    remove(desk.corpus, desk.index, desk.embedder, ["weg-ermee"])
    assert desk.counting.asked == []


def test_an_unknown_id_removes_nothing(desk: Desk) -> None:
    before = desk.state()
    with pytest.raises(UsageError, match="onbekend-id"):
        remove(desk.corpus, desk.index, desk.embedder, ["weg-ermee", "onbekend-id"])
    assert desk.state() == before


def test_the_last_report_can_be_removed_and_added_again(desk: Desk) -> None:
    ids = list(desk.contents())
    remove(desk.corpus, desk.index, desk.embedder, ids)
    assert desk.contents() == {} and desk.files() == set()
    desk.add(write_report(desk.corpus.parent, "nieuw.md", 9))
    assert len(desk.contents()) == 1


def test_a_report_taken_out_of_the_catalogue_is_forgotten_by_a_sync(desk: Desk) -> None:
    write_catalogue(desk.corpus, [r for r in read_catalogue(desk.corpus) if r.id != "weg-ermee"])
    receipt = desk.sync()
    assert receipt.removed == ("weg-ermee",)
    assert traces(desk.index / "generations", ("weg-ermee", SECRET[:12])) == []
    assert "weg-ermee.md" in desk.files()


def test_what_was_removed_can_be_added_again(desk: Desk) -> None:
    before = desk.contents()
    remove(desk.corpus, desk.index, desk.embedder, ["weg-ermee"])
    desk.add(desk.corpus.parent / "inbox" / "weg.md", given=Given(id="weg-ermee"))
    assert desk.contents() == before


def test_a_report_whose_file_is_gone_already_can_be_removed(desk: Desk) -> None:
    (desk.corpus / "reports" / "weg-ermee.md").unlink()
    remove(desk.corpus, desk.index, desk.embedder, ["weg-ermee"])
    assert "weg-ermee" not in desk.contents()
