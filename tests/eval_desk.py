"""A small corpus, a question set over it and a word-matching assistant, for the tests of the evaluation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from assistant.present import answer_to_json
from assistant.types import Answer, Citation
from corpus.types import Passage, Report, Text
from eval.types import Case, Evidence
from index.types import Hit

PLACES = (
    "Ameide Bergeijk Culemborg Doesburg Elburg Franeker Geertruidenberg Harlingen IJlst Joure Kampen Lochem Medemblik "
    "Nijkerk Oirschot Purmerend Ravenstein Schagen Tholen Uithoorn Vianen Wageningen Zaltbommel Appingedam Borculo "
    "Dokkum Enkhuizen Gennep Hattem Kollum Leerdam Montfoort Nieuwkoop Oudewater Putten Raalte Sluis Tiel Urk Veere"
).split()
ELSEWHERE = "Aken Brugge Calais Dover Essen Gent Hannover Keulen Luik Namen Parijs Rome Turijn Venlo Wenen".split()
REPORT = "jaarverslag-2021"


def sentence(place: str, hours: int) -> str:
    return f"De gemeente {place} besteedde {hours} uren aan huishoudelijke ondersteuning."


def make_text() -> Text:
    paragraphs = [f"Inleiding over {p}. {sentence(p, 100 + i)}" for i, p in enumerate(PLACES)]
    return Text(REPORT, "\n\n".join(paragraphs))


def make_cases() -> tuple[Case, ...]:
    known = tuple(
        Case(
            id=f"k-{i:02}",
            lang="nl" if i % 2 else "en",
            question=f"Hoeveel uren ondersteuning gaf {place}?",
            kind="number" if i % 3 else "keyword",
            answerable=True,
            evidence=(Evidence(REPORT, sentence(place, 100 + i)),),
            facts=(f"{100 + i} uren",),
        )
        for i, place in enumerate(PLACES)
    )
    unknown = tuple(
        Case(f"u-{i:02}", "nl", f"Hoeveel uren ondersteuning gaf {place}?", "unanswerable", answerable=False)
        for i, place in enumerate(ELSEWHERE)
    )
    return known + unknown


TEXT = make_text()
CASES = make_cases()
REPORTS = {REPORT: Report(REPORT, "Jaarverslag", "Rekenkamer", "2021", (), "nl", "", "j.md", "")}


def text_of(report_id: str) -> Text:
    return {REPORT: TEXT}[report_id]


def as_json(answer: Answer) -> dict[str, Any]:
    return answer_to_json(answer, REPORTS)


def make_passages() -> tuple[Passage, ...]:
    spans = [match.span() for match in re.finditer(r"[^\n]+", TEXT.content)]
    return tuple(Passage(REPORT, start, end, TEXT.content[start:end]) for start, end in spans)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def make_answer(case: Case) -> Answer:
    """The passage that shares most words with the question, cited as a whole; declined where no name is shared."""
    asked = words(case.question)
    ranked = sorted(make_passages(), key=lambda p: -len(asked & words(p.text)))[:10]
    hits = tuple(Hit(p, rank, len(asked & words(p.text))) for rank, p in enumerate(ranked, start=1))
    best = ranked[0]
    confidence = len(asked & words(best.text)) / len(asked)
    declined = confidence < 0.6
    citations = () if declined else (Citation(1, REPORT, best.start, best.end, best.text, None),)
    text = "Niet gevonden." if declined else f"{best.text} [1]"
    return Answer(
        case.question, case.question, case.lang, text, citations, hits, declined, "", confidence, (), "words", 0.01
    )


Assistant = Callable[[Case], Answer]
