"""Sentences and passages are literal spans that cover the text, and Dutch full stops do not mislead."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import read_catalogue
from corpus.clean import clean
from corpus.load import Document
from corpus.read import read_text
from corpus.split import LONGEST_SENTENCE_WORDS, count_words, split_passages, split_sentences
from corpus.types import Heading, Text

CORPUS = Path(__file__).parent.parent / "corpus"


def sentences_of(content: str, language: str = "nl") -> list[str]:
    return [sentence.text for sentence in split_sentences(Text("r", content), language)]


WHOLE = [
    "Zie art. 2.3.5, tweede lid, en nr. 3 van de bijlage.",
    "Het besluit gaat in op 1 jan. 2020 en vervalt per 31 dec. 2022.",
    "Dat was op di. 3 mei, volgens Jansen e.a. 2018.",
    "Promotoren: prof. dr. F. Hendriks, prof. dr. P.N. Kenis, copromotor: prof. dr. G.J.M. van den Brink.",
    "Volgens mr. J. de Vries gold dat bijv. Utrecht o.a. m.b.t. de jeugd meedeed.",
    "De wet (Stb. 2014, 280) geldt i.v.m. de decentralisatie, d.w.z. ca. 3,1% meer taken.",
    "Het aandeel steeg met 3.1 procent t.o.v. 2015.",
    "De zitting begint op vrijdag 13 mei om 13.30 uur in de aula.",
    "Alle teams spelen met een 4-3-3-systeem.",
    "Het duurde... en toen kwam er toch een loket.",
    "Titel: 'Op weg naar een aanbod? Verkenning van de praktijk van de Wmo 2015'.",
    "“Dat is zeker niet onmogelijk”, schrijft Van der Veer, “maar het vraagt een lange adem”.",
]


@pytest.mark.parametrize("sentence", WHOLE)
def test_a_sentence_with_full_stops_inside_stays_whole(sentence: str) -> None:
    assert sentences_of(f"{sentence} Daarna volgde meer.") == [sentence, "Daarna volgde meer."]


@pytest.mark.parametrize(
    "first",
    [
        "Het aandeel is 70%.",
        "Dat was in 2015.",
        "Dat geldt overal (ook in Almere).",
        "Hij zei: “Dat kan niet.”",
        "'Zo is het ook met de Wmo.'",
        "Wie wil dat niet?",
        "Dat weten we al.",
        "Gemeenten, aanbieders enz.",
        "Dat bleek uit onderzoek.[3]",
        "Dat bleek uit onderzoek.¹",
        "Dat bleek uit onderzoek.12",
        "Hij kwam in aug.",
    ],
)
def test_a_sentence_ends_whatever_stands_at_its_end(first: str) -> None:
    assert sentences_of(f"{first} Gemeenten doen het anders.") == [first, "Gemeenten doen het anders."]


def test_each_sentence_of_a_quoted_speech_is_its_own_sentence() -> None:
    assert sentences_of("Zij zegt: ‘We zijn begonnen. Het viel op.’ Daarna stopte het.") == [
        "Zij zegt: ‘We zijn begonnen.",
        "Het viel op.’",
        "Daarna stopte het.",
    ]


def test_a_sentence_may_start_with_an_apostrophe() -> None:
    assert sentences_of("Dat weten we dat. 's Avonds is er hulp.")[1] == "'s Avonds is er hulp."


def test_english_abbreviations_do_not_end_a_sentence() -> None:
    text = "Dr. Smith found that councils, e.g. Almere, spent 3.1% more. They did not know why."
    assert len(sentences_of(text, "en")) == 2


def test_a_list_item_is_one_sentence_and_a_heading_is_none() -> None:
    text = clean(
        "r",
        Document(("### Artikel 1\n\n1.  Dit is zo. Dat ook.\n\n2°. een loket;\nk.woning: een huis;",), "markdown"),
    )
    assert [sentence.text for sentence in split_sentences(text)] == [
        "1. Dit is zo. Dat ook.",
        "2°. een loket;",
        "k.woning: een huis;",
    ]


def test_an_enumeration_of_more_than_a_hundred_words_is_cut_at_its_semicolons() -> None:
    clause = "het college stelt ten behoeve van de inwoner regels over de toegang vast;"
    parts = sentences_of(" ".join([clause] * 12))
    assert len(parts) > 1
    assert all(count_words(part) <= LONGEST_SENTENCE_WORDS and part.endswith(";") for part in parts)


def test_no_passage_runs_over_the_heading_of_a_section_that_is_not_tiny() -> None:
    body = "Gemeenten vinden het belangrijk om inwoners te betrekken bij beleid. " * 6
    text = clean("r", Document((f"# Titel\n\n## Een\n\n{body}\n\n## Twee\n\n{body}",), "markdown"))
    passages = split_passages(text, split_sentences(text))
    assert [passage.headings for passage in passages] == [("Titel", "Een"), ("Titel", "Twee")]


def test_tiny_sections_under_one_parent_share_a_passage() -> None:
    articles = "\n\n".join(f"### Artikel {n}\n\n#### Wijziging\n\nWijzigt wet {n}." for n in range(1, 4))
    text = clean("r", Document((f"## Wet\n\n{articles}",), "markdown"))
    (passage,) = split_passages(text, split_sentences(text))
    assert passage.headings == ("Wet", "Artikel 1", "Wijziging")


def test_a_long_section_is_cut_into_passages_of_about_one_size() -> None:
    text = Text("r", " ".join(f"Zin {n} gaat over de uitvoering van de wet." for n in range(50)))
    sizes = [count_words(passage.text) for passage in split_passages(text, split_sentences(text), words=160)]
    assert max(sizes) <= 200
    assert max(sizes) - min(sizes) <= 20


def test_a_passage_knows_its_page() -> None:
    text = clean("r", Document(("Dit is de eerste bladzijde.", "Dit is de tweede bladzijde."), "text"))
    pages = [passage.page for passage in split_passages(text, split_sentences(text), words=3)]
    assert pages == [1, 2]


def test_a_line_of_backticks_is_split_at_once() -> None:
    started = time.process_time()
    sentences_of("Zo is het. " + "``` " * 25_000)
    assert time.process_time() - started < 1


def test_the_shipped_reports_have_sane_sentences() -> None:
    for report in read_catalogue(CORPUS):
        sentences = split_sentences(read_text(CORPUS, report), report.language)
        assert len(sentences) > 20
        assert max(count_words(sentence.text) for sentence in sentences) < 60


words = st.sampled_from(
    [*"Wmo wet de gemeente Almere art. 3,1% J. prof. dr. enz. 2015. zegt: “Dat kan.” 'Ja!' (zie hier).".split()]
    + ["a.", "1°", ";", "é", "😀", "…", "-", "[3]", "\u2028"]
)
paragraphs = st.lists(words, max_size=40).map(" ".join) | st.text(max_size=80)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    content, headings = "", []
    for line in draw(st.lists(paragraphs, max_size=8)):
        line = line.replace("\n", " ")
        if line.strip() and draw(st.booleans()):
            headings.append(Heading(len(content), len(content) + len(line), draw(st.integers(1, 4)), line))
        content += line + draw(st.sampled_from(["\n", "\n\n"]))
    return Text("r", content, headings=tuple(headings))


@given(texts())
def test_sentences_are_literal_spans_that_cover_all_but_headings_and_spaces(text: Text) -> None:
    covered = {offset for heading in text.headings for offset in range(heading.start, heading.end)}
    end = 0
    for sentence in split_sentences(text):
        assert sentence.text == text.content[sentence.start : sentence.end]
        assert sentence.text and sentence.text == sentence.text.strip()
        assert sentence.start >= end
        end = sentence.end
        covered |= set(range(sentence.start, sentence.end))
    assert all(char.isspace() for offset, char in enumerate(text.content) if offset not in covered)


@given(texts(), st.integers(1, 60))
def test_passages_are_literal_spans_that_hold_every_sentence_once(text: Text, size: int) -> None:
    sentences = split_sentences(text)
    passages = split_passages(text, sentences, words=size)
    held = []
    for passage in passages:
        assert passage.text == text.content[passage.start : passage.end]
        assert passage.headings == text.headings_at(passage.start)
        inside = [s for s in sentences if passage.start <= s.start and s.end <= passage.end]
        assert inside
        held += inside
    assert held == list(sentences)
