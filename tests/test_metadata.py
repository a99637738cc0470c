"""What a document says of itself is proposed for the catalogue; what is not said stays empty, guesses are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import is_slug, normalise_date, read_catalogue
from corpus.clean import clean
from corpus.dates import find_date
from corpus.document import Document
from corpus.load import load, load_data
from corpus.metadata import Proposal, propose, propose_id

CORPUS = Path(__file__).parent.parent / "corpus"
BODY = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid in de wijk. " * 4


def proposal(document: Document, name: str = "bestand.pdf") -> Proposal:
    return propose(document, clean("r", document), Path(name))


def pdf(head: str, **properties: str) -> Proposal:
    return proposal(Document((f"{head}\n\n{BODY}", BODY), "pdf", properties))


@pytest.mark.parametrize("report", read_catalogue(CORPUS), ids=lambda report: report.id)
def test_the_shipped_reports_propose_what_their_catalogue_says(report: object) -> None:
    assert hasattr(report, "file")
    path = CORPUS / "reports" / report.file
    document = load(path)
    found = propose(document, clean("r", document), path)
    assert found.title == report.title and found.language == report.language
    assert found.published == report.published


HTML = f"""<html lang="nl"><head><title>Wijkteams in beweging | Movisie</title>
<meta property="og:title" content="Wijkteams in beweging | Movisie"><meta property="og:site_name" content="Movisie">
<meta name="citation_author" content="Stouthard, L."><meta name="citation_author" content="Nick Zonneveld">
<meta property="article:author" content="https://www.facebook.com/movisie">
<meta property="article:published_time" content="2021-08-30T09:00:00+02:00"></head>
<body><article><h1>Wijkteams in beweging</h1><p>{BODY}</p></article></body></html>"""


def test_the_meta_tags_of_a_web_page_are_no_guesses() -> None:
    document = load_data(HTML.encode(), "pagina.html")
    assert proposal(document) == Proposal(
        "Wijkteams in beweging", ("L. Stouthard", "Nick Zonneveld"), "Movisie", "2021-08-30", "nl", ()
    )


@pytest.mark.parametrize(
    "junk",
    ["Microsoft Word - rapport_def3.docx", "untitled", "Naamloos document", "rapport_def3", "document1", "Titel", " - "]
    + ["Presentatie1", "eindversie.indd", "PowerPoint-presentatie"],
)
def test_a_title_that_a_program_made_up_gives_way_to_the_heading(junk: str) -> None:
    assert pdf("# Wijkteams in beweging", title=junk).title == "Wijkteams in beweging"


def test_a_title_of_the_file_that_the_text_repeats_is_certain_and_a_heading_is_a_guess() -> None:
    sure = pdf("# Wijkteams in\n\nbeweging", title="Wijkteams in beweging")
    assert sure.title == "Wijkteams in beweging" and "title" not in sure.guessed
    assert "title" in pdf("# Wijkteams in beweging").guessed


def test_a_title_of_another_document_gives_way_to_the_heading() -> None:
    assert pdf("# Wijkteams in beweging", title="Sjabloon jaarplan gemeente").title == "Wijkteams in beweging"


def test_the_largest_heading_that_is_no_foreword_is_the_title() -> None:
    assert pdf("## Movisie\n\n# Voorwoord\n\n# Wijkteams in beweging").title == "Wijkteams in beweging"


@pytest.mark.parametrize("heading", ["1 Inleiding", "Aanleiding", "2 De toegang", "Ministerie van Volksgezondheid"])
def test_a_title_of_the_file_goes_before_a_heading_that_is_a_part_or_an_organisation(heading: str) -> None:
    found = proposal(Document((f"# {heading}\n\n{BODY}\n\n## Toegang\n\n{BODY}",), "docx", {"title": "Op koers?"}))
    assert found.title == "Op koers?"


def test_a_title_that_a_spreadsheet_would_compute_loses_its_sign() -> None:
    assert proposal(Document((BODY,), "html", {"title": "=SUM van alles\x1b[31m"})).title == "SUM van alles[31m"


def test_an_act_is_called_by_its_citation_title_and_is_as_old_as_it_says() -> None:
    full = "Wet van 9 juli 2014, houdende regels over ondersteuning (Wet maatschappelijke ondersteuning 2015)"
    found = proposal(load_data(f"## {full}\n\nStaatsblad 2013\n\n{BODY}".encode(), "wet.md"))
    assert (found.title, found.published) == ("Wet maatschappelijke ondersteuning 2015", "2014-07-09")
    assert propose_id(found, []) == "2014-wet-maatschappelijke-ondersteuning"


def test_without_heading_the_name_of_the_file_is_the_title() -> None:
    document = Document((BODY,), "text")
    assert proposal(document, "wijkteams_in-beweging (2).txt").title == "wijkteams in beweging 2"


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Door: Lian Stouthard en Nick Zonneveld", ("Lian Stouthard", "Nick Zonneveld")),
        ("Auteur(s): dr. J. de Vries, P. van den Berg (Nivel)", ("J. de Vries", "P. van den Berg")),
        ("Auteurs: Vries, J. de; Jansen, P.J.", ("J. de Vries", "P.J. Jansen")),
        ("by Jane Smith and John O'Brien, PhD", ("Jane Smith", "John O'Brien")),
        ("Door Lian Stouthard", ("Lian Stouthard",)),
        ("Tekst: Anne-Marie van 't Hof", ("Anne-Marie van 't Hof",)),
        ("Door Wmo-beleid te veranderen, helpt de gemeente", ()),
        ("Door de Wmo werken gemeenten samen", ()),
        ("By Law 2015", ()),
    ],
)
def test_authors_are_read_from_a_byline(line: str, authors: tuple[str, ...]) -> None:
    assert pdf(f"# Wijkteams\n\n{line}").authors == authors


@pytest.mark.parametrize(
    "name", ["admin", "Gebruiker", "jjansen", "Windows User", "j.jansen@almere.nl", "Microsoft Office"]
)
def test_a_login_name_is_no_author(name: str) -> None:
    assert pdf("# Wijkteams", author=name).authors == ()


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Gepubliceerd op: 30-08-2021", "2021-08-30"),
        ("Den Haag, 12 maart 2021", "2021-03-12"),
        ("Published: May 9, 2022", "2022-05-09"),
        ("Utrecht, maart 2019", "2019-03"),
        ("Evaluatie Wmo 2015, Den Haag 2018", "2018"),
        ("Evaluatie van de Wmo 2015", ""),
        ("Cijfers sinds 2015", ""),
        ("Kenmerk 12-13-2021", ""),
    ],
)
def test_the_date_is_read_from_the_cover(line: str, date: str) -> None:
    assert pdf(f"# Wijkteams\n\n{line}").published == date


def test_a_date_with_a_label_is_certain_and_the_date_of_the_file_is_the_last_resort() -> None:
    labelled = pdf("# Wijkteams\n\n1 mei 2020\n\nDatum: 2 juni 2021", date="D:20221231120000Z")
    assert labelled.published == "2021-06-02" and "published" not in labelled.guessed
    resort = pdf("# Wijkteams", date="D:20221231120000Z")
    assert resort.published == "2022-12-31" and "published" in resort.guessed


@pytest.mark.parametrize(
    "text", ["31-02-2021", "12 maart 3021", "1234", "versie 2.0.2021", "art. 5.12.20211", "julı 2020", "APRİL 2019"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert find_date(text, 2030) == ""


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        ("Een uitgave van Movisie", "Movisie"),
        ("Uitgever: Verwey-Jonker Instituut, Utrecht", "Verwey-Jonker Instituut, Utrecht"),
        ("© 2021 Kenniscentrum Wijkzorg", "Kenniscentrum Wijkzorg"),
        ("Nivel 31 oktober 2017", "Nivel"),
        ("Ministerie van Volksgezondheid, Welzijn en Sport", "Ministerie van Volksgezondheid, Welzijn en Sport"),
        ("Een eigen onderzoek", ""),
    ],
)
def test_the_publisher_is_read_from_the_cover(line: str, publisher: str) -> None:
    assert pdf(f"# Wijkteams\n\n{line}").publisher == publisher


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (BODY, "nl"),
        ("Municipalities are responsible for the support of their residents since the act of 2015. " * 3, "en"),
        ("Die Gemeinden sind seit dem Gesetz für die Unterstützung ihrer Einwohner verantwortlich. " * 3, ""),
        ("12 34", ""),
    ],
)
def test_the_language_is_found_and_a_third_one_is_not_named(text: str, language: str) -> None:
    assert proposal(Document((text,), "text")).language == language


def test_what_is_unknown_is_empty_and_no_guess() -> None:
    found = proposal(Document((BODY,), "text"), "rapport.txt")
    assert found == Proposal("rapport", (), "", "", "nl", ("title",))


EXAMPLE = Proposal("Samenwerking in netwerken", ("René van Kuijk", "A. Bos"), "Tilburg", "2022-05-09", "nl", ())


@pytest.mark.parametrize(
    ("changes", "report_id"),
    [
        ({}, "van-kuijk-2022-samenwerking-netwerken"),
        ({"authors": ()}, "tilburg-2022-samenwerking-netwerken"),
        ({"authors": (), "publisher": "", "published": ""}, "samenwerking-netwerken"),
        ({"authors": ("Lian Stouthard",)}, "stouthard-2022-samenwerking-netwerken"),
        ({"title": "Eén € ß Ørsted"}, "van-kuijk-2022-ss-orsted"),
        ({"title": "…", "authors": (), "publisher": "", "published": ""}, "rapport"),
    ],
)
def test_an_id_names_who_when_and_what(changes: dict[str, object], report_id: str) -> None:
    assert propose_id(replace(EXAMPLE, **changes), ()) == report_id  # type: ignore[arg-type]


def test_an_id_that_is_taken_gets_a_number() -> None:
    first = propose_id(EXAMPLE, ())
    assert propose_id(EXAMPLE, {first, f"{first}-2"}) == f"{first}-3"


@given(st.text(), st.lists(st.text(), max_size=2).map(tuple), st.text(), st.sampled_from(["", "2021", "2021-03-01"]))
def test_every_id_is_a_new_slug(title: str, authors: tuple[str, ...], publisher: str, published: str) -> None:
    taken = {"rapport", "rapport-2"}
    found = propose_id(Proposal(title, authors, publisher, published, "nl", ()), taken)
    assert is_slug(found) and found not in taken


@given(st.text(), st.dictionaries(st.sampled_from(["title", "author", "date", "publisher"]), st.text()))
def test_every_proposal_fits_the_catalogue(page: str, properties: dict[str, str]) -> None:
    found = proposal(Document((page,), "pdf", properties))
    assert normalise_date(found.published) is not None and found.language in ("nl", "en", "")
    assert not any(";" in name or not name.strip() for name in found.authors)
