"""What tags in Markdown hide from its readers is left out and told; tags that are text, or hide nothing, are not."""

from __future__ import annotations

import time

import pytest

from corpus.clean import clean
from corpus.load import load_data

BODY = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid."
HIDDEN = "Dit staat er wel en wordt door niemand gelezen."


@pytest.mark.parametrize(
    "hidden",
    [
        f"<p hidden>{HIDDEN}</p>",
        f"<div style='display:none'>\n\n{HIDDEN}\n\n</div>",
        f'<SPAN style="color: #fff">{HIDDEN[:9]}<span><b>{HIDDEN[9:]}</b></span></SPAN>',
        f"<font color=white>{HIDDEN}</font>",
    ],
)
def test_text_of_markdown_that_nobody_sees_is_left_out_and_told(hidden: str) -> None:
    document = load_data(f"{BODY}\n\n{hidden}\n".encode(), "rapport.md")
    assert clean("r", document).content == BODY
    assert [text.replace(" ", "") for text in document.unseen] == [HIDDEN.replace(" ", "")]


@pytest.mark.parametrize(
    "shown",
    [
        f"<div style='background:navy'><b style='color:white'>{HIDDEN}</b></div>",
        f"<span aria-hidden=true style='color:red'>{HIDDEN}</span>",
        f"`<p hidden>{HIDDEN}</p>`",
        f"```\n<p hidden>{HIDDEN}</p>\n```",
        f"<p hidden>{HIDDEN}",
        f"<br hidden>{HIDDEN}</br>",
    ],
)
def test_text_of_markdown_that_a_reader_may_well_see_stays(shown: str) -> None:
    document = load_data(f"{BODY}\n\n{shown}\n".encode(), "rapport.md")
    assert HIDDEN in clean("r", document).content and document.unseen == ()


def test_elements_that_are_never_closed_do_not_hold_the_reader_up() -> None:
    started = time.process_time()
    load_data((f"{BODY}\n\n" + "<p hidden> " * 9_000 + "</p> " * 9_000).encode(), "rapport.md")
    assert time.process_time() - started < 5
