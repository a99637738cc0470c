"""What a reader of a web page opens with a button is text of the report; what only looks so stays hidden."""

from __future__ import annotations

import pytest

from corpus.clean import clean
from corpus.document import Document
from corpus.load import load_data

SEEN = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid in de wijk."
ANSWER = "Iedere inwoner die niet zelfredzaam is kan zich melden bij de gemeente."
QUESTION = "Wie komt in aanmerking?"
BUTTON = f"<button aria-controls=p1 aria-expanded=false>{QUESTION}</button>"


def load_page(body: str, head: str = "") -> Document:
    page = f"<html><head>{head}</head><body><main><h1>De Wmo</h1><p>{SEEN}</p>{body}</main></body></html>"
    return load_data(page.encode(), "pagina.html")


@pytest.mark.parametrize(
    "body",
    [
        f"<h3>{BUTTON}</h3><div id=p1 hidden><p>{ANSWER}</p></div>",
        f"{BUTTON}<div id=p1 aria-hidden=true><p>{ANSWER}</p></div>",
        f"{BUTTON}<div id=p1 style='display: none; color: red'>{ANSWER}</div>",
        f"{BUTTON}<div id=p1 style='max-height:0px;overflow:hidden'>{ANSWER}</div>",
        f"{BUTTON}<div id=p1 class=dicht><p>{ANSWER}</p></div>",
        f"<p>{QUESTION}</p><div id=p1 hidden><p>{ANSWER}</p></div><button aria-controls=p1>Lees meer</button>",
        f"<p>{QUESTION}</p><button data-bs-target='#p1'>Meer</button><div id=p1 class=collapse hidden>{ANSWER}</div>",
        f"<h4><a data-toggle=collapse href='#p1'>{QUESTION}</a></h4><div id=p1 hidden><div>{ANSWER}</div></div>",
        f"<details><summary>{QUESTION}</summary>{ANSWER}</details>",
        f"<button aria-controls=p0>Meer</button><div id=p0 hidden>{BUTTON}<div id=p1 hidden>{ANSWER}</div></div>",
    ],
)
def test_a_closed_panel_that_a_reader_can_open_is_read_below_its_question(body: str) -> None:
    document = load_page(body, "<style>.dicht{display:none}</style>")
    assert clean("r", document).content == f"De Wmo\n\n{SEEN}\n\n{QUESTION}\n\n{ANSWER}"
    assert document.unseen == ()


@pytest.mark.parametrize(
    "body",
    [
        f"<button aria-controls=p2>{QUESTION}</button><div id=p1 hidden>{ANSWER}</div>",
        f"<button aria-controls=p1></button><div id=p1 hidden>{ANSWER}</div>",
        f"<button aria-controls=p1 hidden>{QUESTION}</button><div id=p1 hidden>{ANSWER}</div>",
        f"<div hidden>{BUTTON}</div><div id=p1 hidden>{ANSWER}</div>",
        f"<div id=p1 hidden>{BUTTON}{ANSWER}</div>",
        f"{BUTTON}<div id=p1 hidden style='font-size:0'>{ANSWER}</div>",
        f"{BUTTON}<div id=p1 class=klein hidden>{ANSWER}</div>",
        f"{BUTTON}<div id=p1 hidden role=menu>{ANSWER}</div>",
    ],
)
def test_hidden_text_that_nothing_opens_stays_hidden_and_is_told(body: str) -> None:
    document = load_page(body, "<style>.klein{display:none;font-size:0}</style>")
    assert ANSWER not in clean("r", document).content
    assert ANSWER in " ".join(document.unseen)
