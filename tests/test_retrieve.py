"""A question finds its passages by both legs, in one order that can be explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_corpus import GLOSSARY, REPORTS, make_retriever, open_index, run_sync, write_corpus

from assistant.wire import Desk
from index.gloss import make_glosser
from index.reading import passage_key
from index.retrieve import Findings, HybridRetriever
from index.types import Hit

MORE = {
    **REPORTS,
    "fiets": "# Fietsen\n\nEen fiets is geen hulpmiddel volgens de raad. De fietser betaalt zelf.",
    "lang": "# Lang\n\n" + "\n\n".join(f"In jaar {year} kreeg de wijk {year} euro." for year in range(1900, 2020)),
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    folder = tmp_path_factory.mktemp("retrieve")
    run_sync(write_corpus(folder / "corpus", MORE, {"hulp": "Het keukentafelgesprek"}), folder / "index")
    snapshot = open_index(folder / "index")
    yield make_retriever(snapshot)
    snapshot.close()


def lexical_reports(findings: Findings) -> list[str]:
    """The reports of the passages that the lexical leg found, best first."""
    rows = sorted(findings.legs["lexical"], key=findings.legs["lexical"].__getitem__)
    return [findings.snapshot.passages[row].report_id for row in rows]


def test_hits_are_ranked_from_one_by_falling_score(retriever: HybridRetriever) -> None:
    hits = retriever.find("Mag de gemeente huishoudelijke hulp weigeren?", "nl").hits(5)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].passage.report_id == "hulp"
    assert hits[0].legs == {"dense": 1, "lexical": 1}


def test_the_limit_counts_and_no_passage_comes_twice(retriever: HybridRetriever) -> None:
    findings = retriever.find("Hoeveel euro kreeg de wijk?", "nl")
    hits = findings.hits(1000)
    assert len({passage_key(hit.passage) for hit in hits}) == len(hits) == len(findings.rows)
    assert findings.hits(3) == hits[:3]
    assert findings.hits(0) == ()


def test_the_ranks_of_the_legs_are_those_of_the_legs(retriever: HybridRetriever) -> None:
    findings = retriever.find("hulp in de wijk", "nl")
    snapshot = retriever.snapshot
    expected = {key: rank for rank, (key, _) in enumerate(snapshot.lexical.search(findings.concepts, 100), start=1)}
    found = {passage_key(hit.passage): hit.legs["lexical"] for hit in findings.hits(1000) if "lexical" in hit.legs}
    assert found == expected
    assert sorted(findings.legs["dense"].values()) == list(range(1, len(snapshot.passages) + 1))


def test_the_score_is_the_model_of_the_features(retriever: HybridRetriever) -> None:
    findings = retriever.find("wachten op jeugdhulp", "nl")
    weights = retriever.model.weights
    expected = sum(weight * findings.features[name] for name, weight in weights.items())
    assert findings.scores == pytest.approx(expected + retriever.model.bias)
    assert all(len(column) == len(findings.rows) for column in findings.features.values())
    assert findings.features["lexical"].max() == 1.0
    assert len(findings.cosines) == len(retriever.snapshot.sentences)


@pytest.mark.parametrize(
    ("question", "language", "report"),
    [
        ("jeugdhulpaanbieder", "nl", "jeugd"),
        ("jeugdhulpaanbieders", "nl", "jeugd"),
        ("huishoudeljike", "nl", "hulp"),
        ("weigering", "nl", "hulp"),
        ("samenwerken zonder regisseur", "nl", "netwerk"),
        ("keukentafelgesprekken", "nl", "hulp"),
        ("Can the municipality refuse home help?", "en", "hulp"),
        ("540000 euro", "nl", "jeugd"),
    ],
)
def test_the_lexical_leg_finds_it_first(retriever: HybridRetriever, question: str, language: str, report: str) -> None:
    assert lexical_reports(retriever.find(question, language))[0] == report


def test_an_english_question_comes_near_to_dutch_sentences_through_its_restatement(retriever: HybridRetriever) -> None:
    question = "Does the municipality refuse home help?"
    plain = HybridRetriever(
        snapshot=retriever.snapshot,
        embedder=retriever.embedder,
        expander=retriever.expander,
        glosser=make_glosser(type(GLOSSARY)(())),
        model=retriever.model,
    )
    assert retriever.find(question, "en").cosines.max() > plain.find(question, "en").cosines.max()


def test_a_report_about_a_place_is_searched_by_the_question_without_that_place(tmp_path: Path) -> None:
    texts = {"a": "In Veenwoud begon het. De gemeente heeft drie teams.", "b": "Veenwoud heeft vier teams. Zo is het."}
    titles = {"a": "Teams in Veenwoud", "b": "Een ander rapport"}
    run_sync(write_corpus(tmp_path / "corpus", texts, titles), tmp_path / "index")
    with closing(open_index(tmp_path / "index")) as snapshot:
        retriever = make_retriever(snapshot)
        asked = retriever.find("Hoeveel teams heeft Veenwoud?", "nl")
        without = retriever.find("Hoeveel teams heeft de gemeente?", "nl")
    about = snapshot.sentences_of({"a"})
    assert np.allclose(asked.cosines[about], without.cosines[about])
    assert not np.allclose(asked.cosines[~about], without.cosines[~about])


def test_a_question_that_shares_no_word_finds_by_meaning_alone(retriever: HybridRetriever) -> None:
    findings = retriever.find("zonnepanelen", "nl")
    assert findings.legs["lexical"] == {}
    assert findings.hits(1)[0].legs.keys() == {"dense"}
    assert findings.features["lexical"].max() == 0.0


@pytest.mark.parametrize("question", ["", "?", "de", "   ", "2021", "'", "\x00", "é" * 3000])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_strange_question_is_answered_like_any_other(
    retriever: HybridRetriever, question: str, language: str
) -> None:
    findings = retriever.find(question, language)
    assert np.isfinite(findings.scores).all()
    assert len(findings.hits(3)) == 3


@settings(max_examples=25, deadline=None)
@given(asked=st.text(max_size=60), language=st.sampled_from(["nl", "en"]))
def test_each_question_is_answered_alike_each_time(retriever: HybridRetriever, asked: str, language: str) -> None:
    once, again = retriever.find(asked, language), retriever.find(asked, language)
    assert once.hits(20) == again.hits(20)
    assert all(hit.passage.text == _literal(retriever, hit) for hit in once.hits(20))


def _literal(retriever: HybridRetriever, hit: Hit) -> str:
    content = retriever.snapshot.text(hit.passage.report_id).content
    return content[hit.passage.start : hit.passage.end]


def test_langchain_gets_documents_with_their_place(retriever: HybridRetriever) -> None:
    documents = retriever.invoke("Mag de gemeente huishoudelijke hulp weigeren?")
    hits = retriever.find("Mag de gemeente huishoudelijke hulp weigeren?", "nl").hits(retriever.limit)
    assert [document.page_content for document in documents] == [hit.passage.text for hit in hits]
    assert documents[0].metadata == {
        "report": "hulp",
        "start": hits[0].passage.start,
        "end": hits[0].passage.end,
        "page": None,
        "score": hits[0].score,
    }
    assert documents[0].id == passage_key(hits[0].passage)


def test_the_index_answers_the_same_after_a_change_that_is_undone(tmp_path: Path) -> None:
    corpus, index = write_corpus(tmp_path / "corpus", REPORTS), tmp_path / "index"

    def answers() -> list[list[tuple[str, float]]]:
        snapshot = open_index(index)
        found = [
            [(passage_key(hit.passage), round(hit.score, 5)) for hit in make_retriever(snapshot).find(q, "nl").hits(9)]
            for q in ("hulp weigeren", "wachten kinderen", "regie in netwerken")
        ]
        snapshot.close()
        return found

    run_sync(corpus, index)
    before = answers()
    write_corpus(corpus, MORE)
    run_sync(corpus, index)
    assert answers() != before
    write_corpus(corpus, REPORTS)
    run_sync(corpus, index)
    assert answers() == before


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("question", "language", "report"),
    [
        ("Waarom komt samenwerking in netwerken niet van de grond?", "nl", "van-kuijk-2022-netwerken-wmo"),
        (
            "Lijken de beleidsplannen van gemeenten op elkaar?",
            "nl",
            "stouthard-zonneveld-2021-wmo-beleid-eenheidsworst",
        ),
        ("Why does collaboration in networks not get off the ground?", "en", "van-kuijk-2022-netwerken-wmo"),
        ("samenwerkign netwerken welzijn", "nl", "van-kuijk-2022-netwerken-wmo"),
    ],
)
def test_the_real_model_finds_the_report_that_a_question_is_about(
    desk: Desk, question: str, language: str, report: str
) -> None:
    assert desk.retriever.find(question, language).hits(1)[0].passage.report_id == report


@pytest.mark.end_to_end
def test_both_legs_of_the_shipped_corpus_hold_every_passage(desk: Desk) -> None:
    snapshot = desk.retriever.snapshot
    assert snapshot.dense.count() == snapshot.lexical.count() == len(snapshot.passages) > 0
    own = snapshot.sentence_vectors @ snapshot.sentence_vectors.T
    assert np.diag(own) == pytest.approx(1, abs=5e-3)
