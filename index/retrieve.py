"""Hybrid retrieval: a question's passages, found by both legs and ranked by one inspectable scorer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict

from index.embedded import in_context
from index.gloss import Glosser
from index.glossary import Expander
from index.lexical import Concept
from index.linear import Features, LinearModel
from index.naming import Naming, read_naming
from index.places import is_place, without_places
from index.query import Vocabulary, read_concepts
from index.reading import passage_key
from index.rerank import Reranker
from index.scale import USUAL, Scale
from index.scope import EVERYTHING, Scope
from index.snapshot import Snapshot
from index.types import Embedder, Hit, Judge, Vectors

CANDIDATES = 100
"""How many passages each leg may put forward."""

RERANKED = 30
"""How many of the best passages a reranker reads."""

CANDIDATES_NAMED = 20
"""How many sentences of the reports that a question names are looked at beside those."""

OUTSIDE = -np.inf
"""What stands for the cosine of a sentence in a report that is not searched: less than any."""

PASSAGE_MODEL = Path(__file__).parent / "passage.json"

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Findings:
    """What was found for a question.

    ``rows`` are places in ``snapshot.passages``, best first, with their ``features`` in the same order. ``scores`` fall
    with the rank: they are the scorer's own, also where a reranker put other passages in their place.
    ``reports`` are the ids of those that were searched. ``cosines`` compares the question with every sentence of the
    snapshot; those of a report that was not searched are ``OUTSIDE``. ``closeness`` is the same by the vector that lies
    near a sentence only where that answers the question. ``sides`` are the ids of the reports of each of several names
    that the question sets beside each other.
    """

    question: str
    language: str
    concepts: tuple[Concept, ...]
    rarities: tuple[float, ...]
    snapshot: Snapshot
    scope: Scope
    reports: frozenset[str]
    cosines: Numbers
    closeness: Numbers
    rows: Rows
    scores: Numbers
    features: Features
    legs: Mapping[str, Mapping[int, int]]
    sides: tuple[frozenset[str], ...] = ()

    def within(self, reports: frozenset[str]) -> Findings:
        """What was found in these reports, as if no other had been searched."""
        inside = np.array([self.snapshot.passages[row].report_id in reports for row in self.rows.tolist()], dtype=bool)
        return replace(
            self,
            reports=self.reports & reports,
            cosines=np.where(self.snapshot.sentences_of(reports), self.cosines, OUTSIDE),
            closeness=np.where(self.snapshot.sentences_of(reports), self.closeness, OUTSIDE),
            rows=self.rows[inside],
            scores=self.scores[inside],
            features={name: values[inside] for name, values in self.features.items()},
            sides=(),
        )

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
    scale: Scale = USUAL
    judge: Any = None
    reranker: Any = None
    limit: int = 20

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the snapshot."""
        return Vocabulary(self.snapshot.word_counts, self.snapshot.stem_passages, len(self.snapshot.passages))

    @cached_property
    def naming(self) -> Naming:
        """What the reports of the snapshot are called."""
        return read_naming(self.snapshot.reports.values())

    def find(self, question: str, language: str, scope: Scope = EVERYTHING) -> Findings:
        """The passages of a question in ``"nl"`` or ``"en"``, best first, in the reports within ``scope``.

        Raises:
            UsageError: no report is within the scope.
        """
        reports = scope.choose(tuple(self.snapshot.reports.values()))
        only = None if scope == EVERYTHING else reports
        asked, about = self._without_places(question, language)
        ranking, judging = self._embed(list(dict.fromkeys((question, asked))), language)
        concepts = read_concepts(question, language, self.vocabulary, self.expander)
        rarities = tuple(self.vocabulary.rarity(concept) for concept in concepts)
        inside = None if only is None else self.snapshot.sentences_of(reports)
        plain = self._compare(ranking, about, inside)
        cosines = self.scale.usual(plain)
        closeness = self.scale.judged(plain) if judging is None else self._compare(judging, about, inside)
        found = self._rows(self.snapshot.dense.search(ranking[0], CANDIDATES, only))
        dense = dict(zip(found, self.scale.usual(np.array([*found.values()])).tolist(), strict=True))
        lexical = self._rows(self.snapshot.lexical.search(concepts, CANDIDATES, only))
        named = self.naming.named(question, self.snapshot.mentioning)
        rows = self._candidates(dense, lexical, cosines, named)
        features = self._features(rows, dense, lexical, cosines, named)
        scores = self.model.score(features)
        order = np.argsort(-scores, kind="stable")
        scores = scores[order]
        order = self._reranked(question, rows, order)
        return Findings(
            question=question,
            language=language,
            concepts=concepts,
            rarities=rarities,
            snapshot=self.snapshot,
            scope=scope,
            reports=reports,
            cosines=cosines,
            closeness=closeness,
            rows=rows[order],
            scores=scores,
            features={name: values[order] for name, values in features.items()},
            legs={"dense": _ranks(dense), "lexical": _ranks(lexical)},
            sides=self.naming.sides(question, language),
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

    def forms(self, question: str, language: str) -> tuple[str, str]:
        """What a question is about, in its own words and restated in those of Dutch reports."""
        topic = self.naming.topic(question)
        return topic, self.glosser.restate(topic, language) or topic

    def _forms_to_embed(self, question: str, language: str) -> list[str]:
        """The forms of a question whose mean is its vector; the first alone judges.

        A Dutch question keeps its own words in its restatement. An English one is put over word by word, which loses
        some of it, so its vector lies halfway between both forms.
        """
        forms = self.forms(question, language)
        return list(dict.fromkeys(forms if language == "en" else forms[1:]))

    def _without_places(self, question: str, language: str) -> tuple[str, frozenset[str]]:
        """What a question asks of the reports about the places that it names, and the ids of those reports."""
        places = {
            name: called
            for name, called in self.naming.names(question).items()
            if any(is_place(name, self.snapshot.head(report_id)) for report_id in called)
        }
        return without_places(question, language, places), frozenset[str]().union(*places.values())

    def _embed(self, questions: Sequence[str], language: str) -> tuple[Vectors, Vectors | None]:
        """A vector of each question that ranks, and one that judges where there is a model for that."""
        embedder: Embedder = self.embedder
        judge: Judge | None = self.judge
        forms = [self._forms_to_embed(question, language) for question in questions]
        every = [form for some in forms for form in some]
        if judge is None:
            found, judging = embedder.embed_queries(every), None
        else:
            found, judging = judge.embed_both_ways(every, [some[0] for some in forms])
        ends = np.cumsum([len(some) for some in forms])[:-1]
        return np.stack([_mean(some) for some in np.split(found, ends)]), judging

    def _compare(self, vectors: Vectors, about: Collection[str], inside: NDArray[np.bool_] | None) -> Numbers:
        """The cosine of each sentence with the question; ``OUTSIDE`` for those that are not ``inside``.

        It is that of the last vector in the reports ``about`` a place, and else of the first: a sentence of such a
        report answers without naming the place, and one of another report has to name it.
        """
        cosines = self._cosines(vectors[0])
        if about:
            cosines = np.where(self.snapshot.sentences_of(about), self._cosines(vectors[-1]), cosines)
        return cosines if inside is None else np.where(inside, cosines, OUTSIDE)

    def _cosines(self, vector: Vectors) -> Numbers:
        cosines: Numbers = np.einsum("sd,d->s", self.snapshot.sentence_vectors, vector).astype(np.float64)
        return cosines

    def _reranked(self, question: str, rows: Rows, order: Rows) -> Rows:
        """The order with its first passages in that of the reranker, where there is one."""
        reranker: Reranker | None = self.reranker
        first = order[:RERANKED]
        if reranker is None or not len(first):
            return order
        passages = [self.snapshot.passages[row] for row in rows[first].tolist()]
        texts = [in_context(self.snapshot.reports[passage.report_id], passage) for passage in passages]
        best = np.argsort(-reranker.score(question, texts), kind="stable")
        return np.concatenate((first[best], order[RERANKED:]))

    def _rows(self, found: Sequence[tuple[str, float]]) -> dict[int, float]:
        return {self.snapshot.passage_rows[key]: score for key, score in found}

    def _candidates(
        self, dense: Mapping[int, float], lexical: Mapping[int, float], cosines: Numbers, named: Mapping[str, float]
    ) -> Rows:
        """The passages that either leg found, and those that hold one of the nearest sentences, in order of place.

        The nearest sentences of the reports that the question names are among them, however near others are.
        """
        nearest = [_nearest(cosines, CANDIDATES)]
        if named:
            nearest.append(_nearest(np.where(self.snapshot.sentences_of(named), cosines, OUTSIDE), CANDIDATES_NAMED))
        sentences = self.snapshot.sentence_passage[np.concatenate(nearest)]
        return np.array(sorted({*dense, *lexical, *sentences.tolist()}), dtype=np.intp)

    def _features(
        self,
        rows: Rows,
        dense: Mapping[int, float],
        lexical: Mapping[int, float],
        cosines: Numbers,
        named: Mapping[str, float],
    ) -> Features:
        """The columns that the passage scorer knows, one row for each candidate.

        ``passage``: cosine of the passage (the lowest found where the dense leg did not reach it); ``sentence``: the
        highest cosine of its sentences; ``lexical``: its BM25 score against the best one, in [0, 1]; ``named``: how far
        the question names its report.
        """
        floor = min(dense.values(), default=0.0)
        top = max(lexical.values(), default=1.0)
        best_sentence = self.snapshot.best_by_passage(cosines)
        return {
            "passage": np.array([dense.get(row, floor) for row in rows.tolist()]),
            "sentence": best_sentence[rows],
            "lexical": np.array([lexical.get(row, 0.0) / top for row in rows.tolist()]),
            "named": np.array([named.get(self.snapshot.passages[row].report_id, 0.0) for row in rows.tolist()]),
        }


def _nearest(cosines: Numbers, limit: int) -> Rows:
    """The places of the highest cosines, highest first, without those of sentences that are not searched."""
    nearest = np.argsort(-cosines)[:limit]
    inside: Rows = nearest[cosines[nearest] > OUTSIDE]
    return inside


def _mean(vectors: Vectors) -> Vectors:
    """The direction halfway between vectors, of length 1."""
    total = vectors.sum(axis=0)
    mean: Vectors = total / np.linalg.norm(total)
    return mean


def _ranks(found: Mapping[int, float]) -> dict[int, int]:
    return {row: rank for rank, row in enumerate(found, start=1)}
