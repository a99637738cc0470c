"""An OpenDocument text and an EPUB are read with their headings, and what is protected or broken is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from corpus.clean import clean
from corpus.errors import LoadError
from corpus.load import load_data

BODY = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid."
NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
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
        f"Wijkteams in beweging\n\nSamenwerking\n\n{BODY}\n\n- een loket\n- geld <en> tijd\n- Almere | 70%"
    )
    assert [(heading.level, heading.title) for heading in text.headings] == [
        (1, "Wijkteams in beweging"),
        (2, "Samenwerking"),
    ]
    assert document.properties == {"title": "Wijkteams", "author": "Lian Stouthard"}


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
