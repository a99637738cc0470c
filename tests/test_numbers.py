"""Numbers of notes never run into a figure of the text, and the items of a list keep their numbers."""

from __future__ import annotations

import time

import docx
import pytest
from test_load_docx import read
from test_load_odt import BODY, load_chapter

from corpus.clean import clean
from corpus.load import load_data
from corpus.load_html import parse_html
from corpus.numbers import bracket_notes


def load_page(body: str) -> str:
    return clean("r", load_data(f"<html><body><p>{BODY}</p>{body}</body></html>".encode(), "pagina.html")).content


NOTED = [
    ("Van 1200<sup>3</sup> in 2015<sup>4</sup> nu.", "Van 1200[3] in 2015[4] nu."),
    ("Ruim 10<sup>6</sup> of 10<sup>-3</sup> euro.", "Ruim 10[6] of 10[-3] euro."),
    ("In <b>2015</b><i></i><sup> 3 </sup> en <b>2016</b> <sup>4</sup> nu.", "In 2015[3] en 2016 [4] nu."),
    ("In 2015<sup>1, 2</sup> en 2016<sup>3</sup><sup>4</sup>.", "In 2015[1][2] en 2016[3][4]."),
    ("In 2015<sup><a href='#n5'>5</a></sup> en 2016<a href='#n6'><sup>6</sup></a>.", "In 2015[5] en 2016[6]."),
    ("In 2015<a epub:type='noteref' href='n.xhtml'>1</a> nu.", "In 2015[1] nu."),
    ("In 2015<a role='doc-noteref' href='#n'><sup>1</sup></a> nu.", "In 2015[1] nu."),
    ("De wijk<sup><a href='#n5'>5</a></sup> telt.", "De wijk[5] telt."),
    ("Ruim 5%<sup>1</sup> deed mee.<sup>2</sup> Meer niet.", "Ruim 5%[1] deed mee.[2] Meer niet."),
    ("In 2015<sup>[8]</sup> nu.", "In 2015[8] nu."),
]
PLAIN = [
    ("Een kamer van 12 m<sup>2</sup> of 14 m² groot.", "Een kamer van 12 m2 of 14 m² groot."),
    ("Voor de 1<sup>e</sup> keer.", "Voor de 1e keer."),
    ("Het kost € 3,<sup>95</sup> per uur.", "Het kost € 3,95 per uur."),
    ("Met CO<sub>2</sub> in paragraaf <a href='#p3'>3</a>.", "Met CO2 in paragraaf 3."),
    ("Zie 2.<a href='#p3'>3</a> voor meer.", "Zie 2.3 voor meer."),
    ("<sup>1</sup> Dit telt alleen volwassenen.", "1 Dit telt alleen volwassenen."),
    ("Bron:<br><sup><a href='#r1'>1</a></sup> De gemeente.", "Bron:\n\n1 De gemeente."),
    ("Nog <sup>1</sup>/<sub>2</sub> uur.", "Nog 1/2 uur."),
]


@pytest.mark.parametrize(("words", "expected"), NOTED)
def test_the_number_of_a_note_in_a_web_page_or_book_stands_in_brackets(words: str, expected: str) -> None:
    assert load_page(f"<p>{words}</p>") == f"{BODY}\n\n{expected}"
    assert load_chapter(f"<p>{BODY}</p><p>{words}</p>") == f"{BODY}\n\n{expected}"


@pytest.mark.parametrize(("words", "expected"), PLAIN)
def test_a_number_that_is_no_note_stays_as_it_is(words: str, expected: str) -> None:
    assert load_chapter(f"<p>{BODY}</p><p>{words}</p>") == f"{BODY}\n\n{expected}"


def test_a_number_that_is_raised_by_hand_in_a_word_document_stands_in_brackets() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Het waren er 1200")
    paragraph.add_run("3").font.superscript = True
    paragraph.add_run(" in de wijk.")
    assert read(document).content == "Het waren er 1200[3] in de wijk."


def test_a_page_of_very_many_notes_is_read_at_once() -> None:
    tree = parse_html("<p>" + "in 2015<sup>3</sup> " * 50_000, "pagina.html")
    started = time.process_time()
    bracket_notes(tree)
    assert time.process_time() - started < 10


LIST = "<ol start='4'><li>een loket</li><li><p>een budget</p></li><li value='9'>een plan</li></ol>"


def test_a_list_of_a_book_counts_from_where_it_starts() -> None:
    assert load_chapter(f"<p>{BODY}</p>{LIST}") == f"{BODY}\n\n4. een loket\n5. een budget\n9. een plan"


def test_a_list_of_a_web_page_counts_from_where_it_starts() -> None:
    assert load_page(LIST) == f"{BODY}\n\n- 4. een loket\n- 5. een budget\n- 9. een plan"


@pytest.mark.parametrize("start", ["²", "vier", "", "9" * 5000])
def test_a_list_that_starts_at_no_number_counts_from_1(start: str) -> None:
    assert load_chapter(f"<p>{BODY}</p><ol start='{start}'><li>een loket</li></ol>") == f"{BODY}\n\n1. een loket"
