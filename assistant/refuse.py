"""Whether the corpus answers a question at all, and the words of a refusal."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

import numpy as np

from assistant.named import figures_in, names_in
from assistant.present import reference
from assistant.write import shown
from index.linear import Features, LinearModel
from index.retrieve import Findings
from index.snapshot import Snapshot

REFUSAL_MODEL = Path(__file__).parent / "refuse.json"
_CLOSEST = 5
_NEAREST_SHOWN = 3


def probability_answered(findings: Findings, model: LinearModel) -> float:
    """The probability in [0, 1] that the corpus holds an answer; 0 where nothing was found."""
    if not len(findings.rows):
        return 0.0
    return float(model.probability(refusal_features(findings))[0])


def refusal_features(findings: Findings) -> Features:
    """The columns that the refusal knows, one row for the question.

    ``closest``: mean cosine of the five nearest sentences; ``passage``: cosine of the nearest passage;
    ``unknown_figure`` and ``unknown_name``: 1 where the question has a figure, or a name, that no report has.
    """
    known = known_words(findings.snapshot)
    return {
        "closest": np.array([np.sort(findings.cosines)[-_CLOSEST:].mean()]),
        "passage": np.array([findings.features["passage"].max()]),
        "unknown_figure": np.array([float(any(word not in known for word in figures_in(findings.question)))]),
        "unknown_name": np.array([float(any(word not in known for word in names_in(findings.question)))]),
    }


def missing_names(findings: Findings) -> tuple[str, ...]:
    """The names and figures of the question that no report has."""
    known = known_words(findings.snapshot)
    return tuple(w for w in (*names_in(findings.question), *figures_in(findings.question)) if w not in known)


def known_words(snapshot: Snapshot) -> Set[str]:
    """Every word of the corpus, those of titles, authors and publishers included."""
    return snapshot.word_counts.keys() | snapshot.catalogue_words


def write_refusal(findings: Findings) -> tuple[str, str]:
    """The text of a refusal and, on its own, the reason: what was searched, and what came nearest without answering."""
    dutch = findings.language == "nl"
    snapshot = findings.snapshot
    reason = _reason(missing_names(findings), dutch)
    searched = (
        f"Gezocht in {_count(len(snapshot.reports), 'rapport', 'rapporten')}, "
        f"{_count(len(snapshot.passages), 'passage', 'passages')}, naar: “{findings.question}”."
        if dutch
        else f"Searched {_count(len(snapshot.reports), 'report', 'reports')}, "
        f"{_count(len(snapshot.passages), 'passage', 'passages')}, for: “{findings.question}”."
    )
    nearest = [
        " › ".join((reference(snapshot.reports[hit.passage.report_id]), *hit.passage.headings[-1:]))
        for hit in findings.hits(_NEAREST_SHOWN)
    ]
    if not nearest:
        return f"{reason}\n\n{shown(searched)}", reason
    lead = "Het dichtst in de buurt, maar geen antwoord:" if dutch else "Nearest, but not an answer:"
    lines = "\n".join(f"• {shown(line)}" for line in dict.fromkeys(nearest))
    return f"{reason}\n\n{shown(searched)}\n\n{lead}\n{lines}", reason


def _reason(missing: tuple[str, ...], dutch: bool) -> str:
    if not missing:
        return "De rapporten geven hierop geen antwoord." if dutch else "The reports do not answer this."
    named = ", ".join(f"“{shown(word)}”" for word in missing)
    return (
        f"De rapporten geven hierop geen antwoord: {named} komt er niet in voor."
        if dutch
        else f"The reports do not answer this: {named} does not occur in them."
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
