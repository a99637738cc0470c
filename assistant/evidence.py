"""How probable it is that a sentence answers a question: what was found comes in, weighed sentences come out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.intent import is_section_of, read_intent
from corpus.instructions import is_order
from corpus.split import count_words
from corpus.types import Sentence
from index.coverage import coverage
from index.dutch import analyse
from index.linear import Features, LinearModel
from index.retrieve import Findings

EVIDENCE_MODEL = Path(__file__).parent / "evidence.json"
WEIGHED_PASSAGES = 15
"""How many of the best passages have their sentences weighed."""

_FIGURE = re.compile(
    r"\d|\b(twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|twintig|honderd|duizend|helft|kwart|derde"
    r"|procent|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|half|third|percent|hundred"
    r"|thousand)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(doordat|omdat|want|daarom|waardoor|daardoor|hierdoor|reden(en)?|oorza(a)?k(en)?|vanwege|wegens|komt door"
    r"|because|therefore|due to|caus\w*|reasons?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Weighed:
    """A sentence of a passage that was found: its place in the snapshot, that of its passage, and its probability."""

    row: int
    sentence: Sentence
    passage: int
    probability: float


def weigh(findings: Findings, model: LinearModel) -> tuple[Weighed, ...]:
    """The sentences of the best passages with the probability that each is evidence, most probable first.

    Where a question sets several names beside each other ("how do Breda and Ede differ on …"), the sentences about each
    are weighed by themselves, so that the one that has more to say does not silence the other.
    """
    named = frozenset[str]().union(*findings.sides)
    weighed = [w for w in _weigh(findings, model) if w.sentence.report_id not in named]
    weighed += [w for side in findings.sides for w in _weigh(findings.within(side), model)]
    return tuple(sorted(weighed, key=lambda w: -w.probability))


def _weigh(findings: Findings, model: LinearModel) -> list[Weighed]:
    rows, ranks = candidate_sentences(findings)
    if not len(rows):
        return []
    snapshot = findings.snapshot
    probabilities = model.probability(sentence_features(findings, rows, ranks))
    passages = snapshot.sentence_passage[rows]
    return [
        Weighed(row, snapshot.sentences[row], passage, probability)
        for row, passage, probability in zip(rows.tolist(), passages.tolist(), probabilities.tolist(), strict=True)
    ]


def candidate_sentences(findings: Findings) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of all sentences of the best passages, and the rank from 1 of the passage of each.

    Sentences that are, or follow, an order to a language model are evidence of nothing and left out.
    """
    snapshot = findings.snapshot
    ends = np.append(snapshot.first_sentence[1:], len(snapshot.sentences))
    blocks = [
        (np.arange(snapshot.first_sentence[row], ends[row]), rank)
        for rank, row in enumerate(findings.rows[:WEIGHED_PASSAGES].tolist(), start=1)
    ]
    if not blocks:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    rows = np.concatenate([rows for rows, _ in blocks])
    ranks = np.concatenate([np.full(len(rows), rank) for rows, rank in blocks])
    kept = np.array([not _is_order(findings, row) for row in rows.tolist()])
    return rows[kept], ranks[kept]


def _is_order(findings: Findings, row: int) -> bool:
    sentence = findings.snapshot.sentences[row]
    return is_order(findings.snapshot.text(sentence.report_id), sentence.start, sentence.end)


def sentence_features(findings: Findings, rows: NDArray[np.intp], ranks: NDArray[np.intp]) -> Features:
    """The columns that the evidence scorer knows, one row for each sentence.

    ``lead``: the cosine of question and sentence, less the highest of all; ``passage``: the score of its passage less
    the best one's; ``rank``: 1 / rank of its passage; ``nearby``: the share of the question's concepts in it and its
    two neighbours, by rarity; ``figureless``: 1 where the question asks for a number and the sentence has none;
    ``cause``: 1 where the question asks why and the sentence says because; ``long``: the natural logarithm of its
    words; ``question``: 1 where it is itself a question; ``section``: 1 where it stands under a heading that says what
    is asked for.
    """
    snapshot, cosines = findings.snapshot, findings.cosines
    texts = [snapshot.sentences[row].text for row in rows]
    stems = {row: sentence_stems(findings, row) for row in _with_neighbours(rows, len(snapshot.sentences))}
    near = [stems[row] | stems.get(row - 1, frozenset()) | stems.get(row + 1, frozenset()) for row in rows.tolist()]
    intent = read_intent(findings.question)
    return {
        "lead": cosines[rows] - cosines.max(),
        "passage": findings.scores[ranks - 1] - findings.scores[0],
        "rank": 1 / ranks,
        "nearby": coverage(findings.concepts, findings.rarities, near),
        "figureless": np.array([intent == "number" and not _FIGURE.search(text) for text in texts], dtype=float),
        "cause": np.array([intent == "why" and bool(_CAUSE.search(text)) for text in texts], dtype=float),
        "long": np.log([max(count_words(text), 1) for text in texts]),
        "question": np.array([text.rstrip().endswith("?") for text in texts], dtype=float),
        "section": _in_section(findings, rows, intent),
    }


def _in_section(findings: Findings, rows: NDArray[np.intp], intent: str) -> NDArray[np.float64]:
    snapshot = findings.snapshot
    passages = snapshot.sentence_passage[rows]
    headed = {
        row: any(is_section_of(intent, heading) for heading in snapshot.passages[row].headings)
        for row in np.unique(passages).tolist()
    }
    return np.array([headed[row] for row in passages.tolist()], dtype=float)


def _with_neighbours(rows: NDArray[np.intp], total: int) -> list[int]:
    around = np.unique(np.concatenate((rows - 1, rows, rows + 1)))
    inside: list[int] = around[(around >= 0) & (around < total)].tolist()
    return inside


def sentence_stems(findings: Findings, row: int) -> frozenset[str]:
    """The stems of the sentence at a place in the snapshot."""
    sentence = findings.snapshot.sentences[row]
    return _stems_of(sentence.text, findings.snapshot.language(sentence.report_id))


@lru_cache(maxsize=20_000)
def _stems_of(text: str, language: str) -> frozenset[str]:
    return frozenset(analyse(text, language))  # a tenth of a millisecond, and the same passages come back
