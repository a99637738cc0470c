"""A PDF is read page by page in the order in which people read it, or refused with the reason and the remedy."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

import pypdfium2  # type: ignore[import-untyped]
import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod, TextMode
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from corpus.clean import clean, clean_with_report
from corpus.document import Limits
from corpus.errors import LoadError
from corpus.load import load, load_data
from corpus.split import split_sentences
from corpus.types import Text

SUBJECTS = ["De gemeente", "Een wijkteam", "Het loket", "De aanbieder", "Een vrijwilliger", "De inwoner"]
VERBS = ["bespreekt", "regelt", "onderzoekt", "betaalt", "verbetert", "vergelijkt", "beschrijft"]
OBJECTS = ["de hulp aan huis", "een plan voor de buurt", "het vervoer naar de dagbesteding", "de eigen bijdrage"]


def sentence(number: int) -> str:
    """A sentence that no other number gives."""
    parts = SUBJECTS[number % 6], VERBS[number % 7], OBJECTS[number % 4]
    return f"{' '.join(parts)} in geval {number}, zoals de wet dat van iedereen vraagt."


def sentences(first: int, count: int) -> str:
    return " ".join(sentence(number) for number in range(first, first + count))


class Report(FPDF):
    """A report of A4 pages with a running head, a running foot and a page number."""

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.cell(0, 8, "Jaarverslag Wmo 2021", align="R")
        self.ln(12)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 4, "Kenniscentrum Wijkzorg", align="C")
        self.ln(4)
        self.cell(0, 4, f"{self.page_no()}", align="C")


def save(pdf: FPDF) -> bytes:
    return bytes(pdf.output())


def plain_pdf(*pages: str) -> bytes:
    pdf = FPDF()
    pdf.set_font("Times", size=11)
    for page in pages:
        pdf.add_page()
        pdf.multi_cell(0, 6, page)
    return save(pdf)


def scan(words: str = "Gescande tekst") -> Image.Image:
    image = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(image).text((60, 60), words, fill=0)
    return image


def scanned_pdf(pages: int) -> bytes:
    pdf = FPDF()
    for _ in range(pages):
        pdf.add_page()
        pdf.image(scan(), 0, 0, 210, 297)
    return save(pdf)


@pytest.fixture(scope="module")
def report() -> bytes:
    pdf = Report()
    pdf.set_title("Wijkteams in beweging")
    pdf.set_author("Lian Stouthard")
    pdf.add_page()
    pdf.set_font("Helvetica", size=24)
    pdf.multi_cell(0, 12, "Wijkteams in beweging bij gemeenten in het hele land")
    pdf.ln(8)
    for chapter in range(6):
        pdf.set_font("Helvetica", style="B", size=15)
        pdf.cell(0, 10, f"{chapter + 1}. Hoofdstuk {chapter + 1}")
        pdf.ln(12)
        pdf.set_font("Times", size=11)
        for part in range(4):
            pdf.multi_cell(0, 6, sentences(chapter * 100 + part * 10, 7))
            pdf.ln(3)
        if chapter < 5:
            pdf.add_page()
    return save(pdf)


@pytest.fixture(scope="module")
def read(report: bytes) -> Text:
    return clean("r", load_data(report, "rapport.pdf"))


def test_every_sentence_of_a_report_is_read_whole_and_in_order(read: Text) -> None:
    found = [part.text for part in split_sentences(read)]
    expected = [sentence(c * 100 + p * 10 + n) for c in range(6) for p in range(4) for n in range(7)]
    assert found == expected


def test_running_heads_feet_and_page_numbers_are_gone_and_reported(report: bytes) -> None:
    cleaned = clean_with_report("r", load_data(report, "rapport.pdf"))
    assert "Jaarverslag" not in cleaned.text.content and "Kenniscentrum" not in cleaned.text.content
    assert cleaned.removed.count("Jaarverslag Wmo 2021") == 6
    assert set(cleaned.removed) == {"Jaarverslag Wmo 2021", "Kenniscentrum Wijkzorg", *"123456"}


def test_every_page_starts_at_its_own_first_words(read: Text) -> None:
    assert len(read.page_starts) == 6
    for chapter in range(1, 6):
        assert read.content.startswith(f"{chapter + 1}. Hoofdstuk", read.page_starts[chapter])
        assert read.page_at(read.content.index(sentence(chapter * 100))) == chapter + 1


def test_large_letters_make_headings_and_a_heading_of_two_lines_is_one(read: Text) -> None:
    assert [(heading.level, heading.title) for heading in read.headings] == [
        (1, "Wijkteams in beweging bij gemeenten in het hele land"),
        *((2, f"{number}. Hoofdstuk {number}") for number in range(1, 7)),
    ]
    assert all(read.content[h.start : h.end] == h.title for h in read.headings)


def test_what_the_file_says_of_itself_is_kept(report: bytes) -> None:
    properties = load_data(report, "rapport.pdf").properties
    assert properties["title"] == "Wijkteams in beweging" and properties["author"] == "Lian Stouthard"
    assert properties["date"].startswith("D:20")


def two_columns_by_column() -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Times", size=10)
    with pdf.text_columns(ncols=2, gutter=8, text_align="J") as columns:
        columns.write("\n\n".join(sentences(n * 10, 6) for n in range(9)))
    return save(pdf)


def justified_columns(count: int, size: int) -> bytes:
    """Columns so narrow that the words of many lines are drawn far apart."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=size)
    with pdf.text_columns(ncols=count, gutter=8, text_align="J") as columns:
        columns.write("\n\n".join(" ".join(map(mixed_sentence, range(n * 6, n * 6 + 6))) for n in range(9)))
    return save(pdf)


WORDS = (
    "de het een van in op met voor aan die dat is en niet gemeente wijkteam bewoners hulp zorg mantelzorgers "
    "begeleiding ondersteuning aanbieders samenwerking dagbesteding jaarlijks financieel vrijwilligers afspraken"
).split()


def mixed_sentence(number: int) -> str:
    """A sentence of words of very different lengths that no other number gives."""
    words = " ".join(Random(number).choices(WORDS, k=16))
    return f"In geval {number}, {words}."


def two_columns_by_row() -> bytes:
    """Columns whose lines some programs write from left to right across the page."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Times", size=16)
    pdf.cell(0, 10, "Een kop over de volle breedte van deze bladzijde")
    pdf.set_font("Times", size=10)
    halves = [pdf.multi_cell(88, 5, sentences(n, 24), dry_run=True, output="LINES") for n in (0, 24)]
    for row in range(max(map(len, halves))):
        for column, lines in enumerate(halves):
            if row < len(lines):
                pdf.text(10 + 98 * column, 30 + 5 * row, lines[row])
    return save(pdf)


@pytest.mark.parametrize(("data", "count"), [(two_columns_by_column(), 54), (two_columns_by_row(), 48)])
def test_columns_are_read_one_after_the_other(data: bytes, count: int) -> None:
    content = clean("r", load_data(data, "kolommen.pdf")).content
    numbers = [int(part.split(",")[0]) for part in content.split("geval ")[1:]]
    expected = [n * 10 + k for n in range(9) for k in range(6)] if count == 54 else list(range(48))
    assert numbers == expected
    assert [number for number in numbers if sentence(number) not in content] == []


@pytest.mark.parametrize(("count", "size"), [(2, 10), (3, 9), (3, 10), (4, 8)])
def test_the_words_of_a_justified_line_are_no_cells(count: int, size: int) -> None:
    content = clean("r", load_data(justified_columns(count, size), "kolommen.pdf")).content
    lost = [number for number in range(54) if mixed_sentence(number) not in " ".join(content.split())]
    assert len(lost) <= 5  # a line of two words far apart beside others like it may be a row of a table


def test_a_table_with_figures_on_the_right_below_a_justified_line_stays_a_table() -> None:
    rows = [("Rijnveld", "1.250"), ("Meerhaven en omgeving", "34"), ("Zandewaard", "978"), ("Oost", "12")]
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Times", size=11)
    pdf.multi_cell(0, 6, sentences(0, 8), align="J", new_x="LMARGIN", new_y="NEXT")
    for name, figure in rows:
        pdf.cell(95, 6, name)
        pdf.cell(95, 6, figure, align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.multi_cell(0, 6, sentences(8, 8), align="J")
    content = clean("r", load_data(save(pdf), "tabel.pdf")).content
    assert "\n".join(f"- {' | '.join(row)}" for row in rows) in content


def test_the_particulars_beside_a_letter_stay_out_of_its_sentences() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Times", size=11)
    pdf.set_xy(20, 60)
    pdf.multi_cell(115, 5.5, sentences(0, 12))
    pdf.set_font("Helvetica", size=8)
    particulars = ["Bezoekadres", "Stadhuisplein 1", "1234 AB Rijnveld", "Contactpersoon", "J. Jansen", "Ons kenmerk"]
    for line, words in enumerate(particulars):
        pdf.text(150, 62 + 4 * line, words)
    content = " ".join(clean("r", load_data(save(pdf), "brief.pdf")).content.split())
    assert content == f"{sentences(0, 12)} {' '.join(particulars)}"


def test_a_sentence_over_two_pages_with_notes_at_their_feet_is_whole() -> None:
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    for page in range(3):
        pdf.add_page()
        pdf.set_font("Times", size=11)
        rest = "is verdubbeld voor bewoners met spoed. " if page else ""
        cut = " De wachttijd in de wijk" if page < 2 else ""
        for paragraph in (rest + sentences(page * 10, 5), sentences(page * 10 + 5, 5) + cut):
            pdf.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(6)
        pdf.set_font("Times", size=8)
        pdf.set_y(260)
        for note in (1, 2):
            pdf.multi_cell(0, 4, f"{2 * page + note} Zie het verslag van de rekenkamer.", new_x="LMARGIN", new_y="NEXT")
    text = clean("r", load_data(save(pdf), "noten.pdf"))
    assert text.content.count("De wachttijd in de wijk is verdubbeld voor bewoners met spoed.") == 2
    for page in range(3):
        assert text.page_at(text.content.index(sentence(page * 10))) == page + 1
        assert text.page_at(text.content.index(f"{2 * page + 1} Zie het verslag")) == page + 1


def test_heads_and_feet_in_two_parts_stay_out_of_the_columns() -> None:
    pdf = FPDF()
    for page in range(4):
        pdf.add_page()
        pdf.set_font("Times", size=10)
        halves = [pdf.multi_cell(88, 5, sentences(page * 100 + n, 26), dry_run=True, output="LINES") for n in (0, 26)]
        for column, lines in enumerate(halves):
            for row, line in enumerate(lines):
                pdf.text(10 + 98 * column, 20 + 5 * row, line)
        pdf.set_font("Helvetica", size=8)
        for top, words in ((14, ("Kenniscentrum", "Jaarverslag Wmo 2021")), (290, ("www.voorbeeld.nl", str(page + 1)))):
            pdf.text(10, top, words[0])
            pdf.text(160, top, words[1])
    cleaned = clean_with_report("r", load_data(save(pdf), "kolommen.pdf"))
    expected = [sentence(page * 100 + n) for page in range(4) for n in range(52)]
    assert " ".join(cleaned.text.content.split()) == " ".join(expected)
    assert len(cleaned.removed) == 8


def test_the_rows_of_a_table_stay_rows() -> None:
    rows = [
        ("Gemeente", "2015", "2016"),
        ("Almere", "70 procent", "80 procent"),
        ("Tilburg", "60 procent", "75 procent"),
    ]
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Times", size=11)
    pdf.multi_cell(0, 6, sentences(0, 8))
    with pdf.table() as table:
        for cells in rows:
            row = table.row()
            for cell in cells:
                row.cell(cell)
    pdf.ln(8)
    pdf.multi_cell(0, 6, sentences(8, 8))
    content = clean("r", load_data(save(pdf), "tabel.pdf")).content
    assert "\n".join(f"- {' | '.join(row)}" for row in rows) in content
    assert all(sentence(number) in content for number in range(16))


def test_list_items_stand_on_lines_of_their_own_whole() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Times", size=11)
    pdf.multi_cell(0, 6, "De onderzoekers noemen deze punten voor de gemeenten:")
    items = [f"een {'lange ' * 20}regel {number} die doorloopt;" for number in range(3)]
    for item in items:
        pdf.set_x(14)
        pdf.cell(8, 6, "-")
        pdf.multi_cell(0, 6, item)
    lines = clean("r", load_data(save(pdf), "lijst.pdf")).content.split("\n")
    assert [line for line in lines if line.startswith("- ")] == [f"- {item}" for item in items]


def with_small(before: str, small: str, after: str, rise: float) -> str:
    """The text of a page of one sentence, part of which stands in small letters ``rise`` millimetres higher."""
    pdf = FPDF()
    pdf.add_page()
    left = 20.0
    for words, size, top in ((before, 12, 50.0), (small, 7, 50 - rise), (after, 12, 50.0)):
        pdf.set_font("Times", size=size)
        pdf.text(left, top, words)
        left += pdf.get_string_width(words)
    return load_data(save(pdf), "noot.pdf").pages[0]


@pytest.mark.parametrize(
    ("before", "small", "after", "expected"),
    [
        ("De hulp is sinds 2015", "3", " van de gemeente.", "De hulp is sinds 2015[3] van de gemeente."),
        ("De hulp is sinds 2015", "12", ", voor wie thuis woont.", "De hulp is sinds 2015[12], voor wie thuis woont."),
        ("De hulp is er sinds 2015.", "3", " De gemeente helpt.", "De hulp is er sinds 2015.[3] De gemeente helpt."),
        ("De gemeente helpt sinds 2015", "3", "", "De gemeente helpt sinds 2015[3]"),
        ("De gemeente helpt op de 1", "e", " dag.", "De gemeente helpt op de 1e dag."),
        ("De woning telt 60 m", "2", " in totaal.", "De woning telt 60 m2 in totaal."),
    ],
)
def test_the_number_of_a_note_is_no_part_of_the_figure_before_it(
    before: str, small: str, after: str, expected: str
) -> None:
    assert with_small(before, small, after, rise=1.5) == expected


@pytest.mark.parametrize("rise", [0.0, -1.0])
def test_small_digits_that_are_not_raised_are_part_of_the_figure(rise: float) -> None:
    assert with_small("Het kost 12", "50", " euro.", rise) == "Het kost 1250 euro."


def turned(data: bytes, degrees: int) -> bytes:
    """The first page with its content turned one way and the page itself the other, as scanners and printers do."""
    pdf = pypdfium2.PdfDocument(data)
    page = pdf[0]
    width, height = page.get_size()
    matrix = pypdfium2.PdfMatrix().rotate(degrees, ccw=True)
    shift = {0: (0, 0), 90: (height, 0), 180: (width, height), 270: (0, width)}[degrees]
    for item in page.get_objects():
        item.transform(matrix.translate(*shift))
        matrix = pypdfium2.PdfMatrix().rotate(degrees, ccw=True)
    if degrees in (90, 270):
        page.set_mediabox(0, 0, height, width)
    page.gen_content()
    page.set_rotation(degrees)
    buffer = io.BytesIO()
    pdf.save(buffer)
    page.close()
    pdf.close()
    return buffer.getvalue()


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(degrees: int) -> None:
    data = turned(plain_pdf(sentences(0, 30)), degrees)
    content = clean("r", load_data(data, "gedraaid.pdf")).content
    assert [number for number in range(30) if sentence(number) not in content] == []


def test_a_scan_is_refused_with_its_pages_and_the_remedy() -> None:
    with pytest.raises(LoadError) as caught:
        load_data(scanned_pdf(3), "scan.pdf")
    assert "3 pages" in caught.value.en and "ocrmypdf" in caught.value.nl


def test_a_scan_with_a_stamp_of_a_few_words_is_still_a_scan() -> None:
    pdf = FPDF()
    pdf.set_font("Times", size=9)
    for number in range(2):
        pdf.add_page()
        pdf.image(scan(), 0, 0, 210, 297)
        pdf.text(20, 290, f"Gescand door de balie, pagina {number}")
    with pytest.raises(LoadError, match="ocrmypdf"):
        load_data(save(pdf), "scan.pdf")


def test_a_pdf_with_some_empty_pages_names_them() -> None:
    pdf = FPDF()
    pdf.set_font("Times", size=11)
    for number in range(5):
        pdf.add_page()
        if number in (1, 3):
            pdf.image(scan(), 0, 0, 210, 297)
        else:
            pdf.multi_cell(0, 6, sentences(number * 10, 9))
    document = load_data(save(pdf), "half.pdf")
    assert document.empty_pages == (2, 4)
    assert clean("r", document).page_at(clean("r", document).content.index(sentence(40))) == 5


@pytest.mark.parametrize("password", ["geheim", ""])
def test_only_a_password_to_open_a_pdf_is_in_the_way(password: str) -> None:
    pdf = FPDF()
    pdf.set_encryption("eigenaar", password, EncryptionMethod.RC4, AccessPermission.none())
    pdf.add_page()
    pdf.set_font("Times", size=11)
    pdf.multi_cell(0, 6, sentences(0, 9))
    if password:
        with pytest.raises(LoadError, match="password"):
            load_data(save(pdf), "geheim.pdf")
    else:
        assert sentence(0) in clean("r", load_data(save(pdf), "open.pdf")).content


@pytest.mark.parametrize("data", [b"%PDF-1.7\nrommel", plain_pdf("Tekst.")[:400], b"Geen PDF maar tekst"])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(LoadError, match="damaged"):
        load_data(data, "stuk.pdf")


def test_a_pdf_over_the_limits_is_refused() -> None:
    data = plain_pdf("Een.", "Twee.", "Drie.")
    with pytest.raises(LoadError, match="3 pages; the limit is 2"):
        load_data(data, "lang.pdf", Limits(max_pages=2))
    with pytest.raises(LoadError, match="MB; the limit is"):
        load_data(data, "groot.pdf", Limits(max_bytes=500))


def test_the_size_is_checked_before_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "groot.pdf"
    with path.open("wb") as file:
        file.truncate(10**9)  # a sparse file that holds nothing
    with pytest.raises(LoadError, match="1000.0 MB; the limit is 100 MB"):
        load(path)


@pytest.mark.parametrize("name", ["rapport.txt", "rapport.docx", "rapport"])
def test_the_content_goes_before_the_suffix(name: str) -> None:
    document = load_data(plain_pdf("De gemeente biedt hulp."), name)
    assert document.kind == "pdf" and "De gemeente biedt hulp." in document.pages[0]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 900))
def test_a_pdf_with_damage_anywhere_is_read_or_refused(noise: bytes, place: int) -> None:
    data = WHOLE[:place] + noise + WHOLE[place + len(noise) :]
    try:
        document = load_data(data, "stuk.pdf")
    except LoadError as error:
        assert "stuk.pdf" in error.nl
    else:
        assert any(page.strip() for page in document.pages)


WHOLE = plain_pdf("De gemeente biedt hulp.")


def write_with(kind: str) -> bytes:
    """A page with one sentence that is drawn in an odd way, and more beside it that is not."""
    pdf = FPDF()
    pdf.set_font("helvetica", size=11)
    pdf.add_page()
    pdf.multi_cell(0, 8, sentences(1, 4), new_x="LMARGIN", new_y="NEXT")
    if kind == "on a bar":
        pdf.set_fill_color(0, 0, 90)
        pdf.rect(0, 190, 210, 20, style="F")
    pdf.set_text_color(255 if kind in ("white", "on a bar") else 0)
    pdf.set_font("helvetica", size=1 if kind == "tiny" else 6)
    if kind == "over a scan":
        pdf.image(Image.new("RGB", (50, 50), "grey"), 5, 150, 200, 100)
    pdf.text_mode = TextMode.INVISIBLE if kind in ("undrawn", "over a scan") else TextMode.FILL
    with pdf.local_context(fill_opacity=0 if kind == "transparent" else 1):
        pdf.text({"right": 400, "left": -300}.get(kind, 10), 400 if kind == "below" else 200, sentence(9))
    return bytes(pdf.output())


@pytest.mark.parametrize("kind", ["right", "left", "below", "tiny", "transparent", "white", "undrawn"])
def test_text_of_a_page_that_nobody_sees_is_left_out_and_told(kind: str) -> None:
    document = load_data(write_with(kind), "rapport.pdf")
    assert document.unseen == (sentence(9),)
    assert clean("r", document).content == sentences(1, 4)


@pytest.mark.parametrize("kind", ["small", "on a bar", "over a scan"])
def test_small_text_white_text_on_a_dark_bar_and_the_layer_of_a_scan_stay(kind: str) -> None:
    document = load_data(write_with(kind), "rapport.pdf")
    assert document.unseen == () and sentence(9) in clean("r", document).content
