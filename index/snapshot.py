"""One generation of the index, opened for reading: both legs, every reading, and the sentence vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import chromadb.errors
import numpy as np
from numpy.typing import NDArray

from corpus.types import Passage, Report, Sentence, Text
from index.dense import DenseIndex, find_damage
from index.dutch import analyse, stem, words
from index.generation import Manifest, check_seal, damaged, read_manifest
from index.lexical import LexicalIndex
from index.read_only import openable
from index.reading import Reading, passage_key, read_reading
from index.types import Vectors

SENTENCES_FILE = "sentences.npy"
_HEAD_CHARS = 3_000


@dataclass(frozen=True)
class Snapshot:
    """What questions are answered from.

    Passages and sentences are in the order of the reports and of their offsets. Row i of ``sentence_vectors`` (shape
    ``[sentences, dimension]``, rows of length 1) belongs to ``sentences[i]``, which lies in
    ``passages[sentence_passage[i]]``.
    """

    folder: Path
    fingerprint: str
    reports: Mapping[str, Report]
    readings: Mapping[str, Reading]
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    sentence_passage: NDArray[np.intp]
    sentence_vectors: Vectors
    dense: DenseIndex
    lexical: LexicalIndex

    def text(self, report_id: str) -> Text:
        """The text of a report; raises KeyError for an unknown id."""
        return self.readings[report_id].text

    def language(self, report_id: str) -> str:
        """The language of a report; Dutch where the catalogue does not say."""
        return self.reports[report_id].language or "nl"

    def best_by_passage(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The highest of its sentences' values for each passage; ``values`` has one for each sentence."""
        if not len(values):
            return values
        best: NDArray[np.float64] = np.maximum.reduceat(values, self.first_sentence)
        return best

    @cached_property
    def first_sentence(self) -> NDArray[np.intp]:
        """The place in ``sentences`` of the first sentence of each passage."""
        return np.searchsorted(self.sentence_passage, np.arange(len(self.passages)))

    def head(self, report_id: str) -> str:
        """Where a report says what it is about: title, publisher and the start of its text."""
        report = self.reports[report_id]
        return "\n".join((report.title, report.publisher, self.text(report_id).content[:_HEAD_CHARS]))

    def words_of(self, report_id: str) -> frozenset[str]:
        """The lower-case words of one report, those of its title, authors, publisher and date included."""
        if report_id not in self._words_of:
            lines = (_catalogue_line(self.reports[report_id]), self.readings[report_id].text.content)
            self._words_of[report_id] = frozenset(word for line in lines for word in words(line))
        return self._words_of[report_id]

    @cached_property
    def _words_of(self) -> dict[str, frozenset[str]]:
        return {}

    def mentioning(self, name: str) -> frozenset[str]:
        """The ids of the reports with a passage that has this lower-case word, in whatever form."""
        forms = {stem(name, "nl"), stem(name, "en")}
        return frozenset(
            passage.report_id
            for passage, stems in zip(self.passages, self.passage_stems, strict=True)
            if not forms.isdisjoint(stems)
        )

    def sentences_of(self, reports: Collection[str]) -> NDArray[np.bool_]:
        """For each sentence, whether it stands in one of these reports."""
        inside = [report_id in reports for report_id in self.readings]
        return np.repeat(inside, [len(reading.sentences) for reading in self.readings.values()])

    @cached_property
    def passage_rows(self) -> dict[str, int]:
        """The place in ``passages`` of each passage's key."""
        return {passage_key(passage): row for row, passage in enumerate(self.passages)}

    @cached_property
    def word_counts(self) -> Counter[str]:
        """How often each lower-case word occurs in the passages."""
        return Counter(word for passage in self.passages for word in words(passage.text))

    @cached_property
    def catalogue_words(self) -> frozenset[str]:
        """The lower-case words of titles, headings, authors, publishers and dates."""
        lines = [_catalogue_line(report) for report in self.reports.values()]
        lines += [heading.title for reading in self.readings.values() for heading in reading.text.headings]
        return frozenset(word for line in lines for word in words(line))

    @cached_property
    def passage_stems(self) -> tuple[frozenset[str], ...]:
        """The stems of each passage."""
        return tuple(frozenset(analyse(p.text, self.language(p.report_id))) for p in self.passages)

    @cached_property
    def stem_passages(self) -> Counter[str]:
        """In how many passages each stem occurs."""
        return Counter(stem for stems in self.passage_stems for stem in stems)

    @cached_property
    def corpus_hash(self) -> str:
        """A digest of the reports' ids and contents, independent of their order."""
        rows = sorted(f"{report.id} {report.sha256}" for report in self.reports.values())
        return sha256("\n".join(rows).encode()).hexdigest()

    def close(self) -> None:
        """Lets go of the folder."""
        self.dense.close()


def open_snapshot(folder: Path) -> Snapshot:
    """Opens a generation.

    Raises:
        IndexDamaged: a part is missing, cannot be read, or does not add up with the manifest.
    """
    manifest = read_manifest(folder)
    check_seal(folder)
    readings = _readings(folder, manifest.reports)
    passages = tuple(passage for reading in readings.values() for passage in reading.passages)
    sentences = tuple(sentence for reading in readings.values() for sentence in reading.sentences)
    sentence_vectors = _sentence_vectors(folder, len(sentences)).astype(np.float32)
    dense, lexical = _stores(folder, len(passages))
    return Snapshot(
        folder=folder,
        fingerprint=manifest.fingerprint,
        reports={report.id: report for report in manifest.reports},
        readings=readings,
        passages=passages,
        sentences=sentences,
        sentence_passage=_passage_of_sentences(passages, sentences),
        sentence_vectors=sentence_vectors,
        dense=dense,
        lexical=lexical,
    )


def check(folder: Path, fresh: Collection[str] = ()) -> None:
    """Opens the parts of a generation as a reader would, and closes them; of the readings only those of ``fresh``.

    Raises:
        IndexDamaged: a part is missing, cannot be read, or does not add up with the manifest.
    """
    manifest = read_manifest(folder)
    texts = {path.name for path in (folder / "texts").glob("*.json")}
    for report in manifest.reports:
        if f"{report.id}.json" not in texts:
            raise damaged(folder, f"the text of {report.id} is gone")
    new = [report for report in manifest.reports if report.id in fresh]
    for reading in _readings(folder, new).values():
        _passage_of_sentences(reading.passages, reading.sentences)
    _sentence_vectors(folder, sum(manifest.sentences.values()))
    dense, _ = _stores(folder, sum(manifest.passages.values()))
    dense.close()


def _catalogue_line(report: Report) -> str:
    return " ".join((report.title, report.publisher, report.published, *report.authors))


def sentence_rows(manifest: Manifest) -> dict[str, slice]:
    """Where the sentences of each report stand among the sentence vectors.

    >>> sentence_rows(Manifest("f", (), {}, {"a": 2, "b": 3}))["b"]
    slice(2, 5, None)
    """
    rows, start = {}, 0
    for report_id, count in manifest.sentences.items():
        rows[report_id] = slice(start, start + count)
        start += count
    return rows


def _stores(folder: Path, passages: int) -> tuple[DenseIndex, LexicalIndex]:
    """Both legs, each with as many passages as there are."""
    try:
        place = openable(folder, ("chroma", "tantivy"))
    except OSError as error:
        raise damaged(folder, f"{type(error).__name__}: {error}") from error
    damage = find_damage(place / "chroma")
    if damage:
        raise damaged(folder, f"chroma: {damage}")
    try:
        lexical, dense = LexicalIndex(place / "tantivy"), DenseIndex(place / "chroma")
        counts = {"catalogue": passages, "chroma": dense.count(), "tantivy": lexical.count()}
        dense.probe()
    except (chromadb.errors.ChromaError, ValueError, OSError) as error:
        raise damaged(folder, f"{type(error).__name__}: {error}") from error
    if len(set(counts.values())) > 1:
        dense.close()
        raise damaged(folder, ", ".join(f"{name} {count}" for name, count in counts.items()) + " passages")
    return dense, lexical


def _readings(folder: Path, reports: Iterable[Report]) -> dict[str, Reading]:
    try:
        return {report.id: read_reading(folder / "texts", report.id) for report in reports}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(folder, f"{type(error).__name__}: {error}") from error


def _sentence_vectors(folder: Path, sentences: int) -> NDArray[np.float16]:
    """The vectors as they lie on disk, not read yet."""
    try:
        vectors: NDArray[np.float16] = np.load(folder / SENTENCES_FILE, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise damaged(folder, f"{type(error).__name__}: {error}") from error
    if len(vectors) != sentences:
        raise damaged(folder, f"{len(vectors)} sentence vectors for {sentences} sentences")
    return vectors


def _passage_of_sentences(passages: tuple[Passage, ...], sentences: tuple[Sentence, ...]) -> NDArray[np.intp]:
    rows = np.empty(len(sentences), dtype=np.intp)
    row = 0
    for i, sentence in enumerate(sentences):
        while not (
            passages[row].report_id == sentence.report_id and passages[row].start <= sentence.start < passages[row].end
        ):
            row += 1
        rows[i] = row
    return rows
