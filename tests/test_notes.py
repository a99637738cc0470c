"""Notes are read alike in every format: a number in brackets in the text, and a numbered line for what it says."""

from __future__ import annotations

import pytest
from test_load_docx import BODY
from test_load_odt import load_chapter

from corpus.clean import clean
from corpus.document import Document
from corpus.load import load_data


def markdown(page: str) -> str:
    return clean("r", Document((page,), "markdown")).content


@pytest.mark.parametrize("back", ["↩", "↩︎", "↑", "[terug]", "Terug naar de tekst", "^", "⏎"])
def test_the_way_back_from_a_note_is_no_part_of_it(back: str) -> None:
    note = f"<ol><li id=n1>Alleen volwassenen. <a href='#r1'>{back}</a></li></ol>"
    text = f"<p>{BODY}</p><p>In 2015<sup><a href='#n1' id=r1>1</a></sup> daalde het.</p>"
    page = load_data(f"<html><body><main>{text}{note}</main></body></html>".encode(), "pagina.html")
    assert clean("r", page).content == f"{BODY}\n\nIn 2015[1] daalde het.\n\n1. Alleen volwassenen."
    assert "In 2015[1] daalde het.\n\n1. Alleen volwassenen." in load_chapter(text + note)


def test_an_arrow_that_leads_elsewhere_or_nowhere_stays() -> None:
    page = f"<main><p>{BODY}</p><p>Het aantal steeg ↑ en <a href='/terug'>terug</a> daalde het.</p></main>"
    assert "Het aantal steeg ↑ en terug daalde het." in clean("r", load_data(page.encode(), "pagina.html")).content


NOTED = "De Wmo is er.[^wet] Zo is het[^2]. En [^a-z] is geen noot.\n\n"


@pytest.mark.parametrize(
    "notes",
    [
        "[^wet]: Sinds 2015.\n[^2]: Ook *hier*. [↩](#fnref2)",
        "[^2]: Ook hier.\n\n[^wet]:\n    Sinds\n    2015.",
        "[^2]: Ook\nhier.\n[^wet]: Sinds 2015.",
    ],
)
def test_notes_of_markdown_stand_at_its_end_under_the_numbers_in_its_text(notes: str) -> None:
    said = "1. Sinds 2015.\n2. Ook hier."
    expected = f"De Wmo is er.[1] Zo is het[2]. En [^a-z] is geen noot.\n\n{BODY}\n\n{said}"
    assert markdown(f"{NOTED}{notes}\n\n{BODY}\n") == expected


def test_a_note_of_markdown_ends_where_another_block_begins() -> None:
    page = "Zo is het.[^1](zie ook)\n\n[^1]: Een noot.\n\n    Die doorgaat.\n\n## Kop\n\nEen alinea."
    assert markdown(page) == "Zo is het.[1](zie ook)\n\nKop\n\nEen alinea.\n\n1. Een noot. Die doorgaat."
