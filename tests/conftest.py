"""What many tests share: the shipped articles, indexed once with the real default model in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import Settings, load_settings
from assistant.wire import Desk, make_embedder, open_desk, sync_index
from index.types import Embedder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with the shipped corpus, an index of their own, and the user's model cache."""
    return load_settings(corpus=ROOT / "corpus", index=tmp_path_factory.mktemp("index"), language="nl")


@pytest.fixture(scope="session")
def embedder(settings: Settings) -> Embedder:
    """The real default model."""
    return make_embedder(settings)


@pytest.fixture(scope="session")
def desk(settings: Settings, embedder: Embedder) -> Desk:
    """A desk over the shipped articles."""
    sync_index(settings, embedder=embedder)
    return open_desk(settings, embedder=embedder)
