"""What many tests share: the shipped articles, indexed once with the real default model in a temporary folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

from assistant.settings import Settings, load_settings
from assistant.wire import Desk, make_embedder, open_desk, sync_index
from index.types import Embedder

# how fast the computer is, or how busy, is not what the tests are about
hypothesis.settings.register_profile("desk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("desk")

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


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An empty folder to add reports from."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real chromium, one for all tests: Playwright cannot be started twice side by side."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for path in map(shutil.which, names) if path), None)
    if program is None:
        why = f"no browser on the path: install one of {', '.join(names)} to run these tests"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=[*quiet, "--disable-sync", "--no-first-run"])
        yield started
        started.close()
