"""What readers of an OpenDocument text do not see is left out and told; white text on something darker is read."""

from __future__ import annotations

import pytest
from test_load_odt import BODY, NAMES, ODT, zipped

from corpus.clean import clean
from corpus.document import Document
from corpus.load import load_data

HIDDEN = "Dit staat er wel en wordt door niemand gelezen die de bladzijde bekijkt."
DRAWN = (
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)
WHITE = "<style:text-properties fo:color='#ffffff'/>"
DARK = "<style:table-cell-properties fo:background-color='#1f3864'/>"


def style(name: str, properties: str, family: str = "text", parent: str = "") -> str:
    based = f" style:parent-style-name='{parent}'" if parent else ""
    return f"<style:style style:name='{name}' style:family='{family}'{based}>{properties}</style:style>"


def load(styles: str, text: str, sheet: str = "") -> Document:
    content = (
        f"<office:document-content {NAMES} {DRAWN}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text><text:p>{BODY}</text:p>{text}</office:text></office:body></office:document-content>"
    )
    members = ODT | {"content.xml": content, "styles.xml": f"<s:s xmlns:s='s' {NAMES} {DRAWN}>{sheet}</s:s>"}
    return load_data(zipped(members), "rapport.odt")


SPAN = f"<text:p><text:span text:style-name='T1'>{HIDDEN}</text:span></text:p>"
PARAGRAPH = f"<text:p text:style-name='T1'>{HIDDEN}</text:p>"
CELL = f"<table:table-row><table:table-cell table:style-name='C'>{SPAN}</table:table-cell></table:table-row>"
PICTURE = "<text:p><draw:frame text:anchor-type='paragraph'/></text:p>"


@pytest.mark.parametrize(
    ("styles", "text", "sheet"),
    [
        (style("T1", WHITE), SPAN, ""),
        (style("T1", WHITE, "paragraph"), PARAGRAPH, ""),
        (style("T1", "<style:text-properties fo:font-size='1pt'/>"), SPAN, ""),
        (style("T1", "", parent="Wit"), SPAN, style("Wit", WHITE)),
        (style("T1", "", parent="Weg"), SPAN, style("Weg", "<style:text-properties text:display='none'/>")),
    ],
)
def test_text_of_an_open_document_that_nobody_sees_is_left_out_and_told(styles: str, text: str, sheet: str) -> None:
    document = load(styles, text, sheet)
    assert clean("r", document).content == BODY
    assert document.unseen == (HIDDEN,)


@pytest.mark.parametrize(
    ("styles", "text"),
    [
        (style("T1", WHITE) + style("C", DARK, "table-cell"), f"<table:table>{CELL}</table:table>"),
        (style("T1", WHITE), f"{PICTURE}{SPAN}"),
        (style("T1", WHITE) + "<style:page-layout-properties fo:background-color='#000000'/>", SPAN),
        (
            style("T1", WHITE, "paragraph") + style("T2", "<style:text-properties fo:color='#000000'/>"),
            f"<text:p text:style-name='T1'><text:span text:style-name='T2'>{HIDDEN}</text:span></text:p>",
        ),
        (style("T1", "<style:text-properties fo:font-size='6pt' fo:color='#ffff00'/>"), SPAN),
    ],
)
def test_text_of_an_open_document_that_may_well_be_seen_stays(styles: str, text: str) -> None:
    document = load(styles, text)
    assert HIDDEN in clean("r", document).content and document.unseen == ()
