"""The catalogue survives spreadsheets, and every fault in it is named with its line, all at once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import COLUMNS, normalise_date, read_catalogue, write_catalogue
from corpus.errors import CorpusError
from corpus.types import Report

HEADER = ",".join(COLUMNS)
GOOD = 'wmo-2015,"Loket, wijk",Gemeente,2015-01-31,Jan Jansen; Eva de Boer,nl,https://voorbeeld.nl,een.md'


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    for name in ("een.md", "twee.md"):
        (tmp_path / "reports" / name).write_text(f"# {name}\n", encoding="utf-8")
    return tmp_path


def catalogue(corpus: Path, *lines: str) -> Path:
    (corpus / "catalogue.csv").write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return corpus


def fault(corpus: Path) -> CorpusError:
    with pytest.raises(CorpusError) as caught:
        read_catalogue(corpus)
    return caught.value


def test_a_row_becomes_a_report_with_the_hash_of_its_file(corpus: Path) -> None:
    (report,) = read_catalogue(catalogue(corpus, GOOD))
    assert report == Report(
        id="wmo-2015",
        title="Loket, wijk",
        publisher="Gemeente",
        published="2015-01-31",
        authors=("Jan Jansen", "Eva de Boer"),
        language="nl",
        url="https://voorbeeld.nl",
        file="een.md",
        sha256=hashlib.sha256(b"# een.md\n").hexdigest(),
    )


def test_a_pipe_in_the_place_of_a_report_is_told(corpus: Path) -> None:
    (corpus / "reports" / "een.md").unlink()
    os.mkfifo(corpus / "reports" / "een.md")
    assert '"een.md"' in fault(catalogue(corpus, GOOD)).en and "not a file" in fault(corpus).en


def test_a_header_alone_is_an_empty_catalogue(corpus: Path) -> None:
    assert read_catalogue(catalogue(corpus)) == ()


def test_a_missing_catalogue_says_how_to_make_one(corpus: Path) -> None:
    assert HEADER in fault(corpus).en


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_a_spreadsheet_makes_of_the_file_is_read(
    corpus: Path, encoding: str, delimiter: str, newline: str
) -> None:
    header = ["file", "Title ", "id", "language", "url", "authors", "published", "publisher", ""]
    row = ["een.md ", '"Cliënt, één; loket"', "a-1", "NL", "", '"Zoë; Jan"', "9-5-2022", "Bureau Ø", ""]
    lines = [delimiter.join(header), "", delimiter.join(row), delimiter * 8, ""]
    (corpus / "catalogue.csv").write_bytes(newline.join(lines).encode(encoding))
    (report,) = read_catalogue(corpus)
    assert (report.id, report.title, report.publisher) == ("a-1", "Cliënt, één; loket", "Bureau Ø")
    assert (report.published, report.authors, report.language) == ("2022-05-09", ("Zoë", "Jan"), "nl")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Wmo 2015,t,,,,nl,,twee.md", '"Wmo 2015"'),
        (",t,,,,nl,,twee.md", 'id ""'),
        ("wmo-2015,t,,,,nl,,twee.md", "line 2 too"),
        ("b,t,,,,nl,,een.md", 'file "een.md" is on line 2'),
        ("b,t,,,,nl,,./een.md", 'file "./een.md" is on line 2'),
        ("b,t,,,,nl,,../catalogue.csv", "outside"),
        ("b,t,,,,nl,,/etc/hostname", "outside"),
        ("b,t,,,,nl,,..\\catalogue.csv", "outside"),
        ("b,t,,,,nl,,weg.md", '"weg.md" cannot be read'),
        ("b,t,,,,nl,,", "file is empty"),
        ("b,t,,2022-02-30,,nl,,twee.md", "2022-02-30"),
        ("b,t,,9/5/2022,,nl,,twee.md", "9/5/2022"),
        ("b,t,,mei 2022,,nl,,twee.md", "mei 2022"),
        ("b,t,,,,fr,,twee.md", '"fr"'),
        ("b,t,u,,,nl,,twee.md,meer", "9 cells"),
        ('b,"t,,,,nl,,twee.md', "not CSV"),
    ],
)
def test_a_fault_is_named_with_its_line_and_value(corpus: Path, row: str, words: str) -> None:
    error = fault(catalogue(corpus, GOOD, row))
    assert "line 3" in error.en and words in error.en
    assert "regel 3" in error.nl


def test_all_faults_are_reported_at_once(corpus: Path) -> None:
    error = fault(catalogue(corpus, "A,t,,2022-13,,fr,,weg.md", GOOD, "b,t,,,,de,,twee.md"))
    assert error.en.count("\n- line 2:") == 4
    assert error.en.count("\n- line 4:") == 1
    assert error.en.count("\n- ") == error.nl.count("\n- ") == 5


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (HEADER.replace(",url", ""), '"url" is missing'),
        (HEADER + ",pages", 'unknown column "pages"'),
        (HEADER + ",id", '"id" is there twice'),
        ("", '"id" is missing'),
    ],
)
def test_a_wrong_header_names_the_column(corpus: Path, header: str, words: str) -> None:
    (corpus / "catalogue.csv").write_text(header + "\n", encoding="utf-8")
    assert words in fault(corpus).en


def test_writing_keeps_the_delimiter_and_leaves_no_other_file(corpus: Path) -> None:
    reports = read_catalogue(catalogue(corpus, GOOD))
    (corpus / "catalogue.csv").write_text(HEADER.replace(",", ";"), encoding="utf-8")
    write_catalogue(corpus, reports)
    text = (corpus / "catalogue.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbfid;title;")
    assert sorted(path.name for path in corpus.iterdir()) == ["catalogue.csv", "reports"]
    assert read_catalogue(corpus) == reports


def test_an_author_with_a_semicolon_is_refused_and_the_old_catalogue_stays(corpus: Path) -> None:
    (report,) = read_catalogue(catalogue(corpus, GOOD))
    before = (corpus / "catalogue.csv").read_bytes()
    with pytest.raises(ValueError, match="semicolon"):
        write_catalogue(corpus, [Report(**(vars(report) | {"authors": ("A; B",)}))])
    assert (corpus / "catalogue.csv").read_bytes() == before


cell = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' ,"\t'), max_size=20).map(str.strip)
author = cell.map(lambda text: text.replace(";", "").strip()).filter(bool)


@given(title=cell, publisher=cell, url=cell, authors=st.lists(author, max_size=3).map(tuple))
def test_what_is_written_is_read_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, title: str, publisher: str, url: str, authors: tuple[str, ...]
) -> None:
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "reports").mkdir()
    (corpus / "reports" / "een.md").write_bytes(b"tekst")
    sha256 = hashlib.sha256(b"tekst").hexdigest()
    report = Report("een", title, publisher, "2021-08", authors, "nl", url, "een.md", sha256)
    write_catalogue(corpus, [report])
    assert read_catalogue(corpus) == (report,)


@pytest.mark.parametrize("text", ["", "2022", "2022-05", "2022-05-09"])
def test_a_date_in_its_own_form_stays_as_it_is(text: str) -> None:
    assert normalise_date(text) == text


def test_the_shipped_catalogue_is_right() -> None:
    reports = read_catalogue(Path(__file__).parent.parent / "corpus")
    assert {"van-kuijk-2022-netwerken-wmo"} < {report.id for report in reports}
    assert all(report.title and report.publisher and report.language == "nl" for report in reports)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("aug-21", "2021-08"),
        ("mei-2019", "2019-05"),
        ("Oct-98", "1998-10"),
        ("30-8-21", "2021-08-30"),
        ("30-08-2021 00:00", "2021-08-30"),
        ("31-2-21", None),
        ("week-21", None),
    ],
)
def test_the_dates_that_a_spreadsheet_makes_are_read(cell: str, read: str | None) -> None:
    assert normalise_date(cell) == read


def test_the_line_in_which_a_spreadsheet_names_the_delimiter_is_passed_over(corpus: Path) -> None:
    row = GOOD.replace("Loket, wijk", "Loket wijk").replace("Jan Jansen; Eva de Boer", "Jan Jansen")
    rows = [HEADER.replace(",", ";"), row.replace(",", ";")]
    (corpus / "catalogue.csv").write_text("sep=;\r\n" + "\r\n".join(rows) + "\r\n", "utf-8")
    assert read_catalogue(corpus)[0].title == "Loket wijk"


def test_what_a_terminal_would_obey_is_left_out_of_a_title(corpus: Path) -> None:
    (report,) = read_catalogue(catalogue(corpus, GOOD.replace("Loket, wijk", "Rood\x1b[31m \u202eloket")))
    assert report.title == "Rood[31m loket"
