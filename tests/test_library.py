"""Reports are added and removed from the page: in a real chromium, with real documents, into a real index."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import httpx
import pytest
from add_desk import report_text, write_report
from assistant_desk import make_desk
from fpdf import FPDF
from gradio.utils import get_upload_folder
from PIL import Image
from playwright.sync_api import Browser, expect
from visit import Visit, served, visiting

from assistant.ask import stream
from assistant.guard import is_from_page
from assistant.library import Library
from assistant.library_tab import may_change
from assistant.library_wording import LIBRARY_WORDING
from assistant.settings import load_settings
from assistant.wire import Desk
from assistant.wording import WORDING
from corpus.catalogue import read_catalogue
from corpus.errors import UserError
from index.add import remove
from index.fake_embed import HashingEmbedder
from index.types import Progress, Vectors, no_progress

NL = LIBRARY_WORDING["nl"]
WAIT_SECONDS = 60.0


class GatedEmbedder(HashingEmbedder):
    """The fake embedder, which can be held up while it embeds passages; it tells its progress meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.open.set()

    def embed_passages(self, texts: Any, progress: Progress = no_progress, parts: Any = ()) -> Vectors:
        waited = 0
        while not self.open.wait(0.05):
            progress("embed", waited, 10_000)
            waited += 1
        return super().embed_passages(texts, progress, parts)

    def embed_queries(self, texts: Any) -> Vectors:
        return super().embed_passages(texts)


def write_pdf(path: Path, seed: int, title: str) -> Path:
    pdf = FPDF()
    pdf.set_title(title)
    pdf.add_page()
    for size, words in ((20, title), (11, report_text(seed).split("\n\n")[1])):
        pdf.set_font("Helvetica", size=size)
        pdf.multi_cell(0, 8, words)
        pdf.ln(5)
    pdf.output(str(path))
    return path


def write_scan(path: Path) -> Path:
    pdf = FPDF()
    pdf.add_page()
    pdf.image(Image.new("RGB", (200, 200), "grey"), 0, 0, 100)
    pdf.output(str(path))
    return path


def write_docx(path: Path, seed: int, title: str) -> Path:
    document = docx.Document()
    document.add_heading(title, 0)
    document.add_paragraph(report_text(seed).split("\n\n")[1])
    document.core_properties.author = "Iemand Anders"
    document.save(str(path))
    return path


@pytest.fixture(scope="module")
def embedder() -> GatedEmbedder:
    return GatedEmbedder()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, embedder: GatedEmbedder) -> Desk:
    desk = make_desk(tmp_path_factory.mktemp("library"))
    return Desk(desk.settings, embedder)


@pytest.fixture(scope="module")
def tab(browser: Browser, shelf: Desk) -> Iterator[Visit]:
    with served(shelf, stream) as address, visiting(browser, address) as visit:
        yield visit


@pytest.fixture
def visit(tab: Visit, capfd: pytest.CaptureFixture[str]) -> Iterator[Visit]:
    """One tab for all tests, which each begins at the reports."""
    tab.start_anew()
    tab.open_reports()
    yield tab
    tab.expect_no_faults()
    assert "Traceback" not in capfd.readouterr().err


def send(visit: Visit, *paths: Path) -> None:
    """Chooses files, and waits until what was read of them can be looked over."""
    visit.page.locator("#wmo-intake input[type=file]").set_input_files([str(path) for path in paths])
    expect(visit.page.locator(".review")).to_be_visible(timeout=30_000)


def press(visit: Visit, name: str) -> None:
    visit.page.get_by_role("button", name=name, exact=True).click()


def send_over_http(address: str, size: int) -> tuple[int, list[Path]]:
    """The status of what a program other than the page sends, and the files that are kept of it."""
    data = f"aan de deur {size}".encode().ljust(size, b".")
    status = httpx.post(f"{address}gradio_api/upload", files={"files": ("deur.txt", data)}, trust_env=False).status_code
    files = (path for path in Path(get_upload_folder()).rglob("*") if path.is_file())
    return status, [path for path in files if path.read_bytes()[:20] == data[:20]]


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_dropped_files_are_looked_over_corrected_added_and_found_by_the_next_question(
    visit: Visit, shelf: Desk, tmp_path: Path
) -> None:
    page = visit.page
    expect(page.locator(".reports tbody tr")).to_have_count(3)
    send(
        visit,
        write_pdf(tmp_path / "wijk.pdf", 11, "Wijkteams in beeld"),
        write_docx(tmp_path / "zorg.docx", 12, "Mantelzorg"),
        write_scan(tmp_path / "scan.pdf"),
    )
    proposals = page.locator(".proposal")
    expect(proposals.nth(2)).to_contain_text("geweigerd")
    expect(proposals.nth(2).locator(".fault")).to_contain_text("scan.pdf bevat geen tekst")
    expect(proposals.nth(1).get_by_label("Auteurs")).to_have_value("Iemand Anders")
    proposals.nth(1).get_by_label("Titel").fill('Mantelzorg & <b>"zorg"</b>')
    proposals.nth(1).get_by_label("Auteurs").fill("")
    proposals.nth(1).get_by_label("Datum").fill("vorig jaar")
    press(visit, NL.add)
    expect(page.locator("#wmo-fault")).to_contain_text("vorig jaar")
    proposals.nth(1).get_by_label("Datum").fill("9-5-2022")
    press(visit, NL.add)
    rows = page.locator(".receipt tbody tr")
    expect(rows).to_have_count(3, timeout=30_000)
    expect(rows.nth(0)).to_contain_text("toegevoegd")
    expect(rows.nth(2)).to_contain_text("Herken eerst de tekst")
    expect(page.locator(".receipt [role=status]")).to_contain_text("2 toegevoegd, 1 geweigerd")
    expect(page.locator(".reports tbody tr")).to_have_count(5)
    (row,) = (r for r in read_catalogue(shelf.settings.corpus) if r.file.endswith(".docx"))
    assert (row.title, row.authors, row.published) == ('Mantelzorg & <b>"zorg"</b>', (), "2022-05-09")

    rows.nth(1).get_by_role("button", name="Mantelzorg").click()
    expect(page.locator("#wmo-sources h2")).to_have_text('Mantelzorg & <b>"zorg"</b>')
    press(visit, NL.close)
    expect(page.locator(".receipt")).to_have_count(0)
    page.get_by_role("tab", name="Gesprek").click()
    sentence = report_text(12).split("\n\n")[1].split(". ")[0]
    visit.ask(f"{sentence}?")
    expect(page.locator(".turn")).to_contain_text(sentence)
    visit.cite(1)
    expect(page.locator("mark.current")).to_be_in_viewport()


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_what_was_chosen_to_search_within_outlives_a_new_report(visit: Visit, tmp_path: Path) -> None:
    page, folded = visit.page, visit.page.locator("#wmo-within > .label-wrap")
    page.get_by_role("tab", name="Gesprek").click()
    folded.click()
    page.locator("#wmo-fields").get_by_label("Uitgevers").click()
    page.get_by_role("option", name="Gemeente", exact=True).click()
    expect(folded).to_contain_text("Gemeente")
    visit.open_reports()
    send(visit, write_report(tmp_path, "later.md", 33))
    press(visit, NL.add)
    expect(page.locator(".receipt tbody tr")).to_have_count(1, timeout=30_000)
    press(visit, NL.close)
    page.get_by_role("tab", name="Gesprek").click()
    expect(folded).to_contain_text("Gemeente")
    folded.click()


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_adding_shows_its_progress_lets_questions_through_and_stops_without_harm(
    visit: Visit, shelf: Desk, embedder: GatedEmbedder, tmp_path: Path
) -> None:
    page = visit.page
    before = dict(shelf.reports)
    send(visit, write_report(tmp_path, "nieuw.md", 21))
    page.locator(".proposal").get_by_label("Titel").fill("Nog een titel")
    embedder.open.clear()
    press(visit, NL.add)
    expect(page.locator(".working .step")).to_have_text("Passages en zinnen indexeren")
    expect(page.locator(".working")).to_contain_text("per seconde")
    page.get_by_role("tab", name="Gesprek").click()
    visit.ask("Waarom stokt de samenwerking in een netwerk?")
    expect(page.locator(".turn .cite").first).to_be_visible()
    visit.open_reports()
    stop = page.get_by_role("button", name=NL.stop, exact=True)
    stop.focus()
    line = page.locator(".working .hint").inner_text()
    expect(page.locator(".working .hint")).not_to_have_text(line)
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#wmo-bench .told")).to_have_text(NL.stopped)
    embedder.open.set()
    assert dict(shelf.reports) == before
    expect(page.locator(".proposal").get_by_label("Titel")).to_have_value("Nog een titel")
    press(visit, NL.add)
    expect(page.locator(".receipt tbody tr")).to_have_count(1, timeout=30_000)
    assert set(shelf.reports) - set(before)
    press(visit, NL.close)


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_report_is_removed_when_that_is_confirmed_and_older_answers_say_that_it_is_gone(
    visit: Visit, shelf: Desk
) -> None:
    page = visit.page
    page.get_by_role("tab", name="Gesprek").click()
    visit.ask("Waarom stokt de samenwerking in een netwerk?")
    visit.open_reports()
    remove = page.get_by_role("button", name="Verwijder Rapport netwerk")
    remove.click()
    expect(page.locator("dialog")).to_contain_text("“Rapport netwerk” verdwijnt")
    expect(page.get_by_role("button", name=NL.keep, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_be_hidden()
    remove.click()
    page.get_by_role("button", name=NL.confirm, exact=True).click()
    expect(page.locator("#wmo-bench .told")).to_have_text("“Rapport netwerk” is verwijderd.", timeout=30_000)
    expect(remove).to_have_count(0)
    assert "netwerk" not in shelf.reports
    press(visit, NL.close)
    page.get_by_role("tab", name="Gesprek").click()
    visit.cite(1)
    expect(page.locator("#wmo-sources .told")).to_have_text(WORDING["nl"].unknown_report)


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_choice_to_search_within_keeps_what_is_left_when_reports_are_removed(
    browser: Browser, embedder: GatedEmbedder, tmp_path: Path
) -> None:
    desk = Desk(make_desk(tmp_path).settings, embedder)
    gone, kept, *_ = sorted(desk.reports.values(), key=lambda report: report.title.casefold())
    with served(desk, stream) as address, visiting(browser, address) as visit:
        visit.page.locator("#wmo-within > .label-wrap").click()
        for report in (gone, kept):
            visit.page.locator("#wmo-fields").get_by_label("Rapporten").click()
            visit.page.get_by_role("option", name=report.title).click()
        visit.page.keyboard.press("Escape")
        folded = visit.page.locator("#wmo-within > .label-wrap")
        expect(folded).to_contain_text("2 rapporten")
        remove(desk.settings.corpus, desk.settings.index, desk.embedder, [gone.id])
        visit.box.fill("Waarom stokt de samenwerking?")
        press(visit, "Vraag")
        expect(visit.page.locator("#wmo-notice")).to_contain_text(WORDING["nl"].chosen_gone)
        expect(folded).to_contain_text(kept.title)
        expect(visit.box).to_have_value("Waarom stokt de samenwerking?")
        visit.open_reports()
        expect(folded.first).to_contain_text(kept.title)
        visit.page.get_by_role("tab", name="Gesprek").click()
        desk.settings.index.rename(tmp_path / "elders")
        press(visit, "Vraag")
        expect(visit.page.locator(".turn .fault")).to_contain_text("wmo sync")
        expect(visit.box).to_have_value("Waarom stokt de samenwerking?")


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_wrong_date_is_said_where_it_is_seen_with_the_name_of_the_file(visit: Visit, tmp_path: Path) -> None:
    send(visit, *(write_report(tmp_path, f"datum-{seed}.md", seed) for seed in range(61, 65)))
    visit.page.locator("[name=published]").last.fill("2020-13-40")
    for _ in range(2):
        press(visit, NL.add)
        fault = visit.page.locator("#wmo-fault .fault")
        expect(fault).to_contain_text("datum-64.md: ")
        expect(fault).to_be_in_viewport()
        expect(fault).to_be_focused()
        visit.page.locator("[name=published]").last.focus()
    visit.page.get_by_role("button", name=NL.cancel, exact=True).press("Enter")
    expect(visit.page.locator(".review")).to_have_count(0)
    expect(visit.page.locator("#wmo-intake input[type=file]")).to_be_focused()


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_page_that_others_can_reach_only_shows_the_reports(browser: Browser, shelf: Desk) -> None:
    open_to_all = Desk(shelf.settings.model_copy(update={"host": "0.0.0.0"}), shelf.embedder)
    with served(open_to_all, stream) as address, visiting(browser, address) as visit:
        visit.open_reports()
        expect(visit.page.locator("#wmo-intake")).to_have_text(NL.read_only)
        expect(visit.page.locator("#wmo-library input, #wmo-library form, [data-remove], dialog")).to_have_count(0)
        visit.page.locator(".reports .link").first.click()
        expect(visit.page.locator(".panel-text[role=document]")).to_be_visible()
        assert send_over_http(address, 30) == (413, [])


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_file_can_be_dropped_and_what_is_there_already_is_named(visit: Visit, shelf: Desk) -> None:
    before = dict(shelf.reports)
    known = next(report for report in before.values() if report.id == "hulp")
    text = (shelf.settings.corpus / "reports" / known.file).read_text("utf-8")
    visit.page.locator(".drop").evaluate(
        """(drop, text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "kopie.md"));
            for (const kind of ["dragover", "drop"]) {
                drop.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
            }
        }""",
        text,
    )
    expect(visit.page.locator(".review h2")).to_have_text(NL.none_added, timeout=30_000)
    expect(visit.page.locator(".proposal")).to_contain_text("Zelfde inhoud als “Rapport hulp”.")
    press(visit, NL.close)
    visit.page.get_by_label(NL.address_label).fill("127.0.0.1/rapport.pdf")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".proposal .fault")).to_contain_text("eigen netwerk", timeout=30_000)
    press(visit, NL.close)
    assert dict(shelf.reports) == before


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_what_was_filled_in_stays_when_the_language_is_switched(visit: Visit, shelf: Desk, tmp_path: Path) -> None:
    page, before = visit.page, set(shelf.reports)
    send(visit, write_report(tmp_path, "een.md", 31), write_report(tmp_path, "twee.md", 32))
    first, second = page.locator(".proposal").nth(0), page.locator(".proposal").nth(1)
    first.get_by_label("Titel").fill("Zelf bedacht")
    first.get_by_label("Taal").select_option("en")
    second.locator("[type=checkbox]").uncheck()
    page.locator("#wmo-language").get_by_label("English").check()
    expect(page.locator(".review h2")).to_have_text(LIBRARY_WORDING["en"].review_title)
    expect(first.get_by_label("Title")).to_have_value("Zelf bedacht")
    expect(first.get_by_label("Language")).to_have_value("en")
    expect(second.locator("[type=checkbox]")).not_to_be_checked()
    second.get_by_label("Title").fill("Blijft weg")
    page.locator("#wmo-language").get_by_label("Nederlands").check()
    expect(page.locator(".review h2")).to_have_text(NL.review_title)
    expect(first.get_by_label("Titel")).to_have_value("Zelf bedacht")
    expect(second.get_by_label("Titel")).to_have_value("Blijft weg")
    press(visit, NL.add)
    expect(page.locator(".receipt [role=status]")).to_contain_text("1 toegevoegd", timeout=30_000)
    press(visit, NL.close)
    (added,) = set(shelf.reports) - before
    assert (shelf.reports[added].title, shelf.reports[added].language) == ("Zelf bedacht", "en")


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_file_over_the_limit_is_refused_in_words_and_at_the_door_and_stops_no_other(
    browser: Browser, shelf: Desk, tmp_path: Path
) -> None:
    strict = Desk(shelf.settings.model_copy(update={"max_megabytes": 0.05}), shelf.embedder)
    (tmp_path / "groot.txt").write_bytes(b"De wet. " * 20_000)
    with served(strict, stream) as address, visiting(browser, address) as visit:
        visit.open_reports()
        send(visit, tmp_path / "groot.txt", write_report(tmp_path, "klein.md", 41))
        said = "groot.txt is 0,2 MB; de grens is 0,05 MB. Verklein of splits het, of verhoog WMO_MAX_MEGABYTES."
        expect(visit.page.locator("[data-uploads]")).to_have_text(said)
        expect(visit.page.locator(".proposal legend")).to_contain_text(["klein.md"])
        press(visit, NL.cancel)
        assert send_over_http(address, 50_001) == (413, [])
        status, (path,) = send_over_http(address, 50_000)
        assert status == 200
        path.unlink()


@pytest.fixture
def small(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


@pytest.fixture
def library(small: Desk, tmp_path: Path) -> Library:
    return Library(small, tmp_path / "uploads")


def done(library: Library) -> str:
    """What the tab shows once the work is done."""
    assert library.work is not None
    library.work.wait(WAIT_SECONDS)
    return library.html("nl")


def row(index: int, **fields: object) -> dict[str, object]:
    return {"index": index, "as": "new", "title": "Een titel", "language": "nl", **fields}


@pytest.mark.parametrize(("choice", "reports"), [("replace", {"een"}), ("separate", {"een", "een-2"})])
def test_another_version_replaces_the_old_one_or_stands_beside_it(
    library: Library, small: Desk, tmp_path: Path, choice: str, reports: set[str]
) -> None:
    uploads, before = tmp_path / "uploads", set(small.reports)
    library.read_uploads([str(write_report(uploads / "a", "een.md", 1, sentences=40))])
    assert "nieuw" in done(library)
    library.add(1, [row(0, title="Een")])
    done(library)
    changed = write_report(uploads / "b", "een.md", 1, sentences=40)
    changed.write_text(changed.read_text("utf-8") + "\nEr is een zin bij gekomen.\n", "utf-8")
    library.read_uploads([str(changed)])
    assert "Dit is een andere versie van “Een”." in done(library)
    library.add(3, [{**row(0, title="Een, herzien"), "as": choice}])
    assert "herzien" in done(library)
    assert {report.title for report in small.reports.values()} >= {"Een, herzien"}
    assert len(set(small.reports) - before) == len(reports)
    assert list(uploads.rglob("*.md")) == []


def test_only_files_that_a_browser_sent_are_read(library: Library, small: Desk, tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    outside = write_report(tmp_path / "geheim", "geheim.md", 1)
    library.read_uploads([str(outside), str(uploads / ".." / "geheim" / "geheim.md"), "/etc/hostname"])
    assert "geheim" not in done(library) and outside.exists()
    library.put_away()
    assert library.html("nl") == ""


def test_a_form_that_is_not_the_latest_or_holds_nothing_to_add_is_refused(library: Library, tmp_path: Path) -> None:
    library.read_uploads([str(write_report(tmp_path / "uploads", "een.md", 1))])
    done(library)
    for batch, rows, why in (
        (0, [row(0)], NL.outdated),
        (1, [row(0, **{"as": ""})], NL.nothing_left),
        (1, [row(0, title=" ")], "Geef elk rapport een titel."),
        (1, [row(0, published="ooit")], "ooit"),
    ):
        with pytest.raises(UserError) as caught:
            library.add(batch, rows)
        assert why in caught.value.nl


def test_while_one_piece_of_work_runs_no_other_begins(tmp_path: Path) -> None:
    embedder = GatedEmbedder()
    library = Library(Desk(make_desk(tmp_path).settings, embedder), tmp_path / "uploads")
    library.read_uploads([str(write_report(tmp_path / "uploads", "een.md", 1))])
    done(library)
    embedder.open.clear()
    library.add(1, [row(0)])
    with pytest.raises(UserError, match=LIBRARY_WORDING["en"].busy):
        library.remove("hulp")
    library.put_away()
    assert library.work is not None
    library.stop()
    assert NL.stopped in done(library) and "Een titel" in library.html("nl")


def test_a_report_that_cannot_be_removed_says_why(library: Library) -> None:
    library.remove("bestaat-niet")
    assert "bestaat-niet" in done(library)


@pytest.mark.parametrize(
    ("host", "allowed", "expected"),
    [("127.0.0.1", False, True), ("localhost", False, True), ("0.0.0.0", False, False), ("0.0.0.0", True, True)],
)
def test_reports_are_changed_from_this_machine_or_where_a_setting_allows_it(
    host: str, allowed: bool, expected: bool
) -> None:
    assert may_change(load_settings(host=host, allow_changes=allowed)) is expected


@pytest.mark.parametrize(
    ("host", "origin", "only_here", "expected"),
    [
        ("localhost:7860", "http://localhost:7860", True, True),
        ("localhost:7860", "", True, True),
        ("127.0.0.1:7860", "https://elders.example", True, False),
        ("127.0.0.1:7860", "null", True, False),
        ("elders.example:7860", "http://elders.example:7860", True, False),
        ("bureau.example", "https://bureau.example", False, True),
        ("bureau.example", "https://elders.example", False, False),
    ],
)
def test_an_order_from_another_site_is_not_carried_out(host: str, origin: str, only_here: bool, expected: bool) -> None:
    headers = {"host": host} | ({"origin": origin} if origin else {})
    assert is_from_page(headers, only_here) is expected
