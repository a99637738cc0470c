"""Puts the parts together: the only place that names concrete classes.

What only answering needs takes seconds to import, and is imported when a question comes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.language import detect_language
from assistant.settings import Settings
from corpus.errors import IndexMismatch
from corpus.types import Report, Text
from index.dutch import analyse
from index.embed import load_embedder
from index.generation import require_visible
from index.gloss import make_glosser
from index.glossary import read_glossary
from index.lazy import prepare_embedder
from index.linear import LinearModel, read_model
from index.scope import EVERYTHING, Scope
from index.snapshot import Snapshot, open_snapshot
from index.sync import SyncReceipt, index_fingerprint, sync
from index.types import Embedder, Hit, Progress, no_progress
from index.vectors import CachedEmbedder

if TYPE_CHECKING:
    from index.retrieve import HybridRetriever

SEARCH_HITS = 100


class Desk:
    """What a question needs: settings, the fitted models, and a retriever over the visible generation of the index.

    When another process has published a newer generation, the next question is answered from that one.
    """

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self._embedder = embedder
        glossary = read_glossary(settings.glossary)
        self._expander = glossary.expander(analyse)
        self._glosser = make_glosser(glossary)
        self._lock = threading.Lock()
        self._retriever = self._open()

    @property
    def retriever(self) -> HybridRetriever:
        """The retriever over the visible generation."""
        with self._lock:
            if require_visible(self.settings.index) != self._retriever.snapshot.folder:
                self._retriever = self._open()
            return self._retriever

    @cached_property
    def evidence_model(self) -> LinearModel:
        """The scorer of sentences."""
        from assistant.evidence import EVIDENCE_MODEL

        return read_model(EVIDENCE_MODEL)

    @cached_property
    def refusal_model(self) -> LinearModel:
        """The scorer behind refusals."""
        from assistant.refuse import REFUSAL_MODEL

        return read_model(REFUSAL_MODEL)

    @property
    def reports(self) -> Mapping[str, Report]:
        """The reports that can be cited, by id."""
        return self.retriever.snapshot.reports

    @property
    def fingerprint(self) -> str:
        """What the index was made with."""
        return self.retriever.snapshot.fingerprint

    @property
    def corpus_hash(self) -> str:
        """A digest of the reports."""
        return self.retriever.snapshot.corpus_hash

    def text(self, report_id: str) -> Text:
        """The text of a report; raises KeyError for an unknown id."""
        return self.retriever.snapshot.text(report_id)

    def search(self, query: str, scope: Scope = EVERYTHING) -> tuple[Hit, ...]:
        """The passages that come nearest to a query, best first, in the reports within ``scope``.

        Raises:
            UsageError: no report is within the scope.
        """
        return self.retriever.find(query, detect_language(query), scope).hits(SEARCH_HITS)

    def _open(self) -> HybridRetriever:
        from index.retrieve import PASSAGE_MODEL, HybridRetriever

        snapshot = open_index(self.settings)
        require_match(snapshot, self._embedder)
        return HybridRetriever(
            snapshot=snapshot,
            embedder=self._embedder,
            expander=self._expander,
            glosser=self._glosser,
            model=read_model(PASSAGE_MODEL),
        )


def open_index(settings: Settings) -> Snapshot:
    """The visible generation of the index.

    Raises:
        IndexMissing, IndexDamaged: there is none that can be read.
    """
    return open_snapshot(require_visible(settings.index))


def open_desk(settings: Settings, progress: Progress = no_progress, embedder: Embedder | None = None) -> Desk:
    """A desk over the index as it is; ``embedder`` where one is loaded already.

    Raises:
        IndexMissing, IndexDamaged, IndexMismatch: there is no index that fits the settings.
        ModelUnavailable: the embedding model cannot be loaded.
    """
    require_visible(settings.index)
    return Desk(settings, embedder or make_embedder(settings, progress))


def sync_index(
    settings: Settings, rebuild: bool = False, progress: Progress = no_progress, embedder: Embedder | None = None
) -> SyncReceipt:
    """Brings the index in step with the catalogue."""
    return sync(settings.corpus, settings.index, embedder or make_embedder(settings, progress), rebuild, progress)


def make_embedder(settings: Settings, progress: Progress = no_progress) -> CachedEmbedder:
    """The embedder that the settings name, its vectors kept in the index folder; it is loaded when it is needed."""
    embedder = prepare_embedder(settings.embedding_model, settings.cache, progress)
    return CachedEmbedder(embedder, settings.index / "vectors.sqlite")


def load_model(settings: Settings, progress: Progress = no_progress) -> Embedder:
    """The embedding model that the settings name, without any memory."""
    return load_embedder(settings.embedding_model, settings.cache, progress)


def require_match(snapshot: Snapshot, embedder: Embedder) -> None:
    """Raises IndexMismatch where the index was made by another model, cleaner, splitter or analyser."""
    now = index_fingerprint(embedder.fingerprint)
    if snapshot.fingerprint != now:
        raise IndexMismatch(
            nl=f"De index is gemaakt met {snapshot.fingerprint}, maar nu geldt {now}. "
            "Maak hem opnieuw met: wmo sync --rebuild",
            en=f"The index was made with {snapshot.fingerprint}, but now it is {now}. "
            "Make it anew with: wmo sync --rebuild",
        )
