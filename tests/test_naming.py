from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from assistant_desk import EMBEDDER, make_desk

from assistant.wire import open_desk, sync_index
from corpus.catalogue import COLUMNS, read_catalogue
from corpus.types import Report
from eval.cases import read_cases
from index.naming import Naming, read_naming

PRACTICE = Path(__file__).parent.parent / "eval" / "practice"
TITLES = {
    "kuijk": ("Samenwerking komt niet van de grond", "Tilburg University", "2022-05-09", ("René van Kuijk",)),
    "movisie": ("Wat werkt bij Eén Deur", "Movisie", "2019", ()),
    "leer": ("Leerplichtwet 1969", "Rijksoverheid", "2015", ()),
    "breda": ("Samen in Breda", "Gemeente Breda", "2021", ("Eva de Boer",)),
    "jaarloos": ("Zonder jaar", "", "", ()),
}


def make_report(report_id: str, title: str, publisher: str, published: str, authors: tuple[str, ...]) -> Report:
    return Report(report_id, title, publisher, published, authors, "nl", "", f"{report_id}.md", "")


@pytest.fixture(scope="module")
def naming() -> Naming:
    return read_naming(make_report(report_id, *facts) for report_id, facts in TITLES.items())


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Wat is een netwerk?", {}),
        ("Waarom stokt samenwerking volgens Van Kuijk?", {"kuijk": 1.0}),
        ("waarom stokt samenwerking volgens van kuijk?", {"kuijk": 1.0}),
        ("Why does it stall, according to Van Kuijk?", {"kuijk": 1.0}),
        ("why does it stall, according to van kuijk?", {"kuijk": 1.0}),
        ("wat staat er in het rapport van movisie?", {"movisie": 1.0}),
        ("Hoe gaat het in Breda?", {"breda": 1.0}),
        ("Hoe gaat het in de Bredase wijken?", {"breda": 1.0}),
        ("Wat zegt Eva De Boer daarover?", {"breda": 1.0}),
        ("Wanneer mag dat volgens de Leerplichtwet?", {"leer": 1.0}),
        ("Wat vond men in Tilburg en in Breda?", {"kuijk": 1.0, "breda": 1.0}),
        ("Wat zeggen rapporten uit 2019?", {"movisie": 1.0}),
        ("What do reports published in 2022 say?", {"kuijk": 1.0}),
        ("Wat is er sinds 2021 veranderd?", {"breda": 1.0, "kuijk": 1.0}),
        ("Hoeveel mensen waren er in 2019?", {}),
        ("Wat staat er in het rapport uit 2019 over Breda?", {"breda": 0.5, "movisie": 0.5}),
        ("Wat schreef Van Kuijk in het artikel uit 2022?", {"kuijk": 1.0}),
        ("Wie won de Tour de France?", {}),
    ],
)
def test_reports_are_named_by_author_publisher_title_and_year(
    naming: Naming, question: str, expected: Mapping[str, float]
) -> None:
    assert naming.named(question, lambda _: frozenset()) == expected


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Waarom stokt het volgens Van Kuijk?", "Waarom stokt het?"),
        ("Volgens de Leerplichtwet 1969: wanneer mag dat?", "wanneer mag dat?"),
        ("According to Van Kuijk and Movisie, why does it stall?", "why does it stall?"),
        ("Hoe moet dat volgens Eén deur en volgens mij?", "Hoe moet dat volgens Eén deur en volgens mij?"),
        ("volgens Van Kuijk?", "volgens Van Kuijk?"),
        ("Wat staat er volgens de wet?", "Wat staat er volgens de wet?"),
        ("", ""),
    ],
)
def test_what_a_question_is_about_leaves_out_the_source_it_names(naming: Naming, question: str, topic: str) -> None:
    assert naming.topic(question) == topic


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("Wat vinden Van Kuijk en de gemeente Breda van regie?", "nl", [{"breda"}, {"kuijk"}]),
        ("Is regie in Breda beter geregeld dan volgens movisie nodig is?", "nl", [{"breda"}, {"movisie"}]),
        ("How do the Leerplichtwet and Movisie differ?", "en", [{"leer"}, {"movisie"}]),
        ("Noemen de leerplichtwet 1969 en samen in breda een termijn?", "nl", [{"breda"}, {"leer"}]),
        ("Wat zegt Van Kuijk over Breda?", "nl", []),  # one speaks of the other
        ("Wat zeggen Eva de Boer en de gemeente Breda?", "nl", []),  # two names of one report
        ("Wat zeggen Movisie en Utrecht?", "nl", []),  # no report is called Utrecht
        ("Wat zijn regie en samenwerking?", "nl", []),
    ],
)
def test_names_that_a_question_sets_beside_each_other_are_its_sides(
    naming: Naming, question: str, language: str, expected: list[set[str]]
) -> None:
    assert [set(side) for side in naming.sides(question, language)] == expected


def test_a_catalogue_without_names_names_nothing() -> None:
    naming = read_naming([make_report("leeg", "", "", "", ())])
    assert naming.topic("Wat is er volgens de wet?") == "Wat is er volgens de wet?"
    assert naming.named("Wat is er volgens de wet?", lambda _: frozenset()) == {}


def test_a_name_that_others_mention_counts_for_less(naming: Naming) -> None:
    assert naming.named("Hoe gaat het in Breda?", lambda _: {"breda", "kuijk", "leer"}) == {"breda": 1 / 3}
    assert naming.named("Wat meldt de gemeente Breda?", lambda _: {"breda", "kuijk", "leer"}) == {"breda": 1.0}


def test_every_named_case_of_the_practice_set_names_its_report() -> None:
    naming = read_naming(read_catalogue(PRACTICE))
    cases = read_cases(PRACTICE / "named.jsonl")
    assert len(cases) >= 20
    for case in cases:
        named = naming.named(case.question, lambda _: frozenset())
        best = max(named.values(), default=0.0)
        assert case.evidence[0].report_id in {name for name, share in named.items() if share == best}, case.question


def test_the_named_report_comes_first_among_equals_and_hides_nothing(tmp_path: Path) -> None:
    reports = dict.fromkeys((f"rapport-{i}" for i in range(9)), "# Rapport\n\nDe samenwerking in het netwerk stokt.")
    settings = make_desk(tmp_path, reports).settings
    rows = [",".join(COLUMNS)]
    rows += [f"{name},Rapport,{'Movisie' if name == 'rapport-7' else 'SCP'},2021,,nl,,{name}.md" for name in reports]
    (settings.corpus / "catalogue.csv").write_text("\n".join(rows) + "\n", "utf-8")
    sync_index(settings, embedder=EMBEDDER)
    retriever = open_desk(settings, embedder=EMBEDDER).retriever
    named = retriever.find("Waarom stokt de samenwerking volgens Movisie?", "nl")
    assert named.hits(1)[0].passage.report_id == "rapport-7"
    assert {hit.passage.report_id for hit in named.hits(20)} == set(reports)
    assert sorted(named.features["named"].tolist()) == [0.0] * 8 + [1.0]
    assert not retriever.find("Waarom stokt de samenwerking?", "nl").features["named"].any()
