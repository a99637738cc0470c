"""Whether the corpus answers a question at all, and the words of a refusal."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

import numpy as np

from assistant.command import is_command
from assistant.evidence import WEIGHED_PASSAGES, candidate_sentences, sentence_stems
from assistant.present import reference
from assistant.write import shown
from corpus.instructions import is_instruction
from corpus.types import Passage
from index.coverage import coverage
from index.linear import Features, LinearModel
from index.named import figures_in, is_headline, match_name, names_in
from index.retrieve import OUTSIDE, Findings
from index.scope import EVERYTHING

REFUSAL_MODEL = Path(__file__).parent / "refuse.json"
_CLOSEST = 5
_EVERY_WORD = 0.999
_COVERED = 0.9  # of such questions in the articles' and the practice corpus's sets, 9 of 10 have an answer
_NEAREST_SHOWN = 3


def probability_answered(findings: Findings, model: LinearModel) -> float:
    """The probability in [0, 1] that the corpus holds an answer: the model's, within :func:`bounds`."""
    least, most = bounds(findings)
    return min(max(float(model.probability(refusal_features(findings))[0]), least), most) if most else 0.0


def bounds(findings: Findings) -> tuple[float, float]:
    """The least and the most that the probability may be, whatever the model says.

    It is 0 where nothing was found, or nothing was asked, and high where a sentence has every word of the question.
    """
    if not len(findings.rows) or not findings.concepts or is_command(findings.question):
        return 0.0, 0.0
    return (_COVERED, 1.0) if is_covered(findings) else (0.0, 1.0)


def is_covered(findings: Findings) -> bool:
    """Whether one sentence of the best passages has every word of the question that means something."""
    passages = [findings.snapshot.passage_stems[row] for row in findings.rows[:WEIGHED_PASSAGES].tolist()]
    if not (coverage(findings.concepts, findings.rarities, passages) > _EVERY_WORD).any():
        return False  # no passage has them all, and so no sentence
    rows, _ = candidate_sentences(findings)
    stems = [sentence_stems(findings, row) for row in rows.tolist()]
    return bool((coverage(findings.concepts, findings.rarities, stems) > _EVERY_WORD).any())


def refusal_features(findings: Findings) -> Features:
    """The columns that the refusal knows, one row for the question.

    ``closest``: mean closeness of the five nearest sentences; ``unknown_figure`` and ``unknown_name``: 1 where the
    question has a figure, or a name, that no report has.
    """
    names, figures = unknown_names(findings), unknown_figures(findings)
    searched = findings.closeness[findings.closeness > OUTSIDE]
    return {
        "closest": np.array([np.sort(searched)[-_CLOSEST:].mean()]),
        "unknown_figure": np.array([float(bool(figures))]),
        "unknown_name": np.array([float(bool(names))]),
    }


def unknown_names(findings: Findings) -> tuple[str, ...]:
    """The names of the question that no report that was searched has.

    A word of the field with a capital ("the Participation Act") is none, and neither is any word of a headline.
    """
    if is_headline(findings.question):
        return ()
    known = known_words(findings)
    terms = {concept.source for concept in findings.concepts if concept.is_term}
    names = (name for name in names_in(findings.question) if name not in terms)
    return tuple(name for name in names if match_name(name, known) is None)


def unknown_figures(findings: Findings) -> tuple[str, ...]:
    """The figures of the question that no report that was searched has."""
    known = known_words(findings)
    return tuple(figure for figure in figures_in(findings.question) if figure not in known)


def known_words(findings: Findings) -> Set[str]:
    """Every word of the reports that were searched, those of titles, authors and publishers included."""
    snapshot = findings.snapshot
    if findings.scope == EVERYTHING:
        return snapshot.word_counts.keys() | snapshot.catalogue_words
    return frozenset[str]().union(*(snapshot.words_of(report_id) for report_id in findings.reports))


def write_refusal(findings: Findings) -> tuple[str, str]:
    """The text of a refusal and, on its own, the reason: what was searched, and what came nearest without answering."""
    dutch = findings.language == "nl"
    snapshot = findings.snapshot
    reason = _reason(findings)
    passages = sum(len(snapshot.readings[report_id].passages) for report_id in findings.reports)
    within = findings.scope.describe(findings.language)
    searched = (
        f"Gezocht in {_count(len(findings.reports), 'rapport', 'rapporten')}"
        f"{f' ({within})' if within else ''}, "
        f"{_count(passages, 'passage', 'passages')}, naar: “{findings.question}”."
        if dutch
        else f"Searched {_count(len(findings.reports), 'report', 'reports')}"
        f"{f' ({within})' if within else ''}, "
        f"{_count(passages, 'passage', 'passages')}, for: “{findings.question}”."
    )
    nearest = [
        " › ".join((reference(snapshot.reports[hit.passage.report_id]), *_last_heading(hit.passage)))
        for hit in findings.hits(_NEAREST_SHOWN)
    ]
    if not nearest:
        return f"{reason}\n\n{shown(searched)}", reason
    lead = "Het dichtst in de buurt, maar geen antwoord:" if dutch else "Nearest, but not an answer:"
    lines = "\n".join(f"• {shown(line)}" for line in dict.fromkeys(nearest))
    return f"{reason}\n\n{shown(searched)}\n\n{lead}\n{lines}", reason


def without_nearest(text: str) -> str:
    """The text of a refusal without the list of what came nearest, for where that is shown in another way."""
    return "\n\n".join(text.split("\n\n")[:2])


def _last_heading(passage: Passage) -> tuple[str, ...]:
    """The heading right above a passage, where it has one that speaks to its readers."""
    return tuple(heading for heading in passage.headings[-1:] if not is_instruction(heading))


def _reason(findings: Findings) -> str:
    dutch = findings.language == "nl"
    if is_command(findings.question):
        return (
            "Dit is een opdracht aan het programma, geen vraag over de rapporten."
            if dutch
            else "This is an order to the program, not a question about the reports."
        )
    if not findings.concepts:
        return (
            "Deze vraag zegt niet waarover. Noem een onderwerp, bijvoorbeeld: waarom stokt de samenwerking in de Wmo?"
            if dutch
            else "This question does not say what about. Name a subject, for example: why does Wmo collaboration stall?"
        )
    missing = (*unknown_names(findings), *unknown_figures(findings))
    if findings.scope == EVERYTHING:
        reports = "De rapporten" if dutch else "The reports"
    else:
        reports = "De gekozen rapporten" if dutch else "The chosen reports"
    if not missing:
        return f"{reports} geven hierop geen antwoord." if dutch else f"{reports} do not answer this."
    named = ", ".join(f"“{shown(word)}”" for word in missing)
    one = len(missing) == 1
    return (
        f"{reports} geven hierop geen antwoord: {named} {'komt' if one else 'komen'} er niet in voor."
        if dutch
        else f"{reports} do not answer this: {named} {'does' if one else 'do'} not occur in them."
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
