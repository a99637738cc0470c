"""What readers of a Word document do not see is left out and told; white text on something darker is read."""

from __future__ import annotations

import io
import time

import docx
import pytest
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor
from docx.text.run import Run
from PIL import Image
from test_load_docx import BODY, NAMES, save, smallest

from corpus.clean import clean
from corpus.load import load_data

HIDDEN = "Dit staat er wel en wordt door niemand gelezen die de bladzijde bekijkt."
WHITE = RGBColor(255, 255, 255)
DARK = f'<w:shd {nsdecls("w")} w:val="clear" w:fill="1F3864"/>'


def write(kind: str) -> bytes:
    """A document with one sentence that is written in an odd way, below one that is not."""
    document = docx.Document()
    document.add_paragraph(BODY)
    if kind in ("cell", "table style"):
        table = document.add_table(1, 1, "Medium Shading 1 Accent 1" if kind == "table style" else "Table Grid")
        paragraph = table.cell(0, 0).paragraphs[0]
        if kind == "cell":
            table.cell(0, 0)._tc.get_or_add_tcPr().append(parse_xml(DARK))
    else:
        paragraph = document.add_paragraph()
    runs = [paragraph.add_run(words) for words in (HIDDEN[:20], HIDDEN[20:])]
    for run in runs:
        dress(run, kind, document)
    if kind == "paragraph":
        paragraph._p.get_or_add_pPr().append(parse_xml(DARK))
    if kind == "picture":
        float_picture(document)
    return save(document)


def dress(run: Run, kind: str, document: Word) -> None:
    run.font.color.rgb = RGBColor(250, 250, 255) if kind == "near white" else None if "vanish" in kind else WHITE
    if kind == "tiny":
        run.font.size, run.font.color.rgb = Pt(1), RGBColor(0, 0, 0)
    if kind.startswith("vanish"):
        run._r.get_or_add_rPr().append(parse_xml(f"<w:vanish {nsdecls('w')} {kind.removeprefix('vanish')}/>"))
    if kind == "run":
        run._r.get_or_add_rPr().append(parse_xml(DARK))
    if "style" in kind and kind != "table style":
        run.font.color.rgb = None
        run.style = hiding_style(document, kind)


def hiding_style(document: Word, kind: str) -> str:
    """The name of a style that is based on one that hides or writes in white."""
    if "Basis" not in document.styles:
        base = document.styles.add_style("Basis", WD_STYLE_TYPE.CHARACTER)
        base.font.hidden = True if kind == "hidden style" else None
        base.font.color.rgb = WHITE if kind == "white style" else None
        document.styles.add_style("Erft", WD_STYLE_TYPE.CHARACTER).base_style = base
    return "Erft"


def float_picture(document: Word) -> None:
    """Put a dark picture behind the text."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    inline = document.add_picture(picture)._inline
    inline.tag = inline.tag.replace("inline", "anchor")


@pytest.mark.parametrize(
    "kind", ["vanish", "vanish w:val='1'", "hidden style", "white", "near white", "white style", "tiny"]
)
def test_text_of_a_word_document_that_nobody_sees_is_left_out_and_told(kind: str) -> None:
    document = load_data(write(kind), "rapport.docx")
    assert clean("r", document).content == BODY
    assert document.unseen == (HIDDEN,)


@pytest.mark.parametrize(
    "kind", ["vanish w:val='0'", "vanish w:val='false'", "cell", "table style", "paragraph", "run", "picture"]
)
def test_text_of_a_word_document_that_may_well_be_seen_stays(kind: str) -> None:
    document = load_data(write(kind), "rapport.docx")
    assert HIDDEN in clean("r", document).content and document.unseen == ()


def test_fields_that_never_end_do_not_hold_the_reader_up() -> None:
    field = "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:t>zorg </w:t></w:r>"
    body = f"<w:document {NAMES}><w:body><w:p>{field * 10_000}</w:p></w:body></w:document>"
    started = time.process_time()
    assert "zorg zorg zorg" in load_data(smallest(body.encode()), "velden.docx").pages[0]
    assert time.process_time() - started < 5
