"""Reports are added once, whole, with a receipt; what cannot be added is said and stops nothing else."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from add_desk import Desk, make_desk, report_text, tree, write_report
from filelock import FileLock

from corpus.catalogue import read_catalogue, write_catalogue
from corpus.document import Limits
from corpus.errors import CorpusError, IndexBusy, UsageError
from index.add import Given, add, preview, want
from index.receipt import receipt_to_json


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def outcomes(receipt: object) -> list[str]:
    return [one.outcome for one in receipt.receipts]  # type: ignore[attr-defined]


def test_a_folder_of_reports_becomes_rows_files_and_passages(desk: Desk, inbox: Path) -> None:
    for seed in range(3):
        write_report(inbox / "sub", f"Stuk {seed}.MD", seed)
    receipt = desk.add(inbox)
    assert outcomes(receipt) == ["added"] * 3
    assert len(desk.contents()) == 3
    ids = [report.id for report in read_catalogue(desk.corpus)]
    assert desk.files() == {f"{name}.md" for name in ids}
    assert sum(one.passages for one in receipt.receipts) == len(desk.snapshot().passages) > 0


def test_the_file_is_kept_byte_for_byte(desk: Desk, inbox: Path) -> None:
    path = write_report(inbox, "een.md", 1)
    (one,) = desk.add(path).receipts
    assert one.report and (desk.corpus / "reports" / one.report.file).read_bytes() == path.read_bytes()


def test_one_bad_file_among_a_hundred_stops_nothing_else(desk: Desk, inbox: Path) -> None:
    for seed in range(99):
        write_report(inbox, f"{seed:02}.md", seed, sentences=3)
    (inbox / "50-kapot.pdf").write_bytes(b"%PDF-1.7 niets")
    receipt = desk.add(inbox)
    assert receipt.failed
    assert outcomes(receipt).count("added") == 99
    (bad,) = (one for one in receipt.receipts if one.outcome == "failed")
    assert bad.source.endswith("50-kapot.pdf") and bad.error and "50-kapot.pdf" in bad.error.nl
    assert len(desk.contents()) == 99


def test_adding_again_does_nothing(desk: Desk, inbox: Path) -> None:
    write_report(inbox, "een.md", 1)
    desk.add(inbox)
    before = desk.state()
    receipt = desk.add(inbox)
    assert outcomes(receipt) == ["duplicate"] and not receipt.failed
    assert desk.state() == before


@pytest.mark.parametrize("name", ["ander.md", "ander.txt"])
def test_the_same_bytes_under_another_name_are_recognised(desk: Desk, inbox: Path, name: str) -> None:
    path = write_report(inbox, "een.md", 1)
    (first,) = desk.add(path).receipts
    shutil.copy(path, inbox / name)
    (again,) = desk.add(inbox / name).receipts
    assert again.outcome == "duplicate" and again.report == first.report


def test_the_same_words_in_another_format_are_recognised_also_within_one_call(desk: Desk, inbox: Path) -> None:
    text = report_text(1)
    (inbox / "a.md").write_text(text)
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines()[2:] if line and not line.startswith("#"))
    page = f"<html><body><h1>Rapport nummer 1</h1>{paragraphs}</body></html>".replace(
        "</p><p>", "</p><h2>Uitkomsten</h2><p>"
    )
    (inbox / "b.html").write_text(page)
    assert outcomes(desk.add(inbox)) == ["added", "duplicate"]
    assert len(desk.contents()) == 1


def test_a_newer_edition_is_added_and_said(desk: Desk, inbox: Path) -> None:
    old = report_text(1, sentences=40)
    (inbox / "2021.md").write_text(old)
    (inbox / "2023.md").write_text(old + "\nEen nieuwe slotzin over de gemeente.\n")
    (first,) = desk.add(inbox / "2021.md", given=Given(published="2021")).receipts
    (second,) = desk.add(inbox / "2023.md", given=Given(published="2023-05")).receipts
    assert first.report and second.outcome == "added"
    assert second.near == first.report.id and second.near_share > 0.9 and second.newer
    assert len(desk.contents()) == 2


def test_reports_on_other_subjects_are_not_called_alike(desk: Desk, inbox: Path) -> None:
    for seed in (1, 2):
        write_report(inbox, f"{seed}.md", seed)
    assert [one.near for one in desk.add(inbox).receipts] == ["", ""]


def test_a_changed_file_asks_for_replace_and_changes_nothing(desk: Desk, inbox: Path) -> None:
    desk.add(write_report(inbox, "een.md", 1))
    before = tree(desk.corpus)
    (receipt,) = desk.add(write_report(inbox, "een.md", 2)).receipts
    assert receipt.outcome == "failed" and receipt.error
    assert all("--replace" in receipt.error.message(language) for language in ("nl", "en"))
    assert tree(desk.corpus) == before


def test_replacing_leaves_no_old_passage(desk: Desk, inbox: Path) -> None:
    desk.add(write_report(inbox, "een.md", 1), write_report(inbox, "twee.md", 2))
    before = desk.contents()
    (receipt,) = desk.add(write_report(inbox, "een.md", 3), may_replace=True).receipts
    assert receipt.outcome == "replaced" and receipt.report
    after = desk.contents()
    assert list(after) == list(before)
    assert "nummer 3" in after[receipt.report.id] and "nummer 1" not in str(after)
    other = next(name for name in before if name != receipt.report.id)
    assert after[other] == before[other]


def test_an_edited_file_of_the_same_name_elsewhere_is_another_version(desk: Desk, inbox: Path) -> None:
    desk.add(write_report(inbox / "oud", "rapport.md", 1, sentences=40))
    edited = write_report(inbox / "nieuw", "rapport.md", 1, sentences=40)
    edited.write_text(edited.read_text() + "\nNog een zin over het wijkteam.\n")
    distinct = write_report(inbox / "anders", "rapport.md", 2)
    assert outcomes(desk.add(edited, distinct)) == ["failed", "added"]
    assert outcomes(desk.add(edited, may_replace=True)) == ["replaced"]
    assert len(desk.contents()) == 2


def test_replacing_by_id_keeps_what_was_corrected_in_the_catalogue(desk: Desk, inbox: Path) -> None:
    desk.add(write_report(inbox, "een.md", 1), given=Given(id="jansen-2021", title="Juist", authors=("Eva Jansen",)))
    new = write_report(inbox, "versie2.txt", 5)
    given = Given(id="jansen-2021", published="2022")
    (refused,) = desk.add(new, given=given).receipts
    assert refused.outcome == "failed"
    (receipt,) = desk.add(new, given=given, may_replace=True).receipts
    assert receipt.outcome == "replaced" and receipt.report
    assert (receipt.report.title, receipt.report.authors) == ("Juist", ("Eva Jansen",))
    assert receipt.report.published == "2022" and "title" not in receipt.guessed
    assert desk.files() == {"jansen-2021.txt"}
    assert "nummer 5" in desk.contents()["jansen-2021"]


def test_metadata_of_a_report_that_is_there_can_be_corrected_by_adding_it_again(desk: Desk, inbox: Path) -> None:
    path = write_report(inbox, "een.md", 1)
    desk.add(path, given=Given(id="een"))
    (receipt,) = desk.add(path, given=Given(id="een", title="Beter"), may_replace=True).receipts
    assert receipt.outcome == "replaced"
    assert desk.snapshot().reports["een"].title == "Beter"


def test_what_is_given_goes_before_what_the_document_says(desk: Desk, inbox: Path) -> None:
    given = Given("een-id", "Titel", ("Jan Jansen; Eva de Boer",), "Uitgever", "9-5-2022", "en", "https://voorbeeld.nl")
    (receipt,) = desk.add(write_report(inbox, "een.md", 1), given=given).receipts
    (row,) = read_catalogue(desk.corpus)
    assert receipt.report == row and receipt.guessed == ()
    assert (row.id, row.title, row.authors) == ("een-id", "Titel", ("Jan Jansen", "Eva de Boer"))
    assert (row.publisher, row.published, row.language) == ("Uitgever", "2022-05-09", "en")
    assert (row.url, row.file) == ("https://voorbeeld.nl", "een-id.md")


def test_a_field_that_is_cleared_stays_empty_whatever_the_document_says(desk: Desk, inbox: Path) -> None:
    path = inbox / "een.html"
    path.parent.mkdir(exist_ok=True)
    page = (
        "<html><head><title>Een</title><meta name='author' content='Anna de Wit'></head><body><article><h1>Een</h1><p>"
    )
    path.write_text(f"{page}{report_text(1)}</p></article></body></html>", "utf-8")
    (said,) = preview(desk.corpus, desk.index, want([str(path)])).receipts
    assert said.report and said.report.authors == ("Anna de Wit",)
    desk.add(path, given=Given(cleared=("authors", "published")))
    assert read_catalogue(desk.corpus)[0].authors == ()


@pytest.mark.parametrize("given", [Given(id="Geen Id"), Given(published="2022/05"), Given(language="de")])
def test_wrong_metadata_is_wrong_use(desk: Desk, inbox: Path, given: Given) -> None:
    with pytest.raises(UsageError):
        desk.add(write_report(inbox, "een.md", 1), given=given)
    assert not desk.corpus.exists()


def test_metadata_for_several_reports_is_wrong_use(desk: Desk, inbox: Path) -> None:
    for seed in (1, 2):
        write_report(inbox, f"{seed}.md", seed)
    with pytest.raises(UsageError):
        desk.add(inbox, given=Given(title="Eén titel"))
    assert not desk.corpus.exists()


def test_a_file_that_nobody_named_in_the_catalogue_is_not_overwritten(desk: Desk, inbox: Path) -> None:
    (desk.corpus / "reports").mkdir(parents=True)
    (desk.corpus / "reports" / "een.md").write_text("van de gebruiker")
    (receipt,) = desk.add(write_report(inbox, "x.md", 1), given=Given(id="een")).receipts
    assert receipt.report and receipt.report.file == "een-2.md"
    assert (desk.corpus / "reports" / "een.md").read_text() == "van de gebruiker"


def test_a_file_that_lies_among_the_reports_stays_where_it_is(desk: Desk) -> None:
    path = write_report(desk.corpus / "reports", "Los stuk.md", 1)
    (receipt,) = desk.add(path).receipts
    assert receipt.report and receipt.report.file == "Los stuk.md"
    assert desk.files() == {"Los stuk.md"}


def test_two_reports_with_one_title_get_ids_of_their_own(desk: Desk, inbox: Path) -> None:
    for seed in (1, 2):
        write_report(inbox / str(seed), "verslag.md", seed, title="Jaarverslag van de gemeente")
    first, second = (one.report.id for one in desk.add(inbox).receipts if one.report)
    assert second == f"{first}-2"


@pytest.mark.parametrize("name", ["leeg", "*.pdf", "weg.md"])
def test_a_name_that_stands_for_nothing_fails_with_the_name(desk: Desk, inbox: Path, name: str) -> None:
    (inbox / "leeg").mkdir()
    (receipt,) = desk.add(str(inbox / name)).receipts
    assert receipt.outcome == "failed" and receipt.error and str(inbox / name) in receipt.error.en


def test_a_pattern_stands_for_what_it_matches_and_hidden_files_are_left_alone(desk: Desk, inbox: Path) -> None:
    for seed, name in enumerate(("een.md", "twee.md", "drie.txt", ".verborgen.md", "~$een.md")):
        write_report(inbox, name, seed)
    assert len(preview(desk.corpus, desk.index, want([str(inbox / "*.md"), str(inbox / "een.md")])).receipts) == 2 + 1
    assert len(preview(desk.corpus, desk.index, want([str(inbox)])).receipts) == 3


def test_a_file_over_the_limit_is_refused_with_the_limit(desk: Desk, inbox: Path) -> None:
    path = write_report(inbox, "een.md", 1)
    limits = Limits(max_bytes=10)
    (receipt,) = add(desk.corpus, desk.index, desk.embedder, want([str(path)], limits=limits), limits).receipts
    assert receipt.outcome == "failed"


@pytest.fixture
def private_address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_private_address_and_a_file_address_are_refused(desk: Desk, private_address: str) -> None:
    receipt = desk.add(private_address, "file:///etc/hostname")
    assert outcomes(receipt) == ["failed", "failed"]
    assert desk.contents() == {}


def test_a_preview_shows_the_receipts_and_changes_nothing(desk: Desk, inbox: Path) -> None:
    path = write_report(inbox, "een.md", 1)
    root = desk.corpus.parent
    before = tree(root)
    shown = preview(desk.corpus, desk.index, want([str(path)]))
    assert tree(root) == before and not desk.corpus.exists()
    done = desk.add(path)
    assert [(one.report, one.quality, one.passages) for one in shown.receipts] == [
        (one.report, one.quality, one.passages) for one in done.receipts
    ]


def test_a_report_put_into_the_catalogue_by_hand_comes_along(desk: Desk, inbox: Path) -> None:
    desk.add(write_report(inbox, "een.md", 1))
    (first,) = read_catalogue(desk.corpus)
    write_report(desk.corpus / "reports", "hand.md", 2)
    row = type(first)("met-de-hand", "Met de hand", "", "", (), "nl", "", "hand.md", "")
    write_catalogue(desk.corpus, [first, row])
    assert outcomes(desk.add(write_report(inbox, "kopie.md", 2), write_report(inbox, "drie.md", 3))) == [
        "duplicate",
        "added",
    ]
    assert len(desk.contents()) == 3


def test_vectors_are_not_made_twice(desk: Desk, inbox: Path) -> None:
    path = write_report(inbox, "een.md", 1, sentences=60)
    desk.add(path, write_report(inbox, "twee.md", 2))
    desk.counting.asked.clear()
    desk.sync(rebuild=True)
    assert desk.counting.asked == []
    path.write_text(path.read_text() + "\nEen zin die er niet was.\n")
    desk.add(path, may_replace=True)
    assert 1 <= len(desk.counting.asked) <= 3  # the sentence and the passage that it joined
    assert any("die er niet was" in text for text in desk.counting.asked)


def test_a_wrong_catalogue_stops_the_addition_and_stays_as_it_is(desk: Desk, inbox: Path) -> None:
    desk.add(write_report(inbox, "een.md", 1))
    catalogue = desk.corpus / "catalogue.csv"
    catalogue.write_text(catalogue.read_text("utf-8-sig") + "Fout Id,,,,,,,een.md\n", "utf-8")
    before = desk.state()
    with pytest.raises(CorpusError):
        desk.add(write_report(inbox, "twee.md", 2))
    assert desk.state() == before


@pytest.mark.parametrize("lock", ["index/writer.lock", "corpus/reports/.lock"])
def test_a_second_writer_is_told_to_wait(desk: Desk, inbox: Path, lock: str) -> None:
    desk.add(write_report(inbox, "een.md", 1))
    before = desk.contents()
    with FileLock(desk.corpus.parent / lock), pytest.raises(IndexBusy):
        desk.add(write_report(inbox, "twee.md", 2))
    assert desk.contents() == before


def test_an_interruption_leaves_the_state_before(desk: Desk, inbox: Path) -> None:
    desk.add(write_report(inbox, "een.md", 1))
    before = desk.state()

    def interrupt(step: str, done: int, total: int) -> None:
        if step == "store":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        names = [str(write_report(inbox, "twee.md", 2))]
        add(desk.corpus, desk.index, desk.embedder, want(names), progress=interrupt)
    assert desk.state() == before


def test_a_receipt_in_json_says_all_of_it(desk: Desk, inbox: Path) -> None:
    (one,) = desk.add(write_report(inbox, "een.md", 1)).receipts
    json = receipt_to_json(one, "nl")
    assert json["outcome"] == "added" and json["id"] == "rapport-nummer-1"
    assert json["words"] > 100 and json["language"] == "nl" and json["recognised_share"] > 0.9
    assert json["garbled_share"] == 0 and json["empty_pages"] == [] and json["passages"] >= 1
    assert json["duplicate_of"] is None and json["near_duplicate_of"] is None and json["seconds"] > 0
    (again,) = desk.add(write_report(inbox, "een.md", 1)).receipts
    assert receipt_to_json(again, "nl")["duplicate_of"] == "rapport-nummer-1"
