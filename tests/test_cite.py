from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cite import cite, is_verbatim, verified
from assistant.types import Citation
from corpus.types import Text

TEXT = Text("r", "Een zin.\n\nNog een [1] zin met 70 procent.", page_starts=(0, 10))
CITATION = cite(10, 41, TEXT, number=2)


def test_a_citation_takes_its_quote_and_page_from_the_text() -> None:
    assert CITATION == Citation(2, "r", 10, 41, "Nog een [1] zin met 70 procent.", 2)
    assert is_verbatim(CITATION, TEXT)


def test_the_mark_of_an_item_is_no_part_of_the_quote() -> None:
    text = Text("r", "Zo gaat het:\n- er is geen geld;\n- er is haast.")
    citation = cite(13, 31, text)
    assert (citation.quote, citation.start) == ("er is geen geld;", 15) and is_verbatim(citation, text)


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "Nog een [1] zin met 71 procent."},
        {"quote": "Nog een [1] zin met 70 procent. "},
        {"start": 9},
        {"end": 42},
        {"report_id": "other"},
        {"start": 5, "end": 5, "quote": ""},
        {"start": -31},
    ],
)
def test_anything_but_the_exact_span_is_not_verbatim(change: dict[str, object]) -> None:
    assert not is_verbatim(replace(CITATION, **change), TEXT)  # type: ignore[arg-type]


def test_sound_citations_pass_unchanged_and_a_false_one_stops_the_answer() -> None:
    assert verified([CITATION], lambda _: TEXT) == (CITATION,)
    with pytest.raises(ValueError, match="citation 2 is not verbatim"):
        verified([CITATION, replace(CITATION, quote="Geen enkele zin.")], lambda _: TEXT)


@given(st.text(min_size=1), st.data())
def test_every_span_of_a_text_makes_a_verbatim_citation(content: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start + 1, len(content)))
    text = Text("r", content)
    assert is_verbatim(cite(start, end, text), text)
