"""A report becomes passages: the index is brought in step with the catalogue, all or nothing.

file -> load -> clean -> split -> embed -> store (dense and lexical), in a generation that then becomes visible
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from chromadb.errors import InternalError

from corpus.catalogue import read_catalogue
from corpus.clean import CLEANER_VERSION
from corpus.errors import IndexDamaged, LoadError
from corpus.read import read_text
from corpus.split import SPLITTER_VERSION, split_passages, split_sentences
from corpus.types import Passage, Report
from index.dense import DenseIndex
from index.dutch import ANALYSER_VERSION
from index.generation import (
    Manifest,
    clear_leftovers,
    publish,
    read_manifest,
    seal,
    stage,
    unwritable,
    visible,
    write_manifest,
    writer_lock,
)
from index.lexical import LexicalIndex
from index.reading import Reading, in_context, passage_key, write_reading
from index.snapshot import SENTENCES_FILE, check, sentence_rows
from index.types import Embedder, Progress, Vectors, no_progress

logger = logging.getLogger(__name__)

PASSAGE_WORDS = 160


@dataclass(frozen=True)
class SyncReceipt:
    """What a sync did: ids of reports ``added``, ``changed``, ``removed``; those ``unchanged``; and why some ``failed``.

    ``rebuilt_because`` is empty unless an existing index was made anew. ``recovered`` tells that what an interrupted
    writer had left behind was cleared away.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, LoadError], ...]
    rebuilt_because: str
    recovered: bool
    seconds: float


@dataclass(frozen=True)
class _Plan:
    """What is to be done: build on ``base`` (None: from nothing), read ``fresh``, drop ``removed``."""

    base: Path | None
    fresh: tuple[Report, ...]
    removed: tuple[str, ...]
    before: Manifest | None
    rebuilt_because: str


def index_fingerprint(embedder_fingerprint: str) -> str:
    """What an index was made with: model, cleaner, splitter, analyser and the size of its passages."""
    parts = (CLEANER_VERSION, SPLITTER_VERSION, ANALYSER_VERSION, str(PASSAGE_WORDS))
    return f"{embedder_fingerprint}|cleaner {parts[0]}|splitter {parts[1]}|analyser {parts[2]}|{parts[3]} words"


def sync(
    corpus: Path,
    index: Path,
    embedder: Embedder,
    rebuild: bool = False,
    progress: Progress = no_progress,
) -> SyncReceipt:
    """Adds new reports, replaces changed ones, removes vanished ones; does nothing where all is in step.

    Raises:
        CorpusError: the catalogue is missing or wrong; the index stays as it was.
        IndexBusy: another process is writing.
        IndexMissing: the index folder cannot be written; the index stays as it was.
    """
    started = perf_counter()
    with writer_lock(index):
        recovered = clear_leftovers(index)
        reports = read_catalogue(corpus)
        fingerprint = index_fingerprint(embedder.fingerprint)
        plan = _plan(visible(index), reports, fingerprint, rebuild)
        readings, failed = _read(corpus, plan.fresh, progress)
        if plan.base is None or readings or plan.removed:
            _build(index, plan, reports, readings, fingerprint, embedder, progress)
    receipt = _receipt(plan, reports, readings, failed, recovered, perf_counter() - started)
    logger.info("sync: %s", receipt)
    return receipt


def _plan(base: Path | None, reports: Sequence[Report], fingerprint: str, rebuild: bool) -> _Plan:
    before, reason = (None, "") if base is None else _usable(base, fingerprint, rebuild)
    if before is None:
        return _Plan(None, tuple(reports), (), None, reason)
    known = {report.id: report for report in before.reports}
    ids = {report.id for report in reports}
    fresh = tuple(report for report in reports if known.get(report.id) != report)
    removed = tuple(report_id for report_id in known if report_id not in ids)
    return _Plan(base, fresh, removed, before, "")


def _usable(base: Path, fingerprint: str, rebuild: bool) -> tuple[Manifest | None, str]:
    """The manifest of a generation that can be built upon, or None and the reason why it cannot."""
    if rebuild:
        return None, "asked for"
    try:
        manifest = read_manifest(base)
        if manifest.fingerprint != fingerprint:
            return None, f"made with {manifest.fingerprint}, now {fingerprint}"
        check(base)
    except IndexDamaged as error:
        return None, error.en
    return manifest, ""


def _read(
    corpus: Path, reports: Sequence[Report], progress: Progress
) -> tuple[dict[str, Reading], tuple[tuple[str, LoadError], ...]]:
    """The readings of the reports that can be read, by id, and why the others cannot."""
    readings: dict[str, Reading] = {}
    failed: list[tuple[str, LoadError]] = []
    for done, report in enumerate(reports):
        progress("read", done, len(reports))
        try:
            text = read_text(corpus, report)
        except LoadError as error:
            failed.append((report.id, error))
            continue
        sentences = split_sentences(text, report.language or "nl")
        readings[report.id] = Reading(text, sentences, split_passages(text, sentences, PASSAGE_WORDS))
    progress("read", len(reports), len(reports))
    return readings, tuple(failed)


def _build(
    index: Path,
    plan: _Plan,
    reports: Sequence[Report],
    readings: Mapping[str, Reading],
    fingerprint: str,
    embedder: Embedder,
    progress: Progress,
) -> None:
    """Embeds what is new and stores it."""
    manifest = _next_manifest(plan, reports, readings, fingerprint)
    fresh = [report for report in manifest.reports if report.id in readings]
    passages = [(report, passage) for report in fresh for passage in readings[report.id].passages]
    sentences = [sentence for report in fresh for sentence in readings[report.id].sentences]
    texts = [in_context(report, passage) for report, passage in passages] + [s.text for s in sentences]
    vectors = embedder.embed_passages(texts, progress)

    try:
        _store(index, plan, manifest, readings, passages, vectors, progress)
    except (OSError, InternalError) as error:
        raise unwritable(index, error) from error


def _store(
    index: Path,
    plan: _Plan,
    manifest: Manifest,
    readings: Mapping[str, Reading],
    passages: Sequence[tuple[Report, Passage]],
    vectors: Vectors,
    progress: Progress,
) -> None:
    """Writes a generation beside the visible one, checks it as a reader would, and publishes it.

    ``vectors`` are those of the ``passages``, then those of the sentences of ``readings``.
    """
    staged = stage(index, plan.base)
    replaced = [report_id for report_id in _known_ids(plan) if report_id in readings or report_id in plan.removed]
    keyed = [(passage_key(passage), report, passage) for report, passage in passages]
    progress("store", 0, len(keyed))
    with closing(DenseIndex(staged / "chroma")) as dense:
        dense.replace(replaced, [(key, report.id) for key, report, _ in keyed], vectors[: len(passages)])
    LexicalIndex(staged / "tantivy").replace(replaced, [(key, passage, report) for key, report, passage in keyed])
    _write_sentences(staged, plan.before, manifest, readings, vectors[len(passages) :])
    for report_id in plan.removed:
        (staged / "texts" / f"{report_id}.json").unlink()
    for reading in readings.values():
        write_reading(staged / "texts", reading)
    write_manifest(staged, manifest)
    seal(staged)
    check(staged)
    publish(index, staged)
    progress("store", len(keyed), len(keyed))


def _next_manifest(
    plan: _Plan, reports: Sequence[Report], readings: Mapping[str, Reading], fingerprint: str
) -> Manifest:
    """The manifest after the work, in catalogue order; a changed report that cannot be read stays as it was."""
    before = plan.before or Manifest(fingerprint, (), {}, {})
    known = {report.id: report for report in before.reports}
    kept = [report if report.id in readings else known.get(report.id) for report in reports]
    present = tuple(report for report in kept if report is not None)
    passages = {r.id: len(readings[r.id].passages) if r.id in readings else before.passages[r.id] for r in present}
    sentences = {r.id: len(readings[r.id].sentences) if r.id in readings else before.sentences[r.id] for r in present}
    return Manifest(fingerprint, present, passages, sentences)


def _write_sentences(
    staged: Path, before: Manifest | None, manifest: Manifest, readings: Mapping[str, Reading], fresh: Vectors
) -> None:
    """Writes the sentence vectors in the manifest's order, those of unchanged reports taken from the copy."""
    path = staged / SENTENCES_FILE
    old_rows = sentence_rows(before) if before else {}
    old = np.load(path) if before else fresh[:0]
    blocks, taken = [], 0
    for report in manifest.reports:
        count = manifest.sentences[report.id]
        if report.id in readings:
            blocks.append(fresh[taken : taken + count])
            taken += count
        else:
            blocks.append(old[old_rows[report.id]])
    np.save(path, np.concatenate(blocks).astype(np.float16) if blocks else fresh.astype(np.float16))


def _receipt(
    plan: _Plan,
    reports: Sequence[Report],
    readings: Mapping[str, Reading],
    failed: tuple[tuple[str, LoadError], ...],
    recovered: bool,
    seconds: float,
) -> SyncReceipt:
    known = set(_known_ids(plan))
    fresh = {report.id for report in plan.fresh}
    return SyncReceipt(
        added=tuple(report_id for report_id in readings if report_id not in known),
        changed=tuple(report_id for report_id in readings if report_id in known),
        removed=plan.removed,
        unchanged=tuple(report.id for report in reports if report.id not in fresh),
        failed=failed,
        rebuilt_because=plan.rebuilt_because,
        recovered=recovered,
        seconds=seconds,
    )


def _known_ids(plan: _Plan) -> tuple[str, ...]:
    return tuple(report.id for report in plan.before.reports) if plan.before else ()
