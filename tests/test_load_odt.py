"""An OpenDocument text and an EPUB are read with their headings, and what is protected or broken is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from corpus.clean import clean
from corpus.document import Document
from corpus.errors import LoadError
from corpus.load import load_data

BODY = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid."
NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
ODT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "meta.xml": f"<office:document-meta {NAMES}><office:meta><dc:title>Wijkteams</dc:title>"
    "<meta:initial-creator>Lian Stouthard</meta:initial-creator></office:meta></office:document-meta>",
    "content.xml": f"""<office:document-content {NAMES}><office:body><office:text>
<text:table-of-content><text:p>Samenwerking 3</text:p></text:table-of-content>
<text:h text:outline-level="1">Wijkteams in<text:s/>beweging</text:h>
<text:h text:outline-level="2">Samenwerking</text:h>
<text:p>{BODY[:20]}<text:span>{BODY[20:]}</text:span><text:note><text:note-body><text:p>Noot.</text:p></text:note-body>
</text:note></text:p>
<text:list><text:list-item><text:p>een loket</text:p></text:list-item>
<text:list-item><text:p>geld &lt;en&gt; tijd</text:p></text:list-item></text:list>
<table:table><table:table-row><table:table-cell><text:p>Almere</text:p></table:table-cell>
<table:table-cell><text:p>70%</text:p></table:table-cell></table:table-row></table:table>
</office:text></office:body></office:document-content>""",
}
ENCRYPTION = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><e:EncryptedData
xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherData><e:CipherReference URI="{member}"/></e:CipherData>
</e:EncryptedData></encryption>"""
EPUB = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="boek/pakket.opf"/></rootfiles></container>',
    "boek/pakket.opf": """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>Wijkteams</dc:title><dc:creator>Lian Stouthard</dc:creator><dc:creator>Nick Zonneveld</dc:creator>
<dc:publisher>Movisie</dc:publisher><dc:date>2021-08-30</dc:date><dc:language>nl</dc:language></metadata>
<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="b" href="deel%20twee.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="een.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>""",
    "boek/nav.xhtml": "<html><body><nav>Inhoud</nav></body></html>",
    "boek/een.xhtml": f"<html><body><h1>Een</h1><p>{BODY}</p></body></html>",
    "boek/deel twee.xhtml": "<?xml version='1.0' encoding='utf-8'?>"
    f"<html><body><h1>Twee</h1><p>{BODY}</p></body></html>",
}


def zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_an_open_document_keeps_its_headings_lists_and_tables() -> None:
    document = load_data(zipped(ODT), "rapport.odt")
    text = clean("r", document)
    assert text.content == (
        f"Wijkteams in beweging\n\nSamenwerking\n\n{BODY}[1]\n\n- een loket\n- geld <en> tijd\n- Almere | 70%\n1. Noot."
    )
    assert [(heading.level, heading.title) for heading in text.headings] == [
        (1, "Wijkteams in beweging"),
        (2, "Samenwerking"),
    ]
    assert document.properties == {"title": "Wijkteams", "author": "Lian Stouthard"}


def load_text(body: str, styles: str = "") -> Document:
    styles = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    body = f"<office:body><office:text>{body}</office:text></office:body>"
    content = f"<office:document-content {NAMES}>{styles}{body}</office:document-content>"
    return load_data(zipped(ODT | {"content.xml": content}), "rapport.odt")


@pytest.mark.parametrize(("level", "expected"), [("²", 1), ("", 1), ("0", 1), ("2", 2), ("10", 6), ("9" * 5000, 1)])
def test_a_heading_of_an_open_document_has_a_level_whatever_it_says(level: str, expected: int) -> None:
    document = load_text(f'<text:h text:outline-level="{level}">Samenwerking</text:h><text:p>{BODY}</text:p>')
    assert clean("r", document).headings[0].level == expected


def test_notes_of_an_open_document_stand_at_its_end_under_the_numbers_in_its_text() -> None:
    note = "<text:note><text:note-citation>{0}</text:note-citation><text:note-body>{1}</text:note-body></text:note>"
    first = note.format("1", "<text:p>Alleen volwassenen.</text:p>")
    second = note.format("i", "<text:p>Zonder Almere.</text:p>")
    document = load_text(f"<text:p>In 2015{first} en 2016{second} daalde het.</text:p><text:p>{BODY}</text:p>")
    assert clean("r", document).content == (
        f"In 2015[1] en 2016[2] daalde het.\n\n{BODY}\n\n1. Alleen volwassenen.\n2. Zonder Almere."
    )


def test_a_note_in_deleted_text_of_an_open_document_is_gone_with_it() -> None:
    note = "<text:note><text:note-body><text:p>Oude noot.</text:p></text:note-body></text:note>"
    document = load_text(
        f"<text:tracked-changes><text:p>Oud.{note}</text:p></text:tracked-changes><text:p>{BODY}</text:p>"
    )
    assert clean("r", document).content == BODY


@pytest.mark.parametrize(
    "hidden",
    [
        "<text:p>Dit zegt <text:hidden-text text:is-hidden='true'>niemand ziet dit</text:hidden-text>niets.</text:p>",
        "<text:p>Dit zegt <text:hidden-text text:string-value='niemand ziet dit'/>niets.</text:p>",
        "<text:p>Dit zegt <text:span text:style-name='T1'>niemand <text:span>ziet dit</text:span></text:span>niets."
        "</text:p>",
        "<text:p>Dit zegt niets.</text:p><text:section text:display='none'>"
        "<text:p text:style-name='T1'>niemand ziet dit</text:p></text:section>",
        "<text:p>Dit zegt niets.</text:p>"
        "<text:p>niemand ziet dit<text:hidden-paragraph text:is-hidden='true'/></text:p>",
    ],
)
def test_hidden_text_of_an_open_document_is_left_out_and_told_once(hidden: str) -> None:
    style = "<style:style style:name='T1'><style:text-properties text:display='none'/></style:style>"
    document = load_text(f"{hidden}<text:p>{BODY}</text:p>", style)
    assert clean("r", document).content == f"Dit zegt niets.\n\n{BODY}"
    assert document.unseen == ("niemand ziet dit",)


def test_the_formats_of_numbers_are_no_part_of_an_open_document() -> None:
    style = "<number:currency-style><number:text>-</number:text>€</number:currency-style>"
    assert clean("r", load_text(f"<text:p>{BODY}</text:p>", style)).content == BODY


def load_chapter(body: str) -> str:
    members = EPUB | {"boek/een.xhtml": f"<html><body>{body}</body></html>", "boek/deel twee.xhtml": "<html/>"}
    return clean("r", load_data(zipped(members), "boek.epub")).content


def test_the_notes_of_a_book_are_kept() -> None:
    note = '<aside epub:type="footnote"><p>1. Dit telt alleen volwassenen.</p></aside>'
    assert load_chapter(f"<p>{BODY}</p>{note}") == f"{BODY}\n\n1. Dit telt alleen volwassenen."


def test_a_heading_in_the_header_of_a_chapter_is_kept() -> None:
    assert load_chapter(f"<header><h2>Methode</h2></header><p>{BODY}</p>") == f"Methode\n\n{BODY}"


def test_a_chapter_that_the_spine_names_often_is_read_once() -> None:
    package = EPUB["boek/pakket.opf"].replace("</spine>", 200 * '<itemref idref="a"/>' + "</spine>")
    document = load_data(zipped(EPUB | {"boek/pakket.opf": package}), "boek.epub")
    assert document == load_data(zipped(EPUB), "boek.epub")


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    document = load_data(zipped(EPUB), "boek.epub")
    assert clean("r", document).content == f"Een\n\n{BODY}\n\nTwee\n\n{BODY}"
    assert document.properties == {
        "title": "Wijkteams",
        "author": "Lian Stouthard; Nick Zonneveld",
        "publisher": "Movisie",
        "date": "2021-08-30",
        "language": "nl",
    }


@pytest.mark.parametrize(
    "members",
    [
        ODT | {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"},
        EPUB | {"META-INF/rights.xml": "<rights/>"},
        EPUB | {"META-INF/encryption.xml": ENCRYPTION.format(member="boek/een.xhtml")},
    ],
)
def test_a_protected_file_is_refused_with_the_remedy(members: dict[str, str]) -> None:
    with pytest.raises(LoadError, match="without (?:a password|protection)"):
        load_data(zipped(members), "geheim.odt")


def test_a_book_of_which_only_a_font_is_encrypted_is_read() -> None:
    members = EPUB | {"META-INF/encryption.xml": ENCRYPTION.format(member="boek/letter.otf")}
    assert load_data(zipped(members), "boek.epub") == load_data(zipped(EPUB), "boek.epub")


@pytest.mark.parametrize(
    "members",
    [
        ODT | {"content.xml": "<stuk"},
        {"mimetype": ODT["mimetype"]},
        {"mimetype": EPUB["mimetype"]},
        EPUB | {"META-INF/container.xml": "<container/>"},
        {name: content for name, content in EPUB.items() if name != "boek/een.xhtml"},
    ],
)
def test_a_file_without_its_parts_is_refused(members: dict[str, str]) -> None:
    with pytest.raises(LoadError, match="damaged"):
        load_data(zipped(members), "stuk.odt")
