"""Puts the parts together: the only place that names concrete classes.

What only answering needs takes seconds to import, and is imported when a question comes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.language import detect_language
from assistant.models import require_package
from assistant.settings import Settings
from corpus.errors import IndexDamaged, IndexMismatch, UserError
from corpus.types import Report, Text
from index.dutch import analyse
from index.embed import DEFAULT_MODEL, load_embedder
from index.generation import require_visible
from index.gloss import make_glosser
from index.glossary import read_glossary
from index.lazy import prepare_embedder
from index.linear import LinearModel, read_model
from index.models import choose_model, chosen_model
from index.rerank import Reranker, load_reranker
from index.scale import USUAL, measure_scale
from index.scope import EVERYTHING, Scope
from index.snapshot import Snapshot, open_snapshot
from index.sync import SyncReceipt, index_fingerprint, sync
from index.types import Embedder, Hit, Progress, no_progress
from index.vectors import CachedEmbedder

if TYPE_CHECKING:
    from assistant.models import Chat
    from index.retrieve import Findings, HybridRetriever

SEARCH_HITS = 100


class Desk:
    """What a question needs: settings, the fitted models, and a retriever over the visible generation of the index.

    When another process has published a newer generation, the next question is answered from that one.
    """

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        glossary = read_glossary(settings.glossary)
        self._expander = glossary.expander(analyse)
        self._glosser = make_glosser(glossary)
        self._reranker = make_reranker(settings)
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

    @cached_property
    def chat(self) -> Chat | None:
        """The chat model that the settings name, opened; None where they name none.

        Raises:
            ModelUnavailable: it cannot be opened.
        """
        if not self.settings.chat_model:
            return None
        from assistant.models import open_chat
        from assistant.statements import SCHEMA

        return open_chat(self.settings, SCHEMA)

    @property
    def reports(self) -> Mapping[str, Report]:
        """The reports that can be cited, by id; where the index cannot be read any more, those that it last held."""
        try:
            return self.retriever.snapshot.reports
        except UserError:
            return self._retriever.snapshot.reports

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
        return self.find(query, scope).hits(SEARCH_HITS)

    def find(self, query: str, scope: Scope = EVERYTHING, language: str = "") -> Findings:
        """As ``search``, with the snapshot of the index in which they were found; ``language`` where it is known.

        Where a report is removed meanwhile, and the snapshot with it, the search begins again in the one that is left.

        Raises:
            UsageError: no report is within the scope.
            IndexDamaged: the visible generation cannot be searched.
        """
        while True:
            retriever = self.retriever
            try:
                return retriever.find(query, language or detect_language(query), scope)
            except IndexDamaged:
                if require_visible(self.settings.index) == retriever.snapshot.folder:
                    raise

    def _open(self) -> HybridRetriever:
        from index.retrieve import PASSAGE_MODEL, HybridRetriever

        snapshot = open_index(self.settings)
        require_match(snapshot, self.embedder)
        return HybridRetriever(
            snapshot=snapshot,
            embedder=self.embedder,
            expander=self._expander,
            glosser=self._glosser,
            model=read_model(PASSAGE_MODEL),
            scale=USUAL if model_name(self.settings) == DEFAULT_MODEL else measure_scale(snapshot.sentence_vectors),
            judge=self.embedder.judge if isinstance(self.embedder, CachedEmbedder) else None,
            reranker=self._reranker,
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
        ModelUnavailable: the embedding model cannot be loaded, or the chat model's package is not installed.
    """
    require_visible(settings.index)
    if settings.chat_model:
        require_package(settings.chat_model)
    return Desk(settings, embedder or make_embedder(settings, progress))


def sync_index(
    settings: Settings, rebuild: bool = False, progress: Progress = no_progress, embedder: Embedder | None = None
) -> SyncReceipt:
    """Brings the index in step with the catalogue."""
    return sync(settings.corpus, settings.index, embedder or make_embedder(settings, progress), rebuild, progress)


def make_embedder(settings: Settings, progress: Progress = no_progress) -> CachedEmbedder:
    """The embedder that the settings name, its vectors kept in the index folder; it is loaded when it is needed."""
    embedder = prepare_embedder(model_name(settings), settings.cache, progress)
    return CachedEmbedder(embedder, settings.index / "vectors.sqlite")


def load_model(settings: Settings, progress: Progress = no_progress) -> Embedder:
    """The embedding model that the settings name, without any memory."""
    return load_embedder(model_name(settings), settings.cache, progress)


def make_reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder that the settings name, loaded; None where they name none.

    Raises:
        ModelUnavailable: it is not on this computer or cannot be loaded.
    """
    return load_reranker(settings.reranker) if settings.reranker else None


def model_name(settings: Settings) -> str:
    """The embedding model in use: that of the settings, else the one chosen for this index, else the bundled one."""
    return settings.embedding_model or chosen_model(settings.index) or DEFAULT_MODEL


def use_model(
    settings: Settings, model: str, may_download: bool = False, progress: Progress = no_progress
) -> SyncReceipt:
    """Makes the index anew with another embedding model, which from then on is the one in use for this index.

    Raises:
        ModelUnavailable: the model cannot be fetched or loaded; the index and the choice stay as they were.
        CorpusError, IndexBusy, IndexMissing: the index cannot be made; it and the choice stay as they were.
    """
    loaded = load_embedder(model, settings.cache, progress, may_download)
    embedder = CachedEmbedder(loaded, settings.index / "vectors.sqlite")
    receipt = sync_index(settings, progress=progress, embedder=embedder)
    choose_model(settings.index, model)
    return receipt


def require_match(snapshot: Snapshot, embedder: Embedder) -> None:
    """Raises IndexMismatch where the index was made by another model, cleaner, splitter or analyser."""
    now = index_fingerprint(embedder.fingerprint)
    if snapshot.fingerprint == now:
        return
    then, current = snapshot.fingerprint.split("|"), now.split("|")
    if then[0] != current[0]:
        raise IndexMismatch(
            nl=f"De index is gemaakt met het embeddingmodel {then[0]}, maar nu is {current[0]} in gebruik. "
            "Maak hem opnieuw met: wmo sync --rebuild, of bekijk en kies een model met: wmo model",
            en=f"The index was made with the embedding model {then[0]}, but now {current[0]} is in use. "
            "Make it anew with: wmo sync --rebuild, or see and choose a model with: wmo model",
        )
    raise IndexMismatch(
        nl=f"De index is gemaakt met {', '.join(then[1:])}, maar nu geldt {', '.join(current[1:])}. "
        "Maak hem opnieuw met: wmo sync --rebuild",
        en=f"The index was made with {', '.join(then[1:])}, but now it is {', '.join(current[1:])}. "
        "Make it anew with: wmo sync --rebuild",
    )
