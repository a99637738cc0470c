"""What readers of a page do not see is left out and told; what they do see stays, whatever it is dressed in."""

from __future__ import annotations

import pytest

from corpus.clean import clean
from corpus.document import Document
from corpus.load import load_data

SEEN = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid in de wijk."
HIDDEN = "Dit staat er wel en wordt door niemand gelezen die de bladzijde bekijkt."


def load_page(body: str, head: str = "") -> Document:
    return load_data(f"<html><head>{head}</head><body><p>{SEEN}</p>{body}</body></html>".encode(), "pagina.html")


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (f"<p style='display:none'>{HIDDEN}</p>", ""),
        (f"<p style='DISPLAY : none !important'>{HIDDEN}</p>", ""),
        (f"<div hidden><p>{HIDDEN}</p></div>", ""),
        (f"<p style='visibility:collapse'>{HIDDEN}</p>", ""),
        (f"<p style='font-size:0.0em'>{HIDDEN}</p>", ""),
        (f"<p style='font-size:1px;color:red'>{HIDDEN}</p>", ""),
        (f"<p style='opacity:0'>{HIDDEN}</p>", ""),
        (f"<p style='color:#FFF'>{HIDDEN}</p>", ""),
        (f"<p style='color:rgb(254, 255, 250)'>{HIDDEN}</p>", ""),
        (f"<table bgcolor=white><tr><td style='color:white'>{HIDDEN}</td></tr></table>", ""),
        (f"<p style='color:rgb(255 255 255)'>{HIDDEN}</p>", ""),
        (f"<p style='color:hsl(0, 0%, 100%)'>{HIDDEN}</p>", ""),
        (f"<p style='color:#0000'>{HIDDEN}</p>", ""),
        (f"<p style='color:#ffffff00'>{HIDDEN}</p>", ""),
        (f"<p style='background:black;color:#000'>{HIDDEN}</p>", ""),
        (f"<p style='background:#333;color:#333333'>{HIDDEN}</p>", ""),
        (f"<p style='position:absolute;left:9999px'>{HIDDEN}</p>", ""),
        (f"<p style='transform:translateX(-9999px)'>{HIDDEN}</p>", ""),
        (f"<p style='font:0/0 a'>{HIDDEN}</p>", ""),
        (f"<p style='opacity:.01'>{HIDDEN}</p>", ""),
        (f"<p style='left:-5000px;position:absolute'>{HIDDEN}</p>", ""),
        (f"<p style='max-height:0;overflow:hidden'>{HIDDEN}</p>", ""),
        (f"<p style='clip-path:inset(100%)'>{HIDDEN}</p>", ""),
        (f"<p class='a noot'>{HIDDEN}</p>", "<style>p{margin:0} /* x */ .b, p.noot{display:none}</style>"),
        (f"<p class=noot>{HIDDEN}</p>", "<style>@import 'x.css'; h2 > b, body p.noot{display:none}</style>"),
        (f"<p class='noot x'>{HIDDEN}</p>", "<style>/* .a{ */ .noot.x, .y{display:none}</style>"),
        (f"<p style='transform:scale(0, 0)'>{HIDDEN}</p>", ""),
        (f"<p id=noot>{HIDDEN}</p>", "<style>@media print{p{color:red}} #noot{visibility:hidden}</style>"),
    ],
)
def test_text_that_a_reader_does_not_see_is_left_out_and_told(body: str, head: str) -> None:
    document = load_page(body, head)
    assert HIDDEN not in clean("r", document).content and SEEN in clean("r", document).content
    assert document.unseen == (HIDDEN,)


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (f"<p style='color:white;background:#123'>{HIDDEN}</p>", ""),
        (f"<div style='background-color:navy'><p style='color:#fff'>{HIDDEN}</p></div>", ""),
        (f"<table bgcolor=navy><tr><td><font color=white>{HIDDEN}</font></td></tr></table>", ""),
        (f"<div class=donker><p style='color:white'>{HIDDEN}</p></div>", "<style>.donker{background:#000}</style>"),
        (f"<div class=donker><p style='color:white'>{HIDDEN}</p></div>", "<link rel=stylesheet href=x.css>"),
        (f"<p style='opacity:0.9;font-size:10px;left:-10px'>{HIDDEN}</p>", ""),
        (f"<p style='font-size:0.9em'>{HIDDEN}</p>", ""),
        (f"<p style='opacity:.09;left:1200px;font:10px/1 arial'>{HIDDEN}</p>", ""),
        (f"<p style='color:#fff000'>{HIDDEN}</p>", ""),
        (f"<p style='color:#000;background:rgba(0,0,0,0)'>{HIDDEN}</p>", ""),
        (f"<p style='color:#000;background:#0000'>{HIDDEN}</p>", ""),
        (f"<p style='color:#fff;background:#fff url(donker.png)'>{HIDDEN}</p>", ""),
        (f"<p class='vak open'>{HIDDEN}</p>", "<style>.vak{display:none} .vak.open{display:block}</style>"),
        (f"<p style='transform:scale(0.9)'>{HIDDEN}</p>", ""),
        (f"<p class=vak>{HIDDEN}</p>", "<style>nav .vak, .dicht .vak, .vak.x{display:none}</style>"),
        (f"<p class=vak>{HIDDEN}</p>", "<style>@media print{.vak{display:none}}</style>"),
        (f"<div aria-hidden=true><p>{HIDDEN} {HIDDEN}</p></div>", ""),
        (f"<p style='border-color:white'>{HIDDEN}</p>", ""),
        (f"<p style='height:100px;overflow:hidden'>{HIDDEN}</p>", ""),
    ],
)
def test_text_that_a_reader_may_well_see_stays(body: str, head: str) -> None:
    document = load_page(body, head)
    assert HIDDEN in clean("r", document).content
    assert document.unseen == ()


@pytest.mark.parametrize("notice", ["class=cookiemelding", "id=CybotCookiebotDialog"])
def test_scripts_comments_and_cookie_notices_go_without_a_word(notice: str) -> None:
    document = load_page(f"<script>{HIDDEN}</script><!-- {HIDDEN} --><div {notice}>{HIDDEN}</div>")
    assert HIDDEN not in clean("r", document).content and document.unseen == ()


@pytest.mark.parametrize(
    "body",
    [
        f"<div id=page class='site has-cookie-bar'><article><p>{HIDDEN}</p></article></div>",
        f"<div class=met-cookiebalk><main><p>{HIDDEN}</p></main></div>",
        f"<div class=met-cookiebalk><h1>De wijk</h1><p>{HIDDEN}</p></div>",
        f"<article><section id=cookiewet><p>{HIDDEN}</p></section></article>",
    ],
)
def test_a_wrapper_named_after_a_cookie_notice_keeps_the_article(body: str) -> None:
    notice = "<div class=cookiemelding>De melding zelf.</div>"
    content = clean("r", load_page(body + notice)).content
    assert HIDDEN in content and "melding" not in content


def test_hidden_text_inside_hidden_text_is_told_once() -> None:
    document = load_page(f"<div hidden><p style='display:none'>{HIDDEN}</p></div>")
    assert document.unseen == (HIDDEN,)


@pytest.mark.parametrize(
    "char", [*"\u200b\u200d\u2060\ufeff\u00ad\u202e\u2066\u061c\u034f\u3164\ufe0f\u2800", "\U000e0041"]
)
def test_characters_that_nobody_sees_are_gone_from_the_text_and_its_offsets(char: str) -> None:
    page = f"# Kop\n\nDe ge{char}meente{char} regelt{char * 3} de hulp.\n\n## Twee{char}de\n\nEn zij betaalt.\n"
    text = clean("r", Document((page,), "markdown"))
    assert text.content == "Kop\n\nDe gemeente regelt de hulp.\n\nTweede\n\nEn zij betaalt."
    assert [text.content[heading.start : heading.end] for heading in text.headings] == ["Kop", "Tweede"]
