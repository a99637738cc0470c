"""The text of the article's own element on a web page is read whole; what the site puts beside it is not."""

from __future__ import annotations

import time

import pytest

from corpus.clean import clean
from corpus.load import load_data

PARTS = [f"Paragraaf {n} beschrijft uitvoerig hoe gemeente {n} de ondersteuning van inwoners regelt." for n in range(9)]
TEXT = "De onafhankelijke hulp is in veel gemeenten niet bekend bij de mensen die haar nodig hebben."


def read(extra: str, start: str = "<main>", end: str = "</main>") -> str:
    parts = [f"<p>{part}</p>" for part in PARTS]
    menu = "<nav><a href=/>Home</a> <a href=/nieuws>Nieuws</a></nav>"
    foot = "<footer><p>Deze stichting is het landelijk kennisinstituut voor sociale vraagstukken.</p></footer>"
    body = f"{start}<h1>De wijk</h1>{''.join(parts[:4])}{extra}{''.join(parts[4:])}{end}"
    return clean("r", load_data(f"<html><body>{menu}{body}{foot}</body></html>".encode(), "pagina.html")).content


@pytest.mark.parametrize(
    ("start", "end"),
    [("<main>", "</main>"), ("<article>", "</article>"), ("<div role=main>", "</div>"), ("<div>", "</div>")],
)
@pytest.mark.parametrize(
    "lost",
    [
        f"<div>{TEXT}</div>",
        f"<figure><img src=x.png><figcaption>{TEXT}</figcaption></figure>",
        f"<section class='integrating options'><p>{TEXT}</p></section>",
        f"<div class=metadata><span>{TEXT}</span></div>",
    ],
)
def test_text_that_the_finder_of_articles_loses_is_read_in_its_place(lost: str, start: str, end: str) -> None:
    assert read(lost, start, end) == "\n\n".join(["De wijk", *PARTS[:4], TEXT, *PARTS[4:]])


def test_a_box_inside_the_article_is_read_with_its_heading_and_rows() -> None:
    box = f"<aside><h2>Kader</h2><p>{TEXT}</p><table><tr><td>2015</td><td>7%</td></tr></table></aside>"
    assert f"{PARTS[3]}\n\nKader\n\n{TEXT}\n\n- 2015 | 7%\n\n{PARTS[4]}" in read(box)


@pytest.mark.parametrize(
    "site",
    [
        f"<div class=share-buttons><p>{TEXT}</p></div>",
        f"<div id=relatedPosts><p>{TEXT}</p></div>",
        f"<div class=kaarten><a href=/x><h3>Nieuw</h3><p>{TEXT}</p></a></div>",
        f"<aside><h3>Nieuw</h3><ul><li><a href=/x>{TEXT}</a></li></ul></aside>",
        "<div>Lees meer</div>",
    ],
)
def test_what_the_site_puts_inside_the_article_is_not_taken_back(site: str) -> None:
    assert read(site) == "\n\n".join(["De wijk", *PARTS])


@pytest.mark.parametrize("slow", ["<br> " * 20_000, "<style>" + ".a{ @b /* " * 10_000])
def test_a_page_made_to_hold_the_reader_up_is_read_at_once(slow: str) -> None:
    read("<p>Er is meer.</p>")  # trafilatura is loaded now
    started = time.process_time()
    assert PARTS[0] in read(f"<p>Er is meer.</p>{slow}")
    assert time.process_time() - started < 8
