from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tiny_models import make_embedding_model

from corpus.errors import ModelUnavailable
from index.embed import load_embedder
from index.fake_embed import HashingEmbedder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = ["de wmo", "het recht op zorg en hulp", "stad", "de gemeente en de wmo", "", "zorg " * 7]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_embedding_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def plain(tiny: Path) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(tiny), device="cpu")


def test_passages_and_queries_get_the_prompts_of_the_model(
    tiny: Path, plain: SentenceTransformer, tmp_path: Path
) -> None:
    embedder = load_embedder(str(tiny), tmp_path)
    for got, prompt in ((embedder.embed_passages(TEXTS), "passage : "), (embedder.embed_queries(TEXTS), "query : ")):
        expected = plain.encode([prompt + text for text in TEXTS], normalize_embeddings=True)
        assert np.abs(got - expected).max() < 0.02
        assert (got * expected).sum(1).min() > 0.9999


def test_vectors_are_float32_rows_of_length_one_in_the_order_of_the_texts(tiny: Path, tmp_path: Path) -> None:
    embedder = load_embedder(str(tiny), tmp_path)
    many = [f"de {' en '.join(['wmo', 'zorg', 'stad'][: 1 + i % 3])} {'hulp ' * (i % 11)}" for i in range(300)]
    vectors = embedder.embed_passages(many)
    assert vectors.dtype == np.float32 and vectors.shape == (300, embedder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(300), abs=1e-5)
    alone = np.vstack([embedder.embed_passages([text]) for text in many[:12]])
    assert np.abs(vectors[:12] - alone).max() < 0.02


def test_no_texts_give_no_rows(tiny: Path, tmp_path: Path) -> None:
    assert load_embedder(str(tiny), tmp_path).embed_passages([]).shape == (0, 24)


def test_progress_ends_at_the_number_of_texts(tiny: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    load_embedder(str(tiny), tmp_path).embed_passages(["zorg " * 200] * 90, lambda *step: seen.append(step))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == ("embed", 90, 90)


def test_texts_beyond_the_models_limit_are_counted_in_a_warning(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    embedder = load_embedder(str(tiny), tmp_path)
    with caplog.at_level(logging.WARNING, logger="index.embed"):
        embedder.embed_passages(["zorg " * 40, "de wmo"])
    assert [record.getMessage() for record in caplog.records] == [
        "1 of 2 texts fill the 16 tokens of the embedding model; what lies beyond is not embedded"
    ]


def test_threads_that_embed_at_once_get_the_vectors_of_one(tiny: Path, tmp_path: Path) -> None:
    embedder = load_embedder(str(tiny), tmp_path)
    expected = embedder.embed_passages(TEXTS * 40)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.embed_passages, [TEXTS * 40] * 8):
            assert np.abs(vectors - expected).max() < 1e-4


def test_the_fingerprint_stays_when_the_folder_moves_and_changes_with_weights_and_prompts(
    tiny: Path, tmp_path: Path
) -> None:
    first = load_embedder(str(tiny), tmp_path).fingerprint
    moved = shutil.copytree(tiny, tmp_path / "elsewhere" / tiny.name)
    assert load_embedder(str(moved), tmp_path).fingerprint == first
    config = moved / "config_sentence_transformers.json"
    settings = json.loads(config.read_text())
    config.write_text(json.dumps(settings | {"prompts": {"query": "de ", "passage": "het "}}))
    prompted = load_embedder(str(moved), tmp_path).fingerprint
    values = load_file(moved / "model.safetensors")
    save_file({name: value * 1.5 for name, value in values.items()}, moved / "model.safetensors", {"format": "pt"})
    assert len({first, prompted, load_embedder(str(moved), tmp_path).fingerprint}) == 3


def test_a_folder_without_a_model_is_told_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"modules\.json or config\.json") as caught:
        load_embedder(str(tmp_path), tmp_path)
    assert str(tmp_path) in caught.value.nl


def test_a_folder_with_damaged_weights_is_told_with_its_place(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:2000])
    with pytest.raises(ModelUnavailable, match="holds no embedding model") as caught:
        load_embedder(str(folder), tmp_path)
    assert str(folder) in caught.value.nl


@pytest.mark.parametrize("name", ["no/such/model", "./not-here", "not here"])
def test_a_name_that_cannot_be_a_model_is_told_with_the_remedy(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match='choose "default"') as caught:
        load_embedder(name, tmp_path)
    assert repr(name) in caught.value.nl


def test_importing_the_module_does_not_import_torch() -> None:
    code = "import sys, index.embed, index.vectors, index.e5; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1]).returncode == 0


def test_hashed_vectors_are_the_same_in_another_process() -> None:
    code = "from index.fake_embed import HashingEmbedder as H; print(H(16).embed_queries(['De Wmo, de stad']).tolist())"
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True
    )
    assert np.array_equal(
        np.array(json.loads(there.stdout), np.float32), HashingEmbedder(16).embed_queries(["de wmo de stad"])
    )


def test_hashed_vectors_have_length_one_even_without_words() -> None:
    vectors = HashingEmbedder(8).embed_passages(["de wmo", "", "?!"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1])


@pytest.mark.end_to_end
def test_a_dutch_passage_is_nearest_to_the_dutch_and_the_english_question_about_it(tmp_path: Path) -> None:
    real_embedder = load_embedder("default", tmp_path)
    passages = real_embedder.embed_passages(
        [
            "De gemeente beslist binnen twee weken na de aanvraag over een maatwerkvoorziening.",
            "Het zwembad is op zondag gesloten wegens onderhoud aan de ketel.",
            "Leerlingen krijgen vrijstelling van de leerplicht als zij ziek zijn.",
        ]
    )
    questions = real_embedder.embed_queries(
        ["Hoe snel moet de gemeente over mijn Wmo-aanvraag beslissen?", "When must pupils not go to school?"]
    )
    assert (questions @ passages.T).argmax(axis=1).tolist() == [0, 2]
