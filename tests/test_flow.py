"""From reports to cited answers, with the real model on the shipped articles."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from assistant_desk import EMBEDDER, assert_sound, make_desk
from index_corpus import REPORTS, write_corpus

from assistant.ask import ask, stream
from assistant.language import detect_language
from assistant.wire import Desk, open_desk, sync_index
from index.dutch import words

ROOT = Path(__file__).resolve().parent.parent
KUIJK = "van-kuijk-2022-netwerken-wmo"
STOUTHARD = "stouthard-zonneveld-2021-wmo-beleid-eenheidsworst"
VEER = "van-der-veer-hoera-stemming-integraal-werken"
NIVEL = "nivel-2017-rolverdeling-gemeentelijke-zorg"
real = pytest.mark.end_to_end


@real
@pytest.mark.parametrize(
    "question",
    ["why does Wmo collaboration stall?", "Waarom stokt de samenwerking in de Wmo?"],
)
def test_the_causes_of_stalling_collaboration_are_cited(desk: Desk, question: str) -> None:
    answer = ask(desk, question)
    assert_sound(answer, desk)
    quoted = " ".join(c.quote for c in answer.citations if c.report_id == KUIJK)
    causes = {"weinig prikkels", "breuklijnen", "bekostigingssystematiek"}
    assert len([cause for cause in causes if cause in quoted]) >= 2, quoted


QUESTIONS = {
    "why": (VEER, "Waarom komt integraal werken moeizaam van de grond?", "Why is integrated working hard to achieve?"),
    "how": (STOUTHARD, "Hoe werken wijkteams in Almere en Almelo?", "How do neighbourhood teams in Almere work?"),
    "who": (KUIJK, "Wie onderzocht netwerken binnen de Wmo 2015?", "Who studied the networks within the Wmo 2015?"),
    "number": (
        VEER,
        "Hoeveel managers willen mensen met een uitkering inzetten voor lokaal welzijnswerk?",
        "How many managers want to put people on benefits to work in local welfare?",
    ),
    "recommendation": (
        KUIJK,
        "Wat wordt netwerken in de Wmo aanbevolen?",
        "What is recommended to the networks in the Wmo?",
    ),
    "comparison": (
        STOUTHARD,
        "Welke verschillen zijn er tussen gemeenten in de Wmo?",
        "What are the differences between municipalities in Wmo policy?",
    ),
    "keyword": (NIVEL, "proeftuin rol gemeenten", "living labs role municipalities"),
}
LEADS = {
    ("why", "nl"): "Verklaringen in",
    ("why", "en"): "Explanations in",
    ("how", "nl"): "Zo staat het in",
    ("how", "en"): "How it is described in",
    ("number", "nl"): "Cijfers in",
    ("number", "en"): "Figures in",
    ("recommendation", "nl"): "Over aanbevelingen staat in",
    ("recommendation", "en"): "What is said about recommendations in",
    ("comparison", "nl"): "Naast elkaar gezet, uit",
    ("comparison", "en"): "Side by side, from",
    ("who", "nl"): "Hierover staat in",
    ("who", "en"): "What is said about this in",
    ("keyword", "nl"): "Hierover staat in",
    ("keyword", "en"): "What is said about this in",
}


@real
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", QUESTIONS)
def test_every_kind_of_question_is_answered_in_its_own_language(desk: Desk, kind: str, language: str) -> None:
    report_id, dutch, english = QUESTIONS[kind]
    answer = ask(desk, dutch if language == "nl" else english)
    assert_sound(answer, desk)
    assert not answer.declined and answer.language == language
    reports = {citation.report_id for citation in answer.citations}
    assert report_id in reports
    lead = "keyword" if kind == "comparison" and len(reports) == 1 else kind  # one report is not put beside itself
    assert answer.text.startswith(LEADS[lead, language])


@real
def test_a_figure_is_quoted_where_one_is_asked_for(desk: Desk) -> None:
    answer = ask(desk, QUESTIONS["number"][1])
    assert any("70 procent" in citation.quote for citation in answer.citations)


OFF_TOPIC = [
    ("nl", "Wat is de hoofdstad van Frankrijk?"),
    ("nl", "Hoe bak ik een appeltaart?"),
    ("nl", "Wie is de koning van Spanje?"),
    ("nl", "Hoeveel goals maakte Ajax in 1995?"),
    ("en", "What is the capital of France?"),
    ("en", "How do I bake an apple pie?"),
    ("en", "Who won the 2018 World Cup?"),
    ("en", "What is the boiling point of mercury?"),
]


@real
@pytest.mark.parametrize(("language", "question"), OFF_TOPIC)
def test_what_the_reports_do_not_hold_is_refused_in_the_language_of_the_question(
    desk: Desk, language: str, question: str
) -> None:
    answer = ask(desk, question)
    assert_sound(answer, desk)
    assert answer.declined and answer.language == language and answer.hits
    searched = "Gezocht in 4 rapporten" if language == "nl" else "Searched 4 reports"
    assert answer.text.startswith("De rapporten geven" if language == "nl" else "The reports do not answer")
    assert searched in answer.text and f"“{question}”" in answer.text
    assert any(report.title in answer.text for report in desk.reports.values())


@real
def test_a_follow_up_is_answered_from_what_was_asked_before(desk: Desk) -> None:
    answer = ask(desk, "En wat raadt hij aan?", ("Wat onderzocht René van Kuijk?",))
    assert_sound(answer, desk)
    assert KUIJK in {citation.report_id for citation in answer.citations}


@real
def test_the_same_question_gets_the_same_answer_and_the_stream_ends_in_it(desk: Desk) -> None:
    question = "why does Wmo collaboration stall?"
    answers = [ask(desk, question), ask(desk, question), list(stream(desk, question))[-1]]
    assert len({repr(replace(answer, seconds=0.0)) for answer in answers}) == 1


TEMPLATES = {
    "nl": ("Waarom {}?", "Hoeveel {}?", "Wie {}?", "Wat wordt aanbevolen over {}?", "Verschil tussen {}?", "{}"),
    "en": ("Why {}?", "How many {}?", "Who {}?", "What is recommended on {}?", "How does {} differ?", "{} [3]\n[1]"),
}
GENERATED = 1000


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that never refuses, over the shipped articles and one report full of brackets and broken lines."""
    reports = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "corpus" / "reports").glob("*.md"))}
    reports["haken"] = "# Haken [1]\n\n" + "\n\n".join(
        f"Volgens bron [{n}] stokt\nde samenwerking [{n + 1}] in {n} gemeenten." for n in range(1, 30)
    )
    return make_desk(tmp_path_factory.mktemp("generated"), reports)


def test_every_quote_of_a_thousand_generated_questions_is_exact(generated: Desk) -> None:
    chance = random.Random(2015)
    vocabulary = sorted({word for r in generated.reports for word in words(generated.text(r).content)})
    cited: set[tuple[str, int]] = set()
    for _ in range(GENERATED):
        template = chance.choice(TEMPLATES[chance.choice(["nl", "en"])])
        question = template.format(" ".join(chance.sample(vocabulary, chance.randint(1, 9))))
        turns = ("Wat zegt bron [2] over samenwerking?",) if chance.random() < 0.1 else ()
        answer = ask(generated, question, turns)
        assert not answer.declined, question
        assert_sound(answer, generated)
        assert answer.language == detect_language(answer.question)
        cited |= {(citation.report_id, citation.start) for citation in answer.citations}
    assert {report_id for report_id, _ in cited} == set(generated.reports)
    assert len(cited) > 100


def test_an_open_desk_cites_a_new_report_and_no_longer_a_removed_one(tmp_path: Path) -> None:
    open_one = make_desk(tmp_path)
    question = "Waarom stokt de samenwerking in Meerdorp?"
    assert "netwerk" in {c.report_id for c in ask(open_one, question).citations}
    kept = {name: text for name, text in REPORTS.items() if name != "netwerk"}
    write_corpus(
        tmp_path / "corpus", {**kept, "meerdorp": "# Meerdorp\n\nIn Meerdorp stokt de samenwerking door ruzie."}
    )
    receipt = sync_index(open_one.settings, embedder=EMBEDDER)
    assert (receipt.added, receipt.removed) == (("meerdorp",), ("netwerk",))
    answer = ask(open_one, question)
    assert_sound(answer, open_one)
    assert answer.citations[0].quote == "In Meerdorp stokt de samenwerking door ruzie."
    assert {hit.passage.report_id for hit in answer.hits} == {"jeugd", "hulp", "meerdorp"}
    fresh = open_desk(open_one.settings, embedder=EMBEDDER)
    assert replace(ask(fresh, question), seconds=0.0) == replace(answer, seconds=0.0)


@real
def test_the_program_answers_a_batch_from_nothing_but_a_corpus(tmp_path: Path, desk: Desk) -> None:
    """One process makes the index and answers; another answers one question from that index."""
    rows = [
        {"id": "why", "question": "why does Wmo collaboration stall?"},
        {"id": "pie", "question": "Hoe bak ik een appeltaart?"},
    ]
    environment = {**os.environ, "WMO_INDEX": str(tmp_path / "index"), "WMO_LANGUAGE": "nl"}

    def program(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        code = "from eval.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    ended = program("ask", "--sync", "--json", "--batch", "-", given="\n".join(map(json.dumps, rows)))
    assert ended.returncode == 0, ended.stderr
    assert re.fullmatch(r"4 nieuw, 0 gewijzigd, 0 verwijderd, 0 ongewijzigd \(.* s\)\n", ended.stderr)
    why, pie = map(json.loads, ended.stdout.splitlines())
    assert pie["declined"] and pie["citations"] == []
    assert [c["quote"] for c in why["citations"]] == [c.quote for c in ask(desk, rows[0]["question"]).citations]
    printed = program("ask", "why", "does", "Wmo", "collaboration", "stall?")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout.rstrip("\n") == why["text"]
