"""The index follows the catalogue: all or nothing, nothing left behind, and mended after whatever went wrong."""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from chromadb.errors import InvalidArgumentError
from hypothesis import given, settings
from hypothesis import strategies as st
from index_corpus import (
    EMBEDDER,
    REPORTS,
    make_retriever,
    open_index,
    run_sync,
    stored_keys,
    sync_until,
    write_corpus,
)

from corpus.errors import CorpusError, IndexBusy, IndexDamaged, IndexMissing
from index.dense import DenseIndex
from index.fake_embed import HashingEmbedder
from index.generation import read_manifest, require_visible, writer_lock
from index.reading import passage_key
from index.snapshot import Snapshot
from index.sync import index_fingerprint, sync


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus", REPORTS)


@pytest.fixture
def index(tmp_path: Path, corpus: Path) -> Path:
    """An index that is in step with the corpus."""
    run_sync(corpus, tmp_path / "index")
    return tmp_path / "index"


@contextmanager
def opened(index: Path) -> Iterator[Snapshot]:
    snapshot = open_index(index)
    try:
        yield snapshot
    finally:
        snapshot.close()


def require_in_step(index: Path, reports: Mapping[str, str]) -> None:
    """Fails unless the visible generation holds these reports, each passage once in both legs, and nothing else."""
    with opened(index) as snapshot:
        assert set(snapshot.reports) == set(reports)
        assert {r: reading.text.report_id for r, reading in snapshot.readings.items()} == {r: r for r in reports}
        keys = sorted(passage_key(passage) for passage in snapshot.passages)
        assert len(keys) == len(set(keys))
        dense, lexical = stored_keys(snapshot)
        assert dense == keys
        assert lexical == keys
        assert snapshot.sentence_vectors.shape == (len(snapshot.sentences), EMBEDDER.dimension)
        expected = EMBEDDER.embed_passages([sentence.text for sentence in snapshot.sentences])
        assert np.allclose(snapshot.sentence_vectors, expected, atol=1e-3)
        for row, sentence in enumerate(snapshot.sentences):
            passage = snapshot.passages[snapshot.sentence_passage[row]]
            assert passage.report_id == sentence.report_id
            assert passage.start <= sentence.start <= sentence.end <= passage.end
            assert snapshot.text(sentence.report_id).content[sentence.start : sentence.end] == sentence.text
        assert {path.stem for path in (snapshot.folder / "texts").glob("*")} == set(reports)


def generations(index: Path) -> list[str]:
    return sorted(folder.name for folder in (index / "generations").iterdir())


def test_a_first_sync_adds_every_report(corpus: Path, tmp_path: Path) -> None:
    receipt = run_sync(corpus, tmp_path / "index")
    assert receipt.added == tuple(REPORTS)
    assert (receipt.changed, receipt.removed, receipt.unchanged, receipt.failed) == ((), (), (), ())
    assert (receipt.rebuilt_because, receipt.recovered) == (None, False)
    require_in_step(tmp_path / "index", REPORTS)


def test_a_second_sync_changes_nothing(corpus: Path, index: Path) -> None:
    before = (index / "current").stat().st_mtime_ns, generations(index)
    receipt = run_sync(corpus, index)
    assert receipt.unchanged == tuple(REPORTS)
    assert (receipt.added, receipt.changed, receipt.removed, receipt.rebuilt_because) == ((), (), (), None)
    assert ((index / "current").stat().st_mtime_ns, generations(index)) == before


def test_a_new_report_leaves_the_others_as_they_were(corpus: Path, index: Path) -> None:
    reports = {**REPORTS, "nieuw": "# Schulden\n\nWie schulden heeft, meldt zich bij het loket."}
    write_corpus(corpus, reports)
    receipt = run_sync(corpus, index)
    assert (receipt.added, receipt.unchanged) == (("nieuw",), tuple(REPORTS))
    require_in_step(index, reports)


def test_a_changed_report_replaces_all_its_passages(corpus: Path, index: Path) -> None:
    reports = {**REPORTS, "jeugd": "# Anders\n\nDit gaat over fietsen. " + "De fietser rijdt door de straat. " * 60}
    write_corpus(corpus, reports)
    receipt = run_sync(corpus, index)
    assert (receipt.changed, receipt.unchanged) == (("jeugd",), ("hulp", "netwerk"))
    require_in_step(index, reports)
    with opened(index) as snapshot:
        assert "jeugdhulp" not in snapshot.word_counts
        assert len([p for p in snapshot.passages if p.report_id == "jeugd"]) > 1


def test_a_changed_title_is_a_change_of_the_report(corpus: Path, index: Path) -> None:
    write_corpus(corpus, REPORTS, {"hulp": "Boodschappen"})
    receipt = run_sync(corpus, index)
    assert receipt.changed == ("hulp",)
    require_in_step(index, REPORTS)
    with opened(index) as snapshot:
        assert snapshot.reports["hulp"].title == "Boodschappen"
        (hit,) = make_retriever(snapshot).find("boodschappen", "nl").legs["lexical"]
        assert snapshot.passages[hit].report_id == "hulp"


def test_a_removed_report_is_nowhere_in_what_is_visible(corpus: Path, index: Path) -> None:
    rest = {report_id: text for report_id, text in REPORTS.items() if report_id != "jeugd"}
    write_corpus(corpus, rest)
    receipt = run_sync(corpus, index)
    assert (receipt.removed, receipt.unchanged) == (("jeugd",), ("hulp", "netwerk"))
    require_in_step(index, rest)
    for path in require_visible(index).rglob("*"):
        assert "jeugd" not in path.name
        assert not path.is_file() or b"jeugdhulp" not in path.read_bytes(), path


def test_another_order_in_the_catalogue_is_no_change(corpus: Path, index: Path) -> None:
    write_corpus(corpus, dict(sorted(REPORTS.items(), reverse=True)))
    pointer = (index / "current").read_bytes()
    receipt = run_sync(corpus, index)
    assert (receipt.added, receipt.changed, receipt.removed) == ((), (), ())
    assert (index / "current").read_bytes() == pointer


def test_a_report_that_cannot_be_read_is_told_and_the_rest_goes_on(corpus: Path, tmp_path: Path) -> None:
    (corpus / "reports" / "hulp.md").write_bytes(b"\x00\x01\x02")
    receipt = run_sync(corpus, tmp_path / "index")
    ((report_id, error),) = receipt.failed
    assert (report_id, receipt.added) == ("hulp", ("jeugd", "netwerk"))
    assert "hulp.md" in error.nl and "hulp.md" in error.en
    require_in_step(tmp_path / "index", {r: t for r, t in REPORTS.items() if r != "hulp"})
    again = run_sync(corpus, tmp_path / "index")
    assert [report_id for report_id, _ in again.failed] == ["hulp"]


def test_a_changed_report_that_cannot_be_read_stays_as_it_was(corpus: Path, index: Path) -> None:
    (corpus / "reports" / "hulp.md").write_bytes(b"\x00\x01\x02")
    pointer = (index / "current").read_bytes()
    assert [report_id for report_id, _ in run_sync(corpus, index).failed] == ["hulp"]
    assert (index / "current").read_bytes() == pointer
    write_corpus(corpus, {**REPORTS, "jeugd": "# Jeugd\n\nEen nieuwe tekst."})
    (corpus / "reports" / "hulp.md").write_bytes(b"\x00\x01\x02")
    receipt = run_sync(corpus, index)
    assert (receipt.changed, [report_id for report_id, _ in receipt.failed]) == (("jeugd",), ["hulp"])
    require_in_step(index, REPORTS)
    with opened(index) as snapshot:
        assert "weigeren" in snapshot.text("hulp").content
    write_corpus(corpus, REPORTS)
    assert set(run_sync(corpus, index).changed) == {"jeugd"}, "the file is as it was indexed, so only one changed"


def test_a_fault_in_the_catalogue_leaves_the_index_as_it_was(corpus: Path, index: Path) -> None:
    before = (index / "current").read_bytes(), generations(index)
    (corpus / "catalogue.csv").write_text("id,title\neen,Een\n", "utf-8")
    with pytest.raises(CorpusError):
        run_sync(corpus, index)
    (corpus / "catalogue.csv").unlink()
    with pytest.raises(CorpusError):
        run_sync(corpus, index)
    assert ((index / "current").read_bytes(), generations(index)) == before
    require_in_step(index, REPORTS)


def test_an_empty_catalogue_makes_an_index_that_finds_nothing(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", {})
    receipt = run_sync(corpus, tmp_path / "index")
    assert receipt.added == ()
    with opened(tmp_path / "index") as snapshot:
        for question, language in (("Wie krijgt hulp?", "nl"), ("Who gets help?", "en"), ("?", "nl")):
            assert make_retriever(snapshot).find(question, language).hits(10) == ()
    assert run_sync(corpus, tmp_path / "index").rebuilt_because is None


def test_a_corpus_can_be_emptied_and_filled_again(corpus: Path, index: Path) -> None:
    write_corpus(corpus, {})
    assert run_sync(corpus, index).removed == tuple(REPORTS)
    require_in_step(index, {})
    write_corpus(corpus, REPORTS)
    assert run_sync(corpus, index).added == tuple(REPORTS)
    require_in_step(index, REPORTS)


def test_a_report_of_headings_alone_does_no_harm(corpus: Path, index: Path) -> None:
    reports = {**REPORTS, "leeg": "# Alleen een kop\n\n## En nog een\n"}
    write_corpus(corpus, reports)
    assert run_sync(corpus, index).added == ("leeg",)
    with opened(index) as snapshot:
        assert make_retriever(snapshot).find("kop", "nl").hits(3)


def test_a_rebuild_that_is_asked_for_says_so(corpus: Path, index: Path) -> None:
    receipt = run_sync(corpus, index, rebuild=True)
    assert receipt.rebuilt_because and receipt.rebuilt_because.message("nl") == "gevraagd"
    assert receipt.added == tuple(REPORTS)
    require_in_step(index, REPORTS)


def test_another_embedding_model_rebuilds_the_index_and_says_why(corpus: Path, index: Path) -> None:
    other = HashingEmbedder(32)
    receipt = sync(corpus, index, other)
    assert receipt.rebuilt_because
    for language in ("nl", "en"):
        said = receipt.rebuilt_because.message(language)
        assert "hashed-words-64" in said and "hashed-words-32" in said
    assert read_manifest(require_visible(index)).fingerprint == index_fingerprint(other.fingerprint)
    with opened(index) as snapshot:
        assert snapshot.sentence_vectors.shape[1] == 32


def test_a_reader_of_the_generation_before_still_answers(corpus: Path, index: Path) -> None:
    with opened(index) as old:
        write_corpus(corpus, {**REPORTS, "hulp": "# Nieuw\n\nOver iets anders."})
        run_sync(corpus, index)
        hits = make_retriever(old).find("huishoudelijke hulp weigeren", "nl").hits(3)
        assert hits[0].passage.report_id == "hulp"
        assert "weigeren" in hits[0].passage.text
    require_in_step(index, {**REPORTS, "hulp": ""})


def test_while_another_writes_a_sync_is_refused(corpus: Path, index: Path) -> None:
    with writer_lock(index), pytest.raises(IndexBusy):
        run_sync(corpus, index)
    assert run_sync(corpus, index).unchanged == tuple(REPORTS)


def test_what_an_interrupted_writer_left_is_cleared_and_told(corpus: Path, index: Path) -> None:
    shutil.copytree(require_visible(index), index / "generations" / "000002")
    (index / "generations" / "000003.staged").mkdir()
    receipt = run_sync(corpus, index)
    assert (receipt.recovered, receipt.unchanged) == (True, tuple(REPORTS))
    assert generations(index) == ["000001"]
    assert run_sync(corpus, index).recovered is False


def test_after_a_failure_halfway_the_same_process_can_sync_again(corpus: Path, index: Path) -> None:
    liar = HashingEmbedder(32)
    liar.fingerprint = EMBEDDER.fingerprint
    reports = {**REPORTS, "nieuw": "# Nieuw\n\nEen zin over het loket."}
    write_corpus(corpus, reports)
    with pytest.raises(InvalidArgumentError):
        sync(corpus, index, liar)
    require_in_step(index, REPORTS)
    run_sync(corpus, index)
    require_in_step(index, reports)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The operating system refuses to let a file of this process grow further, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [1_000, 30_000, 120_000, 200_000])
def test_where_the_disk_is_full_the_index_stays_as_it_was(corpus: Path, index: Path, size: int) -> None:
    long = {**REPORTS, "lang": "# Lang\n\n" + "Een heel ander verhaal over zorg en hulp in de wijk. " * 3000}
    write_corpus(corpus, long)
    with no_file_larger_than(size), pytest.raises(IndexMissing, match="disk space"):
        run_sync(corpus, index)
    require_in_step(index, REPORTS)
    run_sync(corpus, index)
    require_in_step(index, long)


def sentences_file(index: Path) -> Path:
    return require_visible(index) / "sentences.npy"


def database(index: Path) -> Path:
    return require_visible(index) / "chroma" / "chroma.sqlite3"


def segment(index: Path) -> Path:
    return max((require_visible(index) / "tantivy").glob("*.term"), key=lambda path: path.stat().st_size)


def flip(path: Path) -> None:
    """Turns round every bit of sixteen bytes in the middle."""
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 16] = bytes(byte ^ 255 for byte in data[middle : middle + 16])
    path.write_bytes(data)


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scramble(path: Path) -> None:
    path.write_bytes(random.Random(5).randbytes(path.stat().st_size))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def drop_a_report(path: Path) -> None:
    with closing(DenseIndex(path.parent)) as dense:
        dense.replace(["hulp"], [], np.zeros((0, EMBEDDER.dimension), np.float32))


DAMAGE: Mapping[str, Callable[[Path], object]] = {
    "the pointer names a generation that is gone": lambda i: (i / "current").write_bytes(b"000099"),
    "the pointer is garbage": lambda i: scramble(i / "current"),
    "the pointer is empty": lambda i: empty(i / "current"),
    "the generation is gone": lambda i: shutil.rmtree(require_visible(i)),
    "the manifest is garbage": lambda i: scramble(require_visible(i) / "manifest.json"),
    "the manifest is cut short": lambda i: halve(require_visible(i) / "manifest.json"),
    "the manifest is gone": lambda i: (require_visible(i) / "manifest.json").unlink(),
    "the seal is gone": lambda i: (require_visible(i) / "seal.json").unlink(),
    "the sentence vectors are cut short": lambda i: halve(sentences_file(i)),
    "the sentence vectors are empty": lambda i: empty(sentences_file(i)),
    "the sentence vectors are others": lambda i: flip(sentences_file(i)),
    "the sentence vectors are gone": lambda i: sentences_file(i).unlink(),
    "the database is garbage": lambda i: scramble(database(i)),
    "the database is cut short": lambda i: halve(database(i)),
    "the database is empty": lambda i: empty(database(i)),
    "the database is gone": lambda i: database(i).unlink(),
    "the database lacks a report": lambda i: drop_a_report(database(i)),
    "the dense leg is gone": lambda i: shutil.rmtree(require_visible(i) / "chroma"),
    "the lexical leg is gone": lambda i: shutil.rmtree(require_visible(i) / "tantivy"),
    "a segment is gone": lambda i: segment(i).unlink(),
    "a segment is cut short": lambda i: halve(segment(i)),
    "a segment has other bits": lambda i: flip(segment(i)),
    "the texts are gone": lambda i: shutil.rmtree(require_visible(i) / "texts"),
    "a text is gone": lambda i: (require_visible(i) / "texts" / "hulp.json").unlink(),
    "a text is cut short": lambda i: halve(require_visible(i) / "texts" / "hulp.json"),
    "a text has other bits": lambda i: flip(require_visible(i) / "texts" / "hulp.json"),
    "a text is that of another": lambda i: shutil.copy(
        require_visible(i) / "texts" / "jeugd.json", require_visible(i) / "texts" / "hulp.json"
    ),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_told_on_opening_and_mended_by_the_next_sync(
    corpus: Path, index: Path, damage: Callable[[Path], object]
) -> None:
    damage(index)
    for _ in range(2):
        with pytest.raises(IndexDamaged, match="wmo sync --rebuild"):
            open_index(index)
    receipt = run_sync(corpus, index)
    assert receipt.rebuilt_because
    assert receipt.added == tuple(REPORTS)
    require_in_step(index, REPORTS)
    assert run_sync(corpus, index).unchanged == tuple(REPORTS)


def test_where_the_pointer_is_gone_the_index_is_missing_and_the_next_sync_makes_it(corpus: Path, index: Path) -> None:
    (index / "current").unlink()
    with pytest.raises(IndexMissing):
        open_index(index)
    assert run_sync(corpus, index).added == tuple(REPORTS)
    require_in_step(index, REPORTS)


@pytest.mark.end_to_end
def test_a_writer_that_is_killed_leaves_the_state_before_or_after(corpus: Path, index: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["index.retrieve", "index.sync"])
    before = dict(REPORTS)
    outcomes = set()
    changes = random.Random(2015).sample(range(40), 6)
    removals = range(22, 28)  # about the moment at which the new state becomes visible
    moments = [writes for pair in zip(changes, removals, strict=True) for writes in pair]
    for round_number, writes in enumerate(moments):
        after = {**REPORTS, "hulp": f"# Ronde {round_number}\n\n" + f"Zin {round_number} gaat over zorg. " * 60}
        if round_number % 2:
            del after["netwerk"]
        write_corpus(corpus, after)
        process = processes.Process(target=sync_until, args=(corpus, index, writes))
        process.start()
        process.join()
        with opened(index) as snapshot:
            is_after = f"Ronde {round_number}" in snapshot.text("hulp").content
        outcomes.add((process.exitcode, is_after))
        require_in_step(index, after if is_after else before)
        receipt = run_sync(corpus, index)
        assert bool(receipt.changed) is not is_after
        assert receipt.rebuilt_because is None
        require_in_step(index, after)
        pointer = (index / "current").read_bytes()
        quiet = run_sync(corpus, index)
        assert (quiet.recovered, quiet.unchanged) == (False, tuple(after))
        assert (index / "current").read_bytes() == pointer
        before = after
    assert outcomes >= {(-signal.SIGKILL, False), (-signal.SIGKILL, True)}, "no kill fell before, or none after"


WORDS = st.sampled_from("zorg hulp wijk gemeente 2019 cliënt niet jeugdhulp besluit € “raad”".split())
SENTENCES = st.lists(WORDS, min_size=1, max_size=9).map(lambda found: " ".join(found).capitalize() + ".")
TEXTS = st.lists(SENTENCES | st.just("## Kop"), min_size=1, max_size=40).map("\n\n".join)
CORPORA = st.dictionaries(st.sampled_from(["a", "b-1", "c", "d"]), TEXTS.map("# Titel\n\nEerste zin.\n\n{}".format))


@settings(max_examples=8, deadline=None)
@given(first=CORPORA, second=CORPORA)
def test_any_corpus_and_any_change_of_it_ends_in_step(
    tmp_path_factory: pytest.TempPathFactory, first: dict[str, str], second: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for reports in (first, second):
        corpus = write_corpus(folder / "corpus", reports)
        receipt = run_sync(corpus, folder / "index")
        assert receipt.failed == ()
        require_in_step(folder / "index", reports)
        pointer = (folder / "index" / "current").read_bytes()
        assert run_sync(corpus, folder / "index").unchanged == tuple(reports)
        assert (folder / "index" / "current").read_bytes() == pointer


def test_progress_is_told_from_nothing_to_all(corpus: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    sync(corpus, tmp_path / "index", EMBEDDER, progress=lambda *step: told.append(step))
    for step in ("read", "embed", "store"):
        done = [(d, total) for name, d, total in told if name == step]
        assert done and done == sorted(done)
        assert done[-1][0] == done[-1][1] > 0


def test_a_title_with_quotes_and_accents_is_kept_as_it_is(corpus: Path, index: Path) -> None:
    write_corpus(corpus, REPORTS, {"hulp": "Één, „twee” – en ‘drie’"})
    run_sync(corpus, index)
    assert json.loads((require_visible(index) / "manifest.json").read_text("utf-8"))
    with opened(index) as snapshot:
        assert snapshot.reports["hulp"].title == "Één, „twee” – en ‘drie’"
