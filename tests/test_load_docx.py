"""A Word document is read with its headings, lists and tables, and one that is unsafe or broken is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from html import escape

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.archive import MOST_SHRUNK, MOST_XML_BYTES
from corpus.clean import clean
from corpus.document import Limits
from corpus.errors import LoadError
from corpus.load import load_data
from corpus.types import Text

BODY = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid."


def save(document: docx.document.Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def read(document: docx.document.Document) -> Text:
    return clean("r", load_data(save(document), "rapport.docx"))


def rewritten(data: bytes, **members: bytes | None) -> bytes:
    """The zip file with some members replaced, added or, where None, left out; ``__`` in a name is a slash."""
    named = {name.replace("__", "/") + ".xml": content for name, content in members.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = named.pop(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in named.items():
            new.writestr(name, content or b"")
    return buffer.getvalue()


def plain() -> bytes:
    document = docx.Document()
    document.add_paragraph(BODY)
    return save(document)


def test_headings_paragraphs_and_tables_keep_their_order_and_kind() -> None:
    document = docx.Document()
    document.add_heading("Wijkteams in beweging", 0)
    document.add_heading("Samenwerking", 1)
    document.add_paragraph(BODY)
    document.add_heading("Cijfers", 2)
    table = document.add_table(2, 3)
    for row, cells in zip(table.rows, (("Gemeente", "2015", "2016"), ("Almere", "70%", "80%")), strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    text = read(document)
    assert text.content == (
        f"Wijkteams in beweging\n\nSamenwerking\n\n{BODY}\n\nCijfers\n\n- Gemeente | 2015 | 2016\n- Almere | 70% | 80%"
    )
    assert [(heading.level, heading.title) for heading in text.headings] == [
        (1, "Wijkteams in beweging"),
        (1, "Samenwerking"),
        (2, "Cijfers"),
    ]


def test_the_items_of_a_list_in_a_list_stand_on_lines_of_their_own_and_numbers_are_kept() -> None:
    document = docx.Document()
    document.add_paragraph("Nodig zijn:")
    for words, style in [
        ("een loket", "List Bullet"),
        ("in de wijk", "List Bullet 2"),
        ("in het dorp", "List Bullet 2"),
        ("geld", "List Bullet"),
        ("eerst dit", "List Number"),
        ("dan dat", "List Number"),
    ]:
        document.add_paragraph(words, style=style)
    lines = read(document).content.split("\n")
    assert lines[2:] == ["- een loket", "- in de wijk", "- in het dorp", "- geld", "1. eerst dit", "2. dan dat"]


@pytest.mark.parametrize(
    "words",
    [
        "Minder dan <5% van <jaar> & *ster* blijft _zo_ staan.",
        "Zie [het rapport](bladzijde 3) en `code` en 2*3*4.",
        r"Het pad C:\map\naam en &amp; blijft.",
        "5 * 3 is 15 en 5 * 2 is 10.",
    ],
)
def test_characters_that_mean_something_in_markup_stay_as_they_are(words: str) -> None:
    document = docx.Document()
    document.add_paragraph(words)
    assert read(document).content == words


def test_what_the_file_says_of_itself_is_kept() -> None:
    document = docx.Document()
    document.add_paragraph(BODY)
    document.core_properties.title = "Wijkteams"
    document.core_properties.author = "Lian Stouthard"
    document.core_properties.created = datetime(2021, 8, 30)
    properties = load_data(save(document), "rapport.docx").properties
    assert properties["title"] == "Wijkteams" and properties["author"] == "Lian Stouthard"
    assert properties["date"].startswith("2021-08-30")


def test_a_word_document_with_another_suffix_is_read() -> None:
    assert load_data(plain(), "rapport.pdf").kind == "docx"


BOMB = b"<w:document>" + b" " * 20_000_000 + b"</w:document>"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    data = rewritten(plain(), word__document=BOMB)
    assert len(BOMB) > MOST_SHRUNK * len(data)
    with pytest.raises(LoadError, match=r"unpacks to \d\d MB"):
        load_data(data, "bom.docx")


def test_the_limit_on_what_a_file_unpacks_to_is_kept() -> None:
    with pytest.raises(LoadError, match="unpacks to"):
        load_data(plain(), "groot.docx", Limits(max_unpacked_bytes=1000))


def test_a_part_that_is_too_large_to_read_is_refused_however_it_is_packed() -> None:
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.writestr("word/document.xml", b"x" * (MOST_XML_BYTES + 1))
        buffer = archive.fp
        assert isinstance(buffer, io.BytesIO)
    with pytest.raises(LoadError, match="a part with 50 MB of text"):
        load_data(buffer.getvalue(), "groot.docx")


def test_a_member_that_holds_more_than_the_table_of_contents_says_is_refused() -> None:
    data = bytearray(rewritten(plain(), word__document=b"<w:document>" + b"x" * 50_000 + b"</w:document>"))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("word/document.xml").file_size
    data = bytearray(bytes(data).replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(LoadError, match="damaged"):
        load_data(bytes(data), "leugen.docx")


def test_an_entity_bomb_is_refused() -> None:
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    xml = f'<!DOCTYPE w [<!ENTITY e0 "wmo">{layers}]><w:document xmlns:w="x"><w:body>&e8;</w:body></w:document>'
    with pytest.raises(LoadError, match="damaged"):
        load_data(rewritten(plain(), word__document=xml.encode()), "entiteiten.docx")


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 geen zip",
        plain()[:2000],
        rewritten(plain(), word__document=b"<w:document><w:body>"),
        rewritten(plain(), word__document=b"<geen-word/>"),
        rewritten(plain(), word__styles=b"stuk"),
        rewritten(plain(), docProps__core=b"<stuk"),
    ],
)
def test_a_damaged_document_is_refused(data: bytes) -> None:
    with pytest.raises(LoadError, match="damaged|holds no text"):
        load_data(data, "stuk.docx")


def test_an_encrypted_document_is_refused_with_the_remedy() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(LoadError, match="without a password"):
        load_data(data, "geheim.docx")


@pytest.mark.parametrize(
    ("member", "suffix"), [("xl__workbook", ".xlsx"), ("ppt__presentation", ".pptx"), ("iets", ".zip")]
)
def test_another_office_file_is_an_unknown_format(member: str, suffix: str) -> None:
    data = rewritten(plain(), word__document=None, **{member: b"<x/>"})
    with pytest.raises(LoadError) as caught:
        load_data(data, "rapport.docx")
    assert f'unknown format "{suffix}"' in caught.value.en and ".docx" in caught.value.en


def test_the_old_format_of_word_is_unknown() -> None:
    with pytest.raises(LoadError, match=r'unknown format ".doc"'):
        load_data(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "oud.docx")


NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Target='
    '"word/document.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
    "</Relationships>"
)


def smallest(body: bytes) -> bytes:
    """A document of the parts without which there is none."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", body)
    return buffer.getvalue()


def paragraph(words: str) -> bytes:
    return (
        f"<w:document {NAMES}><w:body><w:p><w:r><w:t>{escape(words)}</w:t></w:r></w:p></w:body></w:document>"
    ).encode()


MARKED = ["De", "Wmo", "<b>", "*ster*", "a_b", "[x]", "&lt;", "1.", "-", "#", "|", "\\", "<!--", "`"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(MARKED), min_size=1))
def test_no_word_of_a_paragraph_is_lost(parts: list[str]) -> None:
    words = f"Begin {' '.join(parts)} einde."
    assert clean("r", load_data(smallest(paragraph(words)), "rapport.docx")).content == words


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=40), st.floats(0, 1))
def test_a_document_with_damage_anywhere_is_read_or_refused(noise: bytes, place: float) -> None:
    whole = smallest(paragraph(BODY))
    start = int(place * len(whole))
    try:
        load_data(whole[:start] + noise + whole[start + len(noise) :], "stuk.docx")
    except LoadError as error:
        assert "stuk.docx" in error.nl


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=40), st.floats(0, 1))
def test_a_document_with_broken_xml_inside_is_read_or_refused(noise: bytes, place: float) -> None:
    xml = paragraph(BODY)
    start = int(place * len(xml))
    try:
        load_data(smallest(xml[:start] + noise + xml[start + len(noise) :]), "stuk.docx")
    except LoadError as error:
        assert "stuk.docx" in error.nl
