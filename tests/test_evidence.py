from pathlib import Path

import numpy as np
import pytest
from assistant_desk import make_desk
from index_corpus import REPORTS

from assistant.ask import ask
from assistant.evidence import EVIDENCE_MODEL, WEIGHED_PASSAGES, weigh
from assistant.wire import Desk
from index.linear import read_model
from index.scope import Scope


@pytest.fixture
def small(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def test_every_sentence_of_the_best_passages_is_weighed_once_most_probable_first(small: Desk) -> None:
    findings = small.retriever.find("Waarom stokt de samenwerking in een netwerk?", "nl")
    found = weigh(findings, read_model(EVIDENCE_MODEL))
    passages = [findings.snapshot.passages[row] for row in findings.rows[:WEIGHED_PASSAGES]]
    expected = {
        s
        for s in findings.snapshot.sentences
        for p in passages
        if s.report_id == p.report_id and p.start <= s.start < p.end
    }
    assert {w.sentence for w in found} == expected and len(found) == len(expected)
    probabilities = [w.probability for w in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 <= p <= 1 for p in probabilities)
    assert found[0].sentence.text.startswith("Zonder regie stokt de samenwerking")


def test_each_of_the_reports_that_a_question_sets_beside_each_other_is_heard(tmp_path: Path) -> None:
    loud = " ".join(f"In wijk {i} stokt de samenwerking doordat regie ontbreekt." for i in "abcdefgh")
    quiet = "Het team telt negen mensen. Dat er geen regie is, merkt niemand. Elke maandag is er overleg."
    titles = {"loud": "Wijkteams in Veldhoven", "quiet": "Wijkteams in Meppel"}
    desk = make_desk(tmp_path, {**REPORTS, "loud": loud, "quiet": quiet}, titles)

    def quoted(question: str) -> list[str]:
        return [citation.report_id for citation in ask(desk, question).citations]

    question = "Waarom stokt de samenwerking doordat regie ontbreekt in de wijk"
    assert "quiet" not in quoted(f"{question} van Veldhoven?")
    assert {"loud", "quiet"} <= {*quoted(f"{question} in Meppel en in Veldhoven?")}


def test_what_was_found_within_some_reports_is_what_searching_them_alone_finds(small: Desk) -> None:
    findings = small.retriever.find("Waarom stokt de samenwerking in een netwerk?", "nl")
    one = findings.snapshot.passages[findings.rows[0]].report_id
    within = findings.within(frozenset({one}))
    alone = small.retriever.find(findings.question, "nl", Scope(reports=frozenset({one})))
    assert within.reports == alone.reports == {one}
    assert [hit.passage for hit in within.hits(50)] == [hit.passage for hit in alone.hits(50)]
    assert np.array_equal(within.cosines, alone.cosines) and np.array_equal(within.closeness, alone.closeness)
