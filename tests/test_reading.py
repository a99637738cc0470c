"""A reading comes back from its file as it was, and its passages have names of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import read_catalogue
from corpus.read import read_text
from corpus.split import split_passages, split_sentences
from corpus.types import Heading, Passage, Report, Text
from index.embedded import in_context
from index.reading import Reading, passage_key, read_reading, write_reading

CONTENT = "Eerste kop\n\nEen zin met é en “aanhaling”. Nog een zin.\n\nTweede kop\n\n- een punt\n- nóg een punt"
HEADINGS = (Heading(0, 10, 1, "Eerste kop"), Heading(53, 63, 2, "Tweede kop"))


def make_reading(text: Text) -> Reading:
    sentences = split_sentences(text)
    return Reading(text, sentences, split_passages(text, sentences, 160))


def test_a_reading_comes_back_as_it_was(tmp_path: Path) -> None:
    text = Text("r-1", CONTENT, (0, 53), HEADINGS)
    reading = make_reading(text)
    write_reading(tmp_path / "texts", reading)
    assert read_reading(tmp_path / "texts", "r-1") == reading
    assert {passage.page for passage in reading.passages} <= {1, 2}


def test_the_shipped_articles_come_back_as_they_were(tmp_path: Path) -> None:
    corpus = Path(__file__).parents[1] / "corpus"
    for report in read_catalogue(corpus):
        reading = make_reading(read_text(corpus, report))
        write_reading(tmp_path, reading)
        assert read_reading(tmp_path, report.id) == reading


@given(st.text(max_size=200))
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    folder = tmp_path_factory.mktemp("texts")
    reading = make_reading(Text("r", content))
    write_reading(folder, reading)
    assert read_reading(folder, "r") == reading


def test_passages_are_named_by_report_and_place() -> None:
    names = {passage_key(Passage(r, s, e, "")) for r in ("a", "a-1") for s, e in ((0, 5), (0, 9), (5, 9))}
    assert len(names) == 6


def test_a_passage_is_embedded_with_its_title_and_headings() -> None:
    report = Report("r", "Titel", "", "", (), "nl", "", "r.md", "")
    passage = Passage("r", 0, 6, "De zin.", ("Deel", "Kop"))
    assert in_context(report, passage) == "Titel – Deel – Kop – De zin."


def test_a_passage_is_embedded_with_the_title_once() -> None:
    report = Report("r", "Jeugdwet", "", "", (), "nl", "", "r.md", "")
    for first in ("Jeugdwet", "Wet van 1 maart 2014 inzake jeugdhulp (Jeugdwet)"):
        passage = Passage("r", 0, 6, "De zin.", (first, "De Jeugdwet en de school"))
        assert in_context(report, passage) == "Jeugdwet – De Jeugdwet en de school – De zin."


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_reading(tmp_path, "weg")
