"""Whether everything is in order: corpus, index and models, each with what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar

from assistant.models import package_of, require_package
from assistant.settings import Settings
from assistant.wire import load_model, make_reranker, open_index, require_match
from corpus.catalogue import read_catalogue
from corpus.errors import UserError
from corpus.types import Report
from index.read_only import is_read_only
from index.snapshot import Snapshot
from index.types import Embedder

T = TypeVar("T")

_PACKAGES = ("chromadb", "gradio", "langchain", "sentence-transformers", "tantivy", "tiktoken", "torch")


_READ_ONLY_NL = "; alleen te lezen: vragen kan, bijwerken niet"
_READ_ONLY_EN = "; read-only: asking works, changing it does not"


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


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Every check in turn; one that fails does not keep the others from being made."""
    reports = _try("corpus", lambda: read_catalogue(settings.corpus))
    snapshot = _try("index", lambda: open_index(settings))
    embedder = _try("model", lambda: load_model(settings))
    findings = [
        _fine("python", sys.version.split()[0]),
        _packages(_PACKAGES),
        reports if isinstance(reports, Finding) else _corpus(settings, reports),
        snapshot if isinstance(snapshot, Finding) else _index(snapshot, is_read_only(settings.index)),
        embedder if isinstance(embedder, Finding) else _fine("model", embedder.fingerprint),
        _chat(settings),
    ]
    if settings.reranker:
        reranker = _try("reranker", lambda: make_reranker(settings))
        findings.append(reranker if isinstance(reranker, Finding) else _fine("reranker", settings.reranker))
    if not isinstance(snapshot, Finding) and not isinstance(reports, Finding):
        findings.append(_in_step(snapshot, reports))
    if not isinstance(snapshot, Finding) and not isinstance(embedder, Finding):
        findings.append(_match(snapshot, embedder))
    return tuple(findings)


def _try(check: str, attempt: Callable[[], T]) -> T | Finding:
    try:
        return attempt()
    except UserError as error:
        return Finding(check, False, error.nl, error.en)


def _fine(check: str, detail: str) -> Finding:
    return Finding(check, True, detail, detail)


def _packages(names: Sequence[str]) -> Finding:
    """The versions of packages, or which of them are not there."""
    versions, missing = [], []
    for name in names:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if not missing:
        return _fine("packages", ", ".join(versions))
    return Finding(
        "packages",
        False,
        f"niet geïnstalleerd: {', '.join(missing)}. Installeer alles met: pip install -r requirements.lock",
        f"not installed: {', '.join(missing)}. Install everything with: pip install -r requirements.lock",
    )


def _chat(settings: Settings) -> Finding:
    """Which chat model words the answers, and whether its package is there; its server is not asked."""
    name = settings.chat_model
    if not name:
        return Finding("chat", True, "geen; antwoorden bestaan uit citaten", "none; answers consist of quotes")
    installed = _try("chat", lambda: require_package(name))
    return installed if isinstance(installed, Finding) else _fine("chat", f"{name}, {package_of(name)} {installed}")


def _corpus(settings: Settings, reports: tuple[Report, ...]) -> Finding:
    return Finding(
        "corpus", True, f"{len(reports)} rapporten in {settings.corpus}", f"{len(reports)} reports in {settings.corpus}"
    )


def _index(snapshot: Snapshot, read_only: bool) -> Finding:
    counts = (len(snapshot.reports), len(snapshot.passages), len(snapshot.sentences))
    return Finding(
        "index",
        True,
        "{} rapporten, {} passages, {} zinnen".format(*counts) + read_only * _READ_ONLY_NL,
        "{} reports, {} passages, {} sentences".format(*counts) + read_only * _READ_ONLY_EN,
    )


def _in_step(snapshot: Snapshot, reports: tuple[Report, ...]) -> Finding:
    behind = [report.id for report in reports if snapshot.reports.get(report.id) != report]
    behind += [report_id for report_id in snapshot.reports if report_id not in {report.id for report in reports}]
    if not behind:
        return Finding("sync", True, "index en catalogus lopen gelijk", "index and catalogue are in step")
    listed = ", ".join(behind[:5])
    return Finding(
        "sync",
        False,
        f"nieuw, gewijzigd of verdwenen: {listed}. Werk de index bij met: wmo sync",
        f"new, changed or gone: {listed}. Bring the index in step with: wmo sync",
    )


def _match(snapshot: Snapshot, embedder: Embedder) -> Finding:
    matched = _try("fingerprint", lambda: require_match(snapshot, embedder))
    return matched if isinstance(matched, Finding) else _fine("fingerprint", snapshot.fingerprint)
