from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from assistant_desk import EMBEDDER, assert_sound, write_glossary

from assistant.ask import ask
from assistant.batch import answer_lines
from assistant.refuse import refusal_features, unknown_names
from assistant.settings import load_settings
from assistant.wire import Desk, open_desk, sync_index
from corpus.catalogue import COLUMNS
from corpus.errors import UsageError
from corpus.types import Report
from index.scope import EVERYTHING, Scope, years

CROWD = {
    f"druk-{i:03d}": (
        "Gemeente",
        2021,
        f"# Druk {i}\n\nWaarom stokt de samenwerking in het netwerk nummer {i}? De samenwerking in het netwerk stokt. "
        "Door de samenwerking in het netwerk stokt het.",
    )
    for i in range(120)
}
QUIET = {
    "stil-a": ("Movisie", 2018, "# Stil\n\nOver fietspaden en bruggen. Het netwerk komt eenmaal voor, in Breda."),
    "stil-b": ("SCP", 2016, "# Bruggen\n\nBruggen zijn van staal. Over samenwerking gaat het hier niet echt."),
    "jaarloos": ("Sociaal Podium", "", "# Zonder jaar\n\nNiemand weet wanneer dit verscheen."),
}


def make(folder: Path, reports: Mapping[str, tuple[str, object, str]]) -> Desk:
    corpus = folder / "corpus"
    (corpus / "reports").mkdir(parents=True)
    rows = [",".join(COLUMNS)]
    for report_id, (publisher, year, text) in reports.items():
        (corpus / "reports" / f"{report_id}.md").write_text(text, "utf-8")
        rows.append(f"{report_id},Rapport {report_id},{publisher},{year},,nl,,{report_id}.md")
    (corpus / "catalogue.csv").write_text("\n".join(rows) + "\n", "utf-8")
    settings = load_settings(
        corpus=corpus, index=folder / "index", decline_below=0.0, language="nl", glossary=write_glossary(folder)
    )
    sync_index(settings, embedder=EMBEDDER)
    return open_desk(settings, embedder=EMBEDDER)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk in which 120 reports fit the question better than the three quiet ones."""
    return make(tmp_path_factory.mktemp("crowded"), {**CROWD, **QUIET})


QUESTION = "Waarom stokt de samenwerking in het netwerk?"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(reports=frozenset({"stil-a"})), {"stil-a"}),
        (Scope(publishers=frozenset({" movisie", "SCP"})), {"stil-a", "stil-b"}),
        (Scope(until=2018), {"stil-a", "stil-b"}),
        (Scope(since=2017, until=2020), {"stil-a"}),
        (Scope(publishers=frozenset({"SCP"}), since=2016), {"stil-b"}),
        (Scope(reports=frozenset({"jaarloos"})), {"jaarloos"}),
    ],
)
def test_only_reports_within_the_scope_are_found_however_well_others_fit(
    crowded: Desk, scope: Scope, expected: set[str]
) -> None:
    assert {hit.passage.report_id for hit in crowded.search(QUESTION)}.isdisjoint(expected)
    findings = crowded.retriever.find(QUESTION, "nl", scope)
    assert findings.reports == expected
    assert {hit.passage.report_id for hit in findings.hits(100)} == expected
    assert {hit.passage.report_id for hit in crowded.search(QUESTION, scope)} == expected


def test_within_a_scope_each_leg_and_the_nearest_sentences_are_what_a_desk_of_those_reports_alone_finds(
    crowded: Desk, tmp_path: Path
) -> None:
    alone = make(tmp_path, QUIET).retriever.find(QUESTION, "nl")
    scoped = crowded.retriever.find(QUESTION, "nl", Scope(reports=frozenset(QUIET)))
    for name in ("passage", "sentence"):
        ours = dict(zip((h.passage.report_id for h in scoped.hits(9)), scoped.features[name].round(5), strict=True))
        theirs = dict(zip((h.passage.report_id for h in alone.hits(9)), alone.features[name].round(5), strict=True))
        assert ours.keys() == theirs.keys() == QUIET.keys()
        assert ours == theirs
    assert [h.legs.keys() for h in scoped.hits(9)] == [h.legs.keys() for h in alone.hits(9)]
    assert (scoped.cosines > -1).sum() == len(alone.cosines)
    assert refusal_features(scoped)["closest"] == pytest.approx(refusal_features(alone)["closest"])


def test_an_answer_within_a_scope_cites_only_its_reports(crowded: Desk) -> None:
    answer = ask(crowded, QUESTION, (), Scope(publishers=frozenset({"SCP"})))
    assert_sound(answer, crowded)
    assert {citation.report_id for citation in answer.citations} == {"stil-b"}


def test_a_refusal_within_a_scope_says_what_was_searched(crowded: Desk) -> None:
    strict = Desk(crowded.settings.model_copy(update={"decline_below": 1.0}), EMBEDDER)
    scope = Scope(publishers=frozenset({"Movisie", "SCP"}), until=2019)
    answer = ask(strict, "Hoe gaat het met Breda volgens Movisie?", (), scope)
    assert answer.declined and answer.reason == "De gekozen rapporten geven hierop geen antwoord."
    assert "Gezocht in 2 rapporten (uitgever Movisie, SCP, tot en met 2019), 2 passages, naar:" in answer.text
    english = ask(strict, "What delays the networks?", (), Scope(reports=frozenset({"stil-b"})))
    assert "Searched 1 report (report stil-b), 1 passage, for:" in english.text


def test_a_name_that_only_other_reports_have_is_unknown_within_the_scope(crowded: Desk) -> None:
    question = "Hoeveel bruggen zijn er in Breda?"
    assert unknown_names(crowded.retriever.find(question, "nl")) == ()
    assert unknown_names(crowded.retriever.find(question, "nl", Scope(reports=frozenset({"stil-a"})))) == ()
    assert unknown_names(crowded.retriever.find(question, "nl", Scope(reports=frozenset({"stil-b"})))) == ("breda",)


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        (Scope(reports=frozenset({"stil-c"})), ["'stil-c'", "stil-a", "stil-b"]),
        (Scope(reports=frozenset({"stil-a", "weg"})), ["'weg'"]),
        (Scope(publishers=frozenset({"Movise"})), ["'Movise'", "Movisie", "SCP", "Gemeente"]),
        (Scope(since=2030), ["2030", "123", "2016–2021"]),
        (Scope(since=2020, until=2018), ["2020", "2018"]),
        (Scope(reports=frozenset({"jaarloos"}), since=1900), ["jaarloos", "1900"]),
    ],
)
def test_a_scope_that_matches_nothing_is_told_with_what_there_is(crowded: Desk, scope: Scope, named: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        ask(crowded, QUESTION, (), scope)
    for message in (refused.value.nl, refused.value.en):
        assert all(name in message for name in named)
        assert len(message) < 500


def test_many_questions_share_one_scope(crowded: Desk) -> None:
    lines = [b'{"id": 1, "question": "Waarom stokt het?"}', b'{"id": 2, "question": "Waar zijn bruggen van?"}']
    rows = list(answer_lines(crowded, lines, Scope(publishers=frozenset({"scp"}))))
    assert [{citation["report"] for citation in row["citations"]} for row in rows] == [{"stil-b"}, {"stil-b"}]


def test_everything_is_the_scope_without_conditions() -> None:
    reports = [Report(f"r{i}", "T", "", year, (), "nl", "", "r.md", "") for i, year in enumerate(("", "2019-01-02"))]
    assert EVERYTHING.choose(reports) == {"r0", "r1"} and EVERYTHING.choose(()) == frozenset()
    assert EVERYTHING.describe("nl") == EVERYTHING.describe("en") == ""
    assert years(reports) == (2019,)
