"""Hybrid retrieval: a question's passages, found by both legs and ranked by one inspectable scorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict

from index.coverage import coverage
from index.gloss import Glosser
from index.glossary import Expander
from index.lexical import Concept
from index.linear import Features, LinearModel
from index.query import Vocabulary, read_concepts
from index.reading import passage_key
from index.snapshot import Snapshot
from index.types import Embedder, Hit, Vectors

CANDIDATES = 100
"""How many passages each leg may put forward."""

PASSAGE_MODEL = Path(__file__).parent / "passage.json"

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Findings:
    """What was found for a question.

    ``rows`` are places in ``snapshot.passages``, best first, with their ``scores`` and ``features`` in the same order.
    ``cosines`` compares the question with every sentence of the snapshot.
    """

    question: str
    language: str
    concepts: tuple[Concept, ...]
    rarities: tuple[float, ...]
    snapshot: Snapshot
    cosines: Numbers
    rows: Rows
    scores: Numbers
    features: Features
    legs: Mapping[str, Mapping[int, int]]

    def hits(self, limit: int) -> tuple[Hit, ...]:
        """The best ``limit`` passages with their ranks."""
        return tuple(
            Hit(
                self.snapshot.passages[row],
                rank,
                float(score),
                {leg: ranks[row] for leg, ranks in self.legs.items() if row in ranks},
            )
            for rank, (row, score) in enumerate(zip(self.rows[:limit].tolist(), self.scores, strict=False), start=1)
        )


class HybridRetriever(BaseRetriever):
    """Finds passages of one snapshot; :meth:`find` gives all that is known, :meth:`invoke` LangChain documents."""

    model_config = ConfigDict(arbitrary_types_allowed=True, ignored_types=(cached_property,))

    snapshot: Snapshot
    embedder: Any
    expander: Expander
    glosser: Glosser
    model: LinearModel
    limit: int = 20

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the snapshot."""
        return Vocabulary(self.snapshot.word_counts, self.snapshot.stem_passages, len(self.snapshot.passages))

    def find(self, question: str, language: str) -> Findings:
        """The passages of a question in ``"nl"`` or ``"en"``, best first."""
        vector = self._vector(question, language)
        concepts = read_concepts(question, language, self.vocabulary, self.expander)
        rarities = tuple(self.vocabulary.rarity(concept) for concept in concepts)
        cosines = (self.snapshot.sentence_vectors @ vector).astype(np.float64)
        dense = self._rows(self.snapshot.dense.search(vector, CANDIDATES))
        lexical = self._rows(self.snapshot.lexical.search(concepts, CANDIDATES))
        rows = self._candidates(dense, lexical, cosines)
        features = self._features(rows, dense, lexical, cosines, concepts, rarities)
        scores = self.model.score(features)
        order = np.argsort(-scores, kind="stable")
        return Findings(
            question=question,
            language=language,
            concepts=concepts,
            rarities=rarities,
            snapshot=self.snapshot,
            cosines=cosines,
            rows=rows[order],
            scores=scores[order],
            features={name: values[order] for name, values in features.items()},
            legs={"dense": _ranks(dense), "lexical": _ranks(lexical)},
        )

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        findings = self.find(query, "nl")
        return [
            Document(
                id=passage_key(hit.passage),
                page_content=hit.passage.text,
                metadata={
                    "report": hit.passage.report_id,
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "page": hit.passage.page,
                    "score": hit.score,
                },
            )
            for hit in findings.hits(self.limit)
        ]

    def _vector(self, question: str, language: str) -> Vectors:
        """The vector of a question, halfway to that of its restatement in the words of Dutch reports."""
        embedder: Embedder = self.embedder
        forms = dict.fromkeys((question, self.glosser.restate(question, language) or question))
        total = embedder.embed_queries(list(forms)).sum(axis=0)
        vector: Vectors = total / np.linalg.norm(total)
        return vector

    def _rows(self, found: Sequence[tuple[str, float]]) -> dict[int, float]:
        return {self.snapshot.passage_rows[key]: score for key, score in found}

    def _candidates(self, dense: Mapping[int, float], lexical: Mapping[int, float], cosines: Numbers) -> Rows:
        """The passages that either leg found, and those that hold one of the nearest sentences, in order of place."""
        nearest = np.argsort(-cosines)[:CANDIDATES]
        rows = {*dense, *lexical, *self.snapshot.sentence_passage[nearest].tolist()}
        return np.array(sorted(rows), dtype=np.intp)

    def _features(
        self,
        rows: Rows,
        dense: Mapping[int, float],
        lexical: Mapping[int, float],
        cosines: Numbers,
        concepts: Sequence[Concept],
        rarities: Sequence[float],
    ) -> Features:
        """The columns that the passage scorer knows, one row for each candidate.

        ``passage``: cosine of the passage (the lowest found where the dense leg did not reach it); ``sentence``: the
        highest cosine of its sentences; ``lexical``: its BM25 score against the best one, in [0, 1]; ``words``: the
        share of the question's concepts in it, by rarity; ``headings``: the same for title and headings.
        """
        floor = min(dense.values(), default=0.0)
        top = max(lexical.values(), default=1.0)
        best_sentence = self.snapshot.best_by_passage(cosines)
        return {
            "passage": np.array([dense.get(row, floor) for row in rows.tolist()]),
            "sentence": best_sentence[rows],
            "lexical": np.array([lexical.get(row, 0.0) / top for row in rows.tolist()]),
            "words": coverage(concepts, rarities, [self.snapshot.passage_stems[row] for row in rows]),
            "headings": coverage(concepts, rarities, [self.snapshot.heading_stems[row] for row in rows]),
        }


def _ranks(found: Mapping[int, float]) -> dict[int, int]:
    return {row: rank for rank, row in enumerate(found, start=1)}
