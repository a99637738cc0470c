"""Whether everything is in order: corpus, index and embedding model, each with what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from assistant.settings import Settings
from assistant.wire import default_fingerprint
from corpus.catalogue import read_catalogue
from corpus.errors import UserError
from index.generation import require_visible
from index.snapshot import open_snapshot

_PACKAGES = ("chromadb", "gradio", "langchain", "sentence-transformers", "tantivy", "tiktoken", "torch")


@dataclass(frozen=True)
class Finding:
    """The outcome of one check, its details in Dutch and English."""

    check: str
    ok: bool
    nl: str
    en: str

    def message(self, language: str) -> str:
        """The details in ``"nl"`` or, for every other value, in English."""
        return self.nl if language == "nl" else self.en
