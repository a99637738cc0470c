"""A generation opened for reading: everything in one order, each sentence with its vector and its passage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from index_corpus import EMBEDDER, REPORTS, open_index, run_sync, write_corpus

from corpus.errors import IndexDamaged
from index.dutch import analyse, stem, words
from index.generation import Manifest, read_manifest, require_visible, seal, write_manifest
from index.snapshot import Snapshot, open_snapshot


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snapshot")
    run_sync(write_corpus(folder / "corpus", REPORTS), folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def snapshot(index: Path) -> Iterator[Snapshot]:
    snapshot = open_index(index)
    yield snapshot
    snapshot.close()


def test_reports_keep_the_order_of_the_catalogue(snapshot: Snapshot) -> None:
    assert list(snapshot.reports) == list(snapshot.readings) == list(REPORTS)
    assert snapshot.language("jeugd") == "nl"
    with pytest.raises(KeyError):
        snapshot.text("is er niet")


def test_passages_and_sentences_are_spans_of_their_text_in_its_order(snapshot: Snapshot) -> None:
    for spans in (snapshot.passages, snapshot.sentences):
        places = [(list(REPORTS).index(span.report_id), span.start) for span in spans]
        assert places == sorted(places)
        assert all(snapshot.text(span.report_id).content[span.start : span.end] == span.text for span in spans)


def test_each_sentence_has_the_vector_of_its_own_words_of_length_one(snapshot: Snapshot) -> None:
    expected = EMBEDDER.embed_passages([sentence.text for sentence in snapshot.sentences])
    assert snapshot.sentence_vectors.dtype == np.float32
    assert np.einsum("ij,ij->i", snapshot.sentence_vectors, expected) == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(snapshot.sentence_vectors, axis=1) == pytest.approx(1, abs=1e-3)


def test_the_best_sentence_of_each_passage_is_found(snapshot: Snapshot) -> None:
    values = np.random.default_rng(1).normal(size=len(snapshot.sentences))
    best = snapshot.best_by_passage(values)
    for row, passage in enumerate(snapshot.passages):
        inside = [
            value
            for value, sentence in zip(values, snapshot.sentences, strict=True)
            if sentence.report_id == passage.report_id and passage.start <= sentence.start < passage.end
        ]
        assert best[row] == max(inside)


def test_passages_are_looked_up_by_key(snapshot: Snapshot) -> None:
    assert sorted(snapshot.passage_rows.values()) == list(range(len(snapshot.passages)))
    first = snapshot.passages[0]
    assert snapshot.passage_rows[f"{first.report_id}:{first.start}-{first.end}"] == 0


def test_words_and_stems_are_counted(snapshot: Snapshot) -> None:
    everything = " ".join(passage.text for passage in snapshot.passages)
    assert snapshot.word_counts["gemeente"] == words(everything).count("gemeente") == 2
    assert snapshot.stem_passages[stem("gemeente")] == 2
    assert snapshot.stem_passages["is er niet"] == 0
    assert all(
        stems >= set(analyse(p.text)) for p, stems in zip(snapshot.passages, snapshot.passage_stems, strict=True)
    )


def test_titles_and_headings_have_words(snapshot: Snapshot) -> None:
    assert {"wachttijden", "rapport", "netwerken", "2021", "gemeente"} <= snapshot.catalogue_words
    assert "euro" not in snapshot.catalogue_words


def test_the_hash_of_the_corpus_follows_its_contents_and_not_their_order(snapshot: Snapshot, tmp_path: Path) -> None:
    def corpus_hash(name: str, reports: dict[str, str]) -> str:
        run_sync(write_corpus(tmp_path / name, reports), tmp_path / name / "index")
        opened = open_index(tmp_path / name / "index")
        opened.close()
        return opened.corpus_hash

    assert corpus_hash("omgekeerd", dict(sorted(REPORTS.items(), reverse=True))) == snapshot.corpus_hash
    assert corpus_hash("anders", {**REPORTS, "hulp": "# Anders\n\nEen zin."}) != snapshot.corpus_hash


def test_a_generation_can_be_opened_twice_at_once(index: Path, snapshot: Snapshot) -> None:
    other = open_index(index)
    other.close()
    assert snapshot.dense.count() == len(snapshot.passages)


@pytest.mark.parametrize("lost", ["passages", "sentences", "report"])
def test_parts_that_do_not_add_up_are_damage(tmp_path: Path, lost: str) -> None:
    run_sync(write_corpus(tmp_path / "corpus", REPORTS), tmp_path / "index")
    folder = require_visible(tmp_path / "index")
    manifest = read_manifest(folder)
    if lost == "sentences":
        np.save(folder / "sentences.npy", np.load(folder / "sentences.npy")[1:])
    elif lost == "report":
        fewer = Manifest(manifest.fingerprint, manifest.reports[1:], manifest.passages, manifest.sentences)
        write_manifest(folder, fewer)
    else:
        opened = open_snapshot(folder)
        opened.lexical.replace(["hulp"], [])
        opened.close()
    seal(folder)
    with pytest.raises(IndexDamaged, match="passages|sentence") as caught:
        open_snapshot(folder)
    assert "beschadigd" in caught.value.nl
