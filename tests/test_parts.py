from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from index_corpus import REPORTS, write_corpus
from tiny_models import make_embedding_model

from corpus.catalogue import read_catalogue
from index.embed import load_embedder
from index.embedded import LONG_WORDS, WITHIN_SHARE, in_context, passages_to_embed
from index.generation import require_visible
from index.parts import mean_of_tokens
from index.snapshot import open_snapshot
from index.sync import read_report, sync
from index.types import Parts, Vectors

TEXT = "de wmo en zorg . de stad en hulp"
HALVES = [(0, 16), (17, len(TEXT))]
DIMENSION = 24


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_embedding_model(tmp_path_factory.mktemp("tiny"))


def token_vectors(model: Path, text: str) -> Vectors:
    """The vectors of the tokens of a passage as sentence-transformers itself gives them."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(model), device="cpu")
    tokens: Vectors = plain.encode([f"passage : {text}"], output_value="token_embeddings")[0].numpy()
    return tokens


def test_a_part_has_the_mean_vector_of_its_tokens_in_the_passage(tiny: Path, tmp_path: Path) -> None:
    tokens = token_vectors(tiny, TEXT)[2:]  # without the two words of the prompt
    words = TEXT.split()
    assert len(tokens) == len(words)
    expected = np.stack([tokens[:5].mean(0), tokens[5:].mean(0)])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    vectors = load_embedder(str(tiny), tmp_path).embed_passages([TEXT], parts=[HALVES])
    assert np.allclose(vectors[1:], expected, atol=0.02)
    assert np.linalg.norm(vectors[1:], axis=1) == pytest.approx(1, abs=1e-5)


def test_the_texts_come_first_and_then_the_parts_of_each_in_order(tiny: Path, tmp_path: Path) -> None:
    embedder = load_embedder(str(tiny), tmp_path)
    texts = ["de wmo", TEXT, "stad", f"{TEXT} {TEXT[:10]}"]
    parts: list[Parts] = [[(0, 6)], HALVES, [], [(0, 2), (3, 6), (33, 35)]]
    vectors = embedder.embed_passages(texts, parts=parts)
    assert vectors.shape == (4 + 6, DIMENSION)
    assert np.allclose(vectors[:4], embedder.embed_passages(texts), atol=1e-4)
    alone = [embedder.embed_passages([text], parts=[inside])[1:] for text, inside in zip(texts, parts, strict=True)]
    assert np.allclose(vectors[4:], np.concatenate(alone), atol=0.02)


def test_a_part_beyond_the_models_limit_has_no_vector(tiny: Path, tmp_path: Path) -> None:
    text = "zorg " * 40  # the model takes 16 tokens
    vectors = load_embedder(str(tiny), tmp_path).embed_passages([text], parts=[[(0, 4), (150, 154)]])
    assert np.linalg.norm(vectors[1:], axis=1).tolist() == pytest.approx([1, 0], abs=1e-5)


def test_a_model_that_does_not_take_the_mean_gives_parts_no_vector(tiny: Path, tmp_path: Path) -> None:
    model = shutil.copytree(tiny, tmp_path / "first token")
    pooling = model / "1_Pooling" / "config.json"
    pooling.write_text(f'{{"embedding_dimension": {DIMENSION}, "pooling_mode": "cls"}}', "utf-8")
    vectors = load_embedder(str(model), tmp_path).embed_passages([TEXT], parts=[HALVES])
    assert vectors[0].any()
    assert not vectors[1:].any()


def test_a_part_without_tokens_has_no_vector() -> None:
    tokens = np.eye(3, dtype=np.float32)
    offsets = [(0, 0), (0, 4), (5, 9)]
    assert mean_of_tokens(tokens, offsets, [(4, 5), (0, 4), (3, 6)]).tolist() == [
        [0, 0, 0],
        [0, 1, 0],
        pytest.approx([0, 0.5**0.5, 0.5**0.5]),
    ]


def test_sentences_are_found_in_what_is_embedded_for_their_passage(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path, {**REPORTS, "kort": "Een zin. Nog een zin.\n\n# Kop\n\nEen derde."})
    for report in read_catalogue(corpus):
        reading = read_report(corpus, report)
        divided = passages_to_embed(report, reading)
        assert [text for text, _ in divided] == [in_context(report, passage) for passage in reading.passages]
        found = [text[start:end] for text, parts in divided for start, end in parts]
        assert found == [sentence.text for sentence in reading.sentences]


def test_a_sentence_is_also_what_its_passage_makes_of_it(tiny: Path, tmp_path: Path) -> None:
    text = "De wmo helpt. De stad."
    corpus = write_corpus(tmp_path / "corpus", {"een": text})
    embedder = load_embedder(str(tiny), tmp_path)
    sync(corpus, tmp_path / "index", embedder)
    (report,) = read_catalogue(corpus)
    ((context, parts),) = passages_to_embed(report, read_report(corpus, report))
    own = embedder.embed_passages(["De wmo helpt.", "De stad."])
    expected = own + WITHIN_SHARE * embedder.embed_passages([context], parts=[parts])[1:]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    with closing(open_snapshot(require_visible(tmp_path / "index"))) as snapshot:
        assert np.allclose(snapshot.sentence_vectors, expected, atol=0.02)
        assert not np.allclose(snapshot.sentence_vectors, own, atol=0.02)


def test_a_long_sentence_is_what_its_passage_makes_of_it_unless_the_model_does_not_reach_it(
    tiny: Path, tmp_path: Path
) -> None:
    first, second = ("De wmo " + "en zorg " * (LONG_WORDS // 2) + ".", "Stad " + "hulp " * LONG_WORDS + ".")
    corpus = write_corpus(tmp_path / "corpus", {"een": f"{first} {second}"})
    embedder = load_embedder(str(tiny), tmp_path)
    sync(corpus, tmp_path / "index", embedder)
    (report,) = read_catalogue(corpus)
    ((context, parts),) = passages_to_embed(report, read_report(corpus, report))
    within = embedder.embed_passages([context], parts=[parts])[1:]
    with closing(open_snapshot(require_visible(tmp_path / "index"))) as snapshot:
        assert np.allclose(snapshot.sentence_vectors[0], within[0], atol=0.02)
        assert np.allclose(snapshot.sentence_vectors[1], embedder.embed_passages([second])[0], atol=0.02)
    assert not within[1].any()
