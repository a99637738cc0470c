"""Answers and reports become markup that holds nothing but our own tags."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import reader
from assistant.types import Answer, Citation
from assistant.wording import WORDING, Wording
from corpus.types import Heading, Passage, Report, Text
from index.types import Hit

NL = WORDING["nl"]
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[klik](javascript:alert(1)) ![plaatje](http://evil.example/x.png)",
    "kosten $x^2$ en $$y$$",
    "zie bijlage [1] en [7]",
    "${alert(1)} {{alert(1)}} @children",
    "</mark></p><h1>kop</h1>",
]
OURS = {"div", "p", "ul", "li", "q", "button", "span", "mark", "h2", "h3", "h4", "h5", "h6", "a"}


class _Seen(HTMLParser):
    """Collects the tags, the attributes and the text of some markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.marked: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._open.append(dict(attrs).get("class") or tag if tag == "mark" else "")

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.words += data
        for kind in filter(None, self._open):
            self.marked[kind] = self.marked.get(kind, "") + data


def _report(report_id: str = "r", title: str = "Samen sterk", **changes: str) -> Report:
    return replace(Report(report_id, title, "SCP", "2021-03-02", ("An Bos",), "nl", "", "r.md", ""), **changes)


def _answer(text: str, *citations: Citation, **changes: object) -> Answer:
    answer = Answer("Waarom?", "Waarom?", "nl", text, citations, (), False, "", 0.9, (), "extractive", 0.84)
    return replace(answer, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_in_a_quote_become_text_and_only_the_real_marker_a_button(words: str) -> None:
    quote = f"De wet zegt {words} hier."
    report = _report(title=words)
    answer = _answer(f"Lees dit:\n\n{words} (SCP, 2021)\n• “{quote}” [1]", Citation(1, "r", 0, len(quote), quote, 3))
    seen = _Seen(reader.answer_html(answer, 0, {"r": report}, NL))
    assert set(seen.tags) <= OURS
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert f"“{quote}”" in seen.words
    assert ("data-number", "1") in seen.attributes
    assert seen.tags.count("button") == 1 + words.count("[1]")  # the title's own [1] stands outside any quote


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_in_a_report_become_text(words: str) -> None:
    report = _report(title=words, publisher=words, published=words, authors=(words,), url=words)
    seen = _Seen(reader.report_html(report, Text("r", words), [reader.Mark(0, len(words), "current", "1")], "nl"))
    assert set(seen.tags) <= OURS
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert "a" not in seen.tags
    assert seen.marked["current"] == words


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_near_a_refused_question_become_text(words: str) -> None:
    hit = Hit(Passage("r", 0, len(words), words), 1, 0.5)
    answer = _answer("Niets gevonden.", declined=True, hits=(hit,))
    seen = _Seen(reader.nearest_html(answer, 2, {"r": _report(title=words)}, NL))
    assert set(seen.tags) <= OURS
    assert words in seen.words
    assert ("data-rank", "1") in seen.attributes


@given(st.data())
def test_a_report_shows_every_word_and_marks_exactly_the_given_span(data: st.DataObject) -> None:
    alphabet = st.sampled_from("ab <>&\"'\n.é€")
    content = data.draw(st.text(alphabet, min_size=1, max_size=80))
    offsets = st.integers(0, len(content))
    start, end = sorted(data.draw(st.tuples(offsets, offsets)))
    other_start, other_end = sorted(data.draw(st.tuples(offsets, offsets)))
    pages = tuple(sorted({0, *data.draw(st.lists(st.integers(0, len(content) - 1), max_size=3))}))
    marks = [reader.Mark(start, end, "current", "1"), reader.Mark(other_start, other_end, "other", "2")]
    seen = _Seen(reader.text_html(Text("r", content, pages), marks))
    squeezed = "".join(content.split())
    assert "".join(seen.words.split()) == squeezed
    assert "".join(seen.marked.get("current", "").split()) == "".join(content[start:end].split())
    outside = [i for i in range(other_start, other_end) if not start <= i < end]
    assert "".join(seen.marked.get("other", "").split()) == "".join(content[i] for i in outside if content[i].strip())


def test_headings_are_headings_and_a_mark_inside_one_paragraph_is_one_mark() -> None:
    content = "Titel\n\nEen zin. Nog een zin.\n\nDeel\n\nSlot."
    text = Text("r", content, (0, 10), (Heading(0, 5, 1, "Titel"), Heading(30, 34, 2, "Deel")))
    html = reader.text_html(text, [reader.Mark(7, 15, "current", "4")])
    assert html == (
        '<h3><span class="page" data-page="1"></span>Titel</h3>'
        '<p><mark class="current" data-label="4">Een<span class="page" data-page="2"></span> zin.</mark>'
        " Nog een zin.</p><h4>Deel</h4><p>Slot.</p>"
    )


def test_a_mark_over_two_paragraphs_continues_in_the_second_without_its_number() -> None:
    html = reader.text_html(Text("r", "Een.\n\nTwee."), [reader.Mark(0, 11, "current", "1")])
    assert html == '<p><mark class="current" data-label="1">Een.</mark></p><p><mark class="current">Twee.</mark></p>'


def test_a_marker_without_a_source_is_shown_as_such_and_is_no_button() -> None:
    html = reader.answer_html(_answer("Dit staat nergens [2].", unresolved=(2,)), 0, {}, NL)
    assert '<span class="unresolved"' in html
    assert "button" not in html


def test_sources_are_listed_only_where_the_words_do_not_name_them() -> None:
    citation = Citation(1, "r", 0, 4, "Zin.", 3)
    reports = {"r": _report()}
    assert reader.sources_html(_answer("Samen sterk (SCP, 2021)\n• “Zin.” [1]", citation), 0, reports, NL) == ""
    listed = _Seen(reader.sources_html(_answer("Een model zegt dit [1].", citation), 0, reports, NL))
    assert "Samen sterk (SCP, 2021), p. 3" in listed.words


def test_a_citation_button_names_its_source_for_a_screen_reader() -> None:
    html = reader.answer_html(_answer("Zo [1].", Citation(1, "r", 0, 4, "Zin.", 3)), 5, {"r": _report()}, NL)
    assert 'data-turn="5" data-number="1" aria-label="Bron 1: Samen sterk, 2021, p. 3"' in html


def test_a_source_that_left_the_corpus_is_said_to_be_gone() -> None:
    html = reader.answer_html(_answer("Zo [1].", Citation(1, "weg", 0, 4, "Zin.", None)), 0, {}, NL)
    assert NL.unknown_report in html


def test_the_link_of_a_report_goes_to_the_web_only() -> None:
    web = reader.report_html(_report(url="https://example.org/?a=1&b=2"), Text("r", "Zin."), [], "nl")
    assert 'href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"' in web
    for url in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org", ""):
        assert "<a " not in reader.report_html(_report(url=url), Text("r", "Zin."), [], "nl")


def test_the_copied_answer_ends_in_its_sources() -> None:
    answer = _answer("Kort:\n\n• “Zin.” [1]", Citation(1, "r", 0, 4, "Zin.", 3))
    copied = reader.plain_answer(answer, {"r": _report(url="https://example.org")}, NL)
    assert copied == (
        "Waarom?\n\nKort:\n\n• “Zin.” [1]\n\nBronnen\n[1] An Bos. Samen sterk (2021). SCP. p. 3. https://example.org\n"
    )


def test_the_footer_says_seconds_reports_and_who_worded_the_answer() -> None:
    assert reader.footer_html(_answer(""), 4, "nl") == "0,8 s, 4 rapporten doorzocht · zonder taalmodel"
    assert reader.footer_html(_answer("", engine="llama<3>"), 1, "en") == (
        "0.8 s, searched 1 report · worded by llama&lt;3&gt;"
    )


@pytest.mark.parametrize("field", [field.name for field in fields(Wording)])
def test_both_languages_say_everything_with_the_same_holes(field: str) -> None:
    said = [getattr(WORDING[language], field) for language in ("nl", "en")]
    assert all(said)
    texts = [value if isinstance(value, tuple) else (value,) for value in said]
    holes = [[sorted(name or "" for _, name, _, _ in Formatter().parse(t) if name) for t in ts] for ts in texts]
    assert holes[0] == holes[1]


@pytest.mark.parametrize("theme", [":root", ".dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "ground"), ("ink", "sheet"), ("ink", "soft"), ("ink", "tint"), ("ink", "calm"), ("ink", "mark-soft"),
        ("ink", "mark-near"), ("ink-soft", "ground"), ("ink-soft", "sheet"), ("ink-soft", "soft"),
        ("ink-soft", "tint"), ("ink-soft", "calm"), ("brand", "ground"), ("brand", "sheet"), ("brand", "soft"),
        ("brand-strong", "tint"), ("brand-ink", "brand"), ("brand-ink", "brand-strong"), ("mark-ink", "mark"),
        ("fault", "fault-tint"), ("fault", "sheet"), ("fault", "soft"),
    ],
)  # fmt: skip
def test_every_pair_of_text_and_ground_has_the_contrast_of_wcag_aa(theme: str, ink: str, ground: str) -> None:
    css = (Path(reader.__file__).parent / "page.css").read_text(encoding="utf-8")
    block = css.partition(f"{theme} {{")[2].partition("}")[0]
    colours = dict(re.findall(r"--wmo-([\w-]+): (#[0-9a-f]{6});", block))
    light, dark = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[a:b], 16) / 255 for a, b in pairwise((1, 3, 5, 7))]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
