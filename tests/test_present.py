import pytest

from assistant.present import answer_to_json, reference
from assistant.types import Answer, Citation
from corpus.types import Passage, Report
from index.types import Hit

REPORT = Report("r", "Samen sterk", "SCP", "2021-03-02", ("A. Jansen",), "nl", "https://example.org", "r.md", "0" * 64)
HITS = tuple(Hit(Passage("r", 0, 4, "Tekst", ("Kop",), 3), rank, 1 / rank) for rank in range(1, 31))
ANSWER = Answer(
    question="Waarom?",
    searched="Wmo? Waarom?",
    language="nl",
    text="• “Zin.” [1]",
    citations=(Citation(1, "r", 10, 14, "Zin.", 3),),
    hits=HITS,
    declined=False,
    reason="",
    confidence=0.123456,
    unresolved=(),
    engine="extractive",
    seconds=0.5,
)


def test_an_answer_has_every_key_in_the_agreed_order() -> None:
    row = answer_to_json(ANSWER, {"r": REPORT})
    assert list(row) == (
        "question searched language declined reason text citations hits unresolved confidence engine seconds".split()
    )
    assert list(row["citations"][0]) == "number report title publisher published page start end quote".split()
    assert list(row["hits"][0]) == "rank report page start end score text".split()


def test_the_values_are_those_of_the_answer_and_its_report() -> None:
    row = answer_to_json(ANSWER, {"r": REPORT})
    assert row["citations"] == [
        {
            "number": 1,
            "report": "r",
            "title": "Samen sterk",
            "publisher": "SCP",
            "published": "2021-03-02",
            "page": 3,
            "start": 10,
            "end": 14,
            "quote": "Zin.",
        }
    ]
    assert [hit["rank"] for hit in row["hits"]] == list(range(1, 21))
    assert (row["searched"], row["confidence"], row["unresolved"]) == ("Wmo? Waarom?", 0.1235, [])


@pytest.mark.parametrize(
    ("publisher", "published", "line"),
    [
        ("SCP", "2021-03-02", "Samen sterk (SCP, 2021)"),
        ("SCP", "", "Samen sterk (SCP)"),
        ("", "2021", "Samen sterk (2021)"),
        ("", "", "Samen sterk"),
    ],
)
def test_a_reference_leaves_out_what_is_unknown(publisher: str, published: str, line: str) -> None:
    assert reference(Report("r", "Samen sterk", publisher, published, (), "nl", "", "r.md", "")) == line


def test_a_report_that_was_removed_since_keeps_its_id_and_quote() -> None:
    (citation,) = answer_to_json(ANSWER, {})["citations"]
    assert (citation["report"], citation["quote"], citation["title"]) == ("r", "Zin.", None)
