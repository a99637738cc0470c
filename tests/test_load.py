"""Every format comes through one door, in whatever encoding, and what is no text is refused aloud."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT

from corpus.catalogue import read_catalogue
from corpus.clean import clean
from corpus.errors import LoadError
from corpus.load import LOADERS, load, load_data
from corpus.load_html import parse_html
from corpus.types import Report
from corpus.walk import tree_to_markdown

TEXT = "Cliënten in Súdwest-Fryslân betalen € 19 voor één maatwerkvoorziening; ‘dat is vreemd’, zegt de gemeente."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32"])
@pytest.mark.parametrize("suffix", [".txt", ".md", ".MD", ".markdown"])
def test_text_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str, suffix: str) -> None:
    expected = TEXT.replace("ú", "u")
    path = tmp_path / f"rapport{suffix}"
    path.write_bytes(expected.encode(encoding))
    assert load(path).pages == (expected,)


@pytest.mark.parametrize(("suffix", "kind"), [(".txt", "text"), (".md", "markdown"), (".htm", "html")])
def test_the_suffix_decides_the_kind(tmp_path: Path, suffix: str, kind: str) -> None:
    path = tmp_path / f"rapport{suffix}"
    path.write_text("Gewone tekst over de Wmo 2015.", encoding="utf-8")
    assert load(path).kind == kind


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("rapport.xyz", b"tekst", "unknown format"),
        ("rapport", b"tekst", "unknown format"),
        ("leeg.txt", b"", "is empty"),
        ("wit.md", b" \n\t\n", "is empty"),
        ("beeld.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no readable text"),
        ("ruis.txt", bytes(range(1, 256)) * 4, "no readable text"),
        ("half.txt", b"\xff\xfea", "no readable text"),
        ("leeg.html", b"<html><body><script>x()</script></body></html>", "holds no text"),
    ],
)
def test_a_file_that_is_no_report_is_refused_with_the_reason(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LoadError) as caught:
        load(tmp_path / name)
    assert words in caught.value.en and name in caught.value.nl


def test_a_file_that_is_gone_or_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map.md").mkdir()
    for name in ("weg.md", "map.md"):
        with pytest.raises(LoadError, match=name):
            load(tmp_path / name)


def test_every_known_suffix_is_in_the_message_about_an_unknown_one(tmp_path: Path) -> None:
    (tmp_path / "rapport.xyz").write_bytes(b"tekst")
    with pytest.raises(LoadError) as caught:
        load(tmp_path / "rapport.xyz")
    assert all(suffix in caught.value.en for suffix in LOADERS)


@pytest.mark.parametrize("words", ["404 - pagina niet gevonden", "Log in met uw account", "Storing, probeer het later"])
def test_an_error_page_that_was_saved_as_a_pdf_is_refused(tmp_path: Path, words: str) -> None:
    path = tmp_path / "rapport.pdf"
    path.write_text(f"<!DOCTYPE html><html><body><p>{words}</p></body></html>", encoding="utf-8")
    with pytest.raises(LoadError, match="not the report"):
        load(path)


@pytest.mark.parametrize("charset", ["cp1252", "iso8859_15", "mac_roman"])
@pytest.mark.parametrize("report", read_catalogue(ROOT / "corpus"), ids=lambda report: report.id)
def test_text_of_windows_and_of_old_macs_reads_as_it_was_written(report: Report, charset: str) -> None:
    text = (ROOT / "corpus" / "reports" / report.file).read_text("utf-8")
    data = text.encode(charset, "ignore")
    assert load_data(data, "rapport.txt").pages == (data.decode(charset),)


def test_the_lines_before_a_markdown_text_say_what_it_is() -> None:
    said = b"---\ntitle: Wijkteams in beeld\nauthors:\n- A. Bos\n- B. Vos\ndate: 2021-08-30\n---\n"
    document = load_data(said + b"\n## Aanleiding\n\nTekst.\n", "rapport.md")
    assert document.properties == {"title": "Wijkteams in beeld", "author": "A. Bos; B. Vos", "date": "2021-08-30"}
    assert load_data(b"---\n[geen: yaml\n---\n\nTekst.\n", "rapport.md").properties == {}


@pytest.mark.parametrize("name", ["rapport.pdf", "rapport.txt", "rapport"])
def test_a_web_page_under_another_name_is_read_as_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(PAGE, encoding="utf-8")
    assert load(path).kind == "html"


def test_a_web_page_is_recognised_behind_comments() -> None:
    page = f"<?xml version='1.0'?> <!-- een --><!-- twee\n--> {PAGE}"
    assert load_data(page.encode(), "rapport.txt").kind == "html"


def test_text_behind_many_comments_is_no_web_page() -> None:
    text = 40 * "<!-- prettier-ignore -->\n" + "# Wijkteams\n\nDe raad telt elf leden.\n"  # once it took hours
    assert load_data(text.encode(), "rapport.md").kind == "markdown"


def test_a_file_that_never_ends_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pijp.txt")
    with pytest.raises(LoadError, match="is not a file"):
        load(tmp_path / "pijp.txt")


ARTICLE = [
    "Gemeenten zijn sinds 2015 verantwoordelijk voor de maatschappelijke ondersteuning van hun inwoners.",
    "Uit het onderzoek blijkt dat 70 procent van de wijkteams met vrijwilligers samenwerkt aan preventie.",
    "De onderzoekers bevelen aan om de toegang tot hulp dichter bij de inwoner te organiseren.",
]
PAGE = f"""<!DOCTYPE html>
<html lang="nl"><head><title>Wijkteams | Site</title><style>.x{{color:red}}</style>
<script>var verborgen = "scripttekst die niemand leest";</script></head>
<body>
<a href="#inhoud">Naar hoofdinhoud</a>
<nav><ul><li><a href="/">Home</a></li><li><a href="/nieuws">Nieuws</a></li><li>Vacatures</li></ul></nav>
<div class="cookie-banner">Wij gebruiken cookies om deze website te verbeteren. <button>Accepteren</button></div>
<article><h1>Wijkteams in beweging</h1>
<p>{ARTICLE[0]}</p>
<h2>Samen<b>werking</b></h2>
<p>{ARTICLE[1]}</p>
<p style="display: none">Verborgen tekst met trefwoorden voor een zoekmachine die niemand ooit te zien krijgt.</p>
<p style="color:#FFF; background-color: white">Witte tekst op een witte achtergrond die niemand ziet staan.</p>
<p hidden>Deze alinea heeft een kenmerk waardoor de lezer haar in de browser niet ziet.</p>
<ul><li>een vast aanspreekpunt in de wijk;</li><li>een gezamenlijk budget voor preventie.</li></ul>
<p>{ARTICLE[2]}</p>
<div class="share"><p>Deel deze pagina via:</p><a>Facebook</a> <a>LinkedIn</a></div>
</article>
<div id="respond"><h3>Laat een reactie achter</h3><form><p>U moet ingelogd zijn om een reactie te plaatsen.</p>
<textarea>Typ hier</textarea><button>Verzenden</button></form></div>
<footer><p>Copyright 2021 Site. Alle rechten voorbehouden.</p></footer>
</body></html>"""


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "pagina.html"
    path.write_text(PAGE, encoding="utf-8")
    return clean("r", load(path)).content


@pytest.mark.parametrize("sentence", [*ARTICLE, "- een gezamenlijk budget voor preventie."])
def test_the_article_of_a_web_page_is_kept(page: str, sentence: str) -> None:
    assert sentence in page


@pytest.mark.parametrize(
    "words",
    ["Naar hoofdinhoud", "Vacatures", "cookies", "scripttekst", "Verborgen", "Witte tekst", "kenmerk", "Deel deze"]
    + ["LinkedIn", "reactie", "ingelogd", "Verzenden", "Typ hier", "voorbehouden", "<", "#"],
)
def test_what_is_not_the_article_is_gone(page: str, words: str) -> None:
    assert words not in page


def test_the_headings_of_a_web_page_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "pagina.html"
    path.write_text(PAGE, encoding="utf-8")
    headings = clean("r", load(path)).headings
    assert [(heading.level, heading.title) for heading in headings] == [
        (1, "Wijkteams in beweging"),
        (2, "Samenwerking"),
    ]


def test_a_heading_that_is_a_button_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "vragen.html"
    button = "<h2><button><span>Wat kost de Wmo?</span></button></h2>"
    path.write_text(PAGE.replace("<h2>Samen<b>werking</b></h2>", button), encoding="utf-8")
    assert "Wat kost de Wmo?" in [heading.title for heading in clean("r", load(path)).headings]


def test_a_button_beside_a_heading_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "vragen.html"
    path.write_text(PAGE.replace("<b>werking</b>", "<b>werking</b> <button>Kopieer link</button>"), encoding="utf-8")
    assert "Samenwerking" in [heading.title for heading in clean("r", load(path)).headings]


def test_a_header_of_a_section_keeps_its_title_and_that_of_the_site_does_not() -> None:
    menu = "<header><h2>Hoofdmenu</h2></header>"
    section = f"<section><header><h2>Methode</h2></header><p>{ARTICLE[0]}</p></section>"
    tree = parse_html(f"<html><body>{menu}{section}</body></html>", "pagina.html")
    assert tree is not None
    assert tree_to_markdown(tree) == f"## Methode\n\n{ARTICLE[0]}"


def test_a_page_in_its_declared_charset_is_read(tmp_path: Path) -> None:
    path = tmp_path / "oud.html"
    path.write_bytes(b'<meta charset="iso-8859-1"><p>Cli\xebnten en co\xf6rdinatie</p>')
    assert clean("r", load(path)).content == "Cliënten en coördinatie"


@pytest.mark.parametrize(
    "fragment",
    [
        "<p>Eén zin over de Wmo.</p>",
        "Eén zin over de Wmo.",
        "<form id='aspnet'><div><h1>Titel</h1><p>Eén zin over de Wmo.</p></div></form>",
        "<table><tr><td>Eén zin over de Wmo.</td></tr></table>",
        "<div><span>Eén zin</span> over<br>de <em>Wmo</em>.</div>",
    ],
)
def test_a_bare_fragment_keeps_its_substance(tmp_path: Path, fragment: str) -> None:
    path = tmp_path / "stuk.html"
    path.write_text(fragment, encoding="utf-8")
    assert "Eén zin over de Wmo." in " ".join(clean("r", load(path)).content.split())


def test_a_page_of_many_blocks_outside_an_article_loses_none(tmp_path: Path) -> None:
    parts = [f"Paragraaf {n} beschrijft hoe gemeente {n} de ondersteuning van inwoners regelt." for n in range(30)]
    blocks = "".join(f"<div class='sidebar widget'><h3>Gemeente {n}</h3>{part}</div>" for n, part in enumerate(parts))
    path = tmp_path / "lijst.html"
    path.write_text(f"<html><body>{blocks}</body></html>", encoding="utf-8")
    content = clean("r", load(path)).content
    assert [part for part in parts if part not in content] == []
