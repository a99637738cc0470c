"""A report becomes passages: the index is brought in step with the catalogue, all or nothing.

file -> load -> clean -> split -> embed -> store (dense and lexical), in a generation that then becomes visible
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from chromadb.errors import InternalError

from corpus.catalogue import read_catalogue
from corpus.change import repair
from corpus.clean import CLEANER_VERSION
from corpus.errors import IndexDamaged, IndexMismatch, LoadError, UsageError, UserError
from corpus.read import read_text
from corpus.split import SPLITTER_VERSION, split_passages, split_sentences
from corpus.types import Report, Text
from index.dense import DenseIndex, blank_unused
from index.dutch import ANALYSER_VERSION
from index.embedded import EMBEDDED_AS, embed_readings, texts_to_embed
from index.generation import (
    Manifest,
    check_seal,
    clear_leftovers,
    forget_others,
    must_forget,
    publish,
    read_manifest,
    remember_to_forget,
    require_visible,
    seal,
    stage,
    unwritable,
    visible,
    write_manifest,
    writer_lock,
)
from index.interrupt import uninterrupted
from index.lexical import LexicalIndex
from index.reading import Reading, passage_key, read_reading, write_reading
from index.snapshot import SENTENCES_FILE, check, sentence_rows
from index.types import Embedder, Progress, Vectors, no_progress
from index.vectors import CachedEmbedder

logger = logging.getLogger(__name__)

PASSAGE_WORDS = 160


@dataclass(frozen=True)
class SyncReceipt:
    """What a sync did: ids of reports ``added``, ``changed``, ``removed``, ``unchanged``; and why some ``failed``.

    ``rebuilt_because`` is None unless an existing index was made anew. ``recovered`` tells that what an interrupted
    writer had left behind was cleared away.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, LoadError], ...]
    rebuilt_because: UserError | None
    recovered: bool
    seconds: float


@dataclass(frozen=True)
class _Plan:
    """What is to be done: build on ``base`` (None: from nothing), read ``fresh``, drop ``removed``."""

    base: Path | None
    fresh: tuple[Report, ...]
    removed: tuple[str, ...]
    before: Manifest | None
    rebuilt_because: UserError | None


def index_fingerprint(embedder_fingerprint: str) -> str:
    """What an index was made with: model, cleaner, splitter, analyser, the size of passages and what is embedded."""
    parts = (CLEANER_VERSION, SPLITTER_VERSION, ANALYSER_VERSION, str(PASSAGE_WORDS))
    made_with = f"cleaner {parts[0]}|splitter {parts[1]}|analyser {parts[2]}|{parts[3]} words"
    return f"{embedder_fingerprint}|{made_with}|{EMBEDDED_AS}"


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
    with writer_lock(index):
        repaired = repair(corpus)
        receipt = bring_in_step(
            index, read_catalogue(corpus), partial(read_report, corpus), embedder, rebuild, progress
        )
    receipt = replace(receipt, recovered=receipt.recovered or repaired)
    logger.info("sync: %s", receipt)
    return receipt


def bring_in_step(
    index: Path,
    reports: Sequence[Report],
    read: Callable[[Report], Reading],
    embedder: Embedder,
    rebuild: bool = False,
    progress: Progress = no_progress,
    commit: Callable[[], None] = lambda: None,
) -> SyncReceipt:
    """Makes an index hold just these ``reports``, each as ``read`` gives it. For the holder of the writer's lock.

    ``commit`` is called when all else is done, just before readers see the new state; where it raises, nothing changes.

    Raises:
        IndexMissing: the index folder cannot be written; the index stays as it was.
    """
    started = perf_counter()
    recovered = clear_leftovers(index)
    fingerprint = index_fingerprint(embedder.fingerprint)
    plan = _plan(visible(index), reports, fingerprint, rebuild)
    readings, failed = _read(read, plan.fresh, progress)
    try:
        staged = None
        if plan.base is None or readings or plan.removed:
            manifest = _next_manifest(plan, reports, readings, fingerprint)
            staged = _build(index, plan, manifest, readings, embedder, progress)
        with uninterrupted():
            if plan.removed or plan.rebuilt_because:
                remember_to_forget(index)
            commit()
            if staged:
                publish(index, staged)
            if must_forget(index):
                _forget(index, embedder)
    except (OSError, InternalError) as error:
        raise unwritable(index, error) from error
    finally:
        clear_leftovers(index)
    return _receipt(plan, reports, readings, failed, recovered, perf_counter() - started)


def read_report(corpus: Path, report: Report) -> Reading:
    """The text of a report with its sentences and passages.

    Raises:
        LoadError: the file cannot be read.
    """
    return cut(read_text(corpus, report), report.language)


def cut(text: Text, language: str) -> Reading:
    """A text with the sentences and passages that the index makes of it; Dutch where no language is given."""
    sentences = split_sentences(text, language or "nl")
    return Reading(text, sentences, split_passages(text, sentences, PASSAGE_WORDS))


def _plan(base: Path | None, reports: Sequence[Report], fingerprint: str, rebuild: bool) -> _Plan:
    before, reason = (None, None) if base is None else _usable(base, fingerprint, rebuild)
    if before is None:
        return _Plan(None, tuple(reports), (), None, reason)
    known = {report.id: report for report in before.reports}
    ids = {report.id for report in reports}
    fresh = tuple(report for report in reports if known.get(report.id) != report)
    removed = tuple(report_id for report_id in known if report_id not in ids)
    return _Plan(base, fresh, removed, before, None)


def _usable(base: Path, fingerprint: str, rebuild: bool) -> tuple[Manifest | None, UserError | None]:
    """The manifest of a generation that can be built upon, or None and the reason why it cannot."""
    if rebuild:
        return None, UsageError(nl="gevraagd", en="asked for")
    try:
        manifest = read_manifest(base)
        if manifest.fingerprint != fingerprint:
            return None, IndexMismatch(
                nl=f"gemaakt met {manifest.fingerprint}, nu {fingerprint}",
                en=f"made with {manifest.fingerprint}, now {fingerprint}",
            )
        check_seal(base)
        check(base)
    except IndexDamaged as error:
        return None, error
    return manifest, None


def _read(
    read: Callable[[Report], Reading], reports: Sequence[Report], progress: Progress
) -> tuple[dict[str, Reading], tuple[tuple[str, LoadError], ...]]:
    """The readings of the reports that can be read, by id, and why the others cannot."""
    readings: dict[str, Reading] = {}
    failed: list[tuple[str, LoadError]] = []
    for done, report in enumerate(reports):
        progress("read", done, len(reports))
        try:
            readings[report.id] = read(report)
        except LoadError as error:
            failed.append((report.id, error))
    progress("read", len(reports), len(reports))
    return readings, tuple(failed)


def _build(
    index: Path,
    plan: _Plan,
    manifest: Manifest,
    readings: Mapping[str, Reading],
    embedder: Embedder,
    progress: Progress,
) -> Path:
    """Embeds what is new, and stores it in a generation beside the visible one; gives its folder.

    What is deleted from a leg stays in its files, so where a report is removed both legs are made anew.
    """
    if plan.base and plan.removed:
        kept = (report.id for report in manifest.reports if report.id not in readings)
        readings = {report_id: read_reading(plan.base / "texts", report_id) for report_id in kept} | dict(readings)
        plan = replace(plan, base=None)
    fresh = [report for report in manifest.reports if report.id in readings]
    passages = [(report, passage) for report in fresh for passage in readings[report.id].passages]
    of_passages, of_sentences = embed_readings([(report, readings[report.id]) for report in fresh], embedder, progress)

    progress("store", 0, len(passages))
    staged = stage(index, plan.base)
    replaced = [report_id for report_id in _known_ids(plan) if report_id in readings] if plan.base else []
    keyed = [(passage_key(passage), report, passage) for report, passage in passages]
    with closing(DenseIndex(staged / "chroma")) as dense:
        dense.replace(replaced, [(key, report.id) for key, report, _ in keyed], of_passages)
    LexicalIndex(staged / "tantivy").replace(replaced, [(key, passage, report) for key, report, passage in keyed])
    _write_sentences(staged, plan, manifest, readings, of_sentences)
    for reading in readings.values():
        write_reading(staged / "texts", reading)
    write_manifest(staged, manifest)
    check(staged, readings.keys())
    blank_unused(staged / "chroma")
    seal(staged, plan.base)
    progress("store", len(passages), len(passages))
    return staged


def _forget(index: Path, embedder: Embedder) -> None:
    """Leaves nothing of what is no longer visible: no vectors of its texts, no generation before this one."""
    if isinstance(embedder, CachedEmbedder):
        folder = require_visible(index)
        embedder.prune(
            text
            for report in read_manifest(folder).reports
            for text in texts_to_embed(report, read_reading(folder / "texts", report.id))
        )
    forget_others(index)


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
    staged: Path, plan: _Plan, manifest: Manifest, readings: Mapping[str, Reading], fresh: Vectors
) -> None:
    """Writes the sentence vectors in the manifest's order, those of unchanged reports taken from the base."""
    halves = fresh.astype(np.float16)
    old_rows, old = {}, halves[:0]
    if plan.base and plan.before:
        old_rows, old = sentence_rows(plan.before), np.load(plan.base / SENTENCES_FILE, mmap_mode="r")
    blocks, taken = [], 0
    for report in manifest.reports:
        count = manifest.sentences[report.id]
        if report.id in readings:
            blocks.append(halves[taken : taken + count])
            taken += count
        else:
            blocks.append(old[old_rows[report.id]])
    np.save(staged / SENTENCES_FILE, np.concatenate(blocks) if blocks else halves)


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
