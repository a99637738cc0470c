from __future__ import annotations

import hashlib
import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelUnavailable
from index.checkpoint import parse_checkpoint
from index.e5 import FILE_SHA256, build_default_model, build_model, find_weights, make_tokenizer
from tests.small_weights import PIECES, SHAPE, weights_bytes

ENGINE_VECTOR = [0.0853, -0.0197, -0.0776, -0.0305, 0.0523, -0.0168]
"""The first values that the C engine in the package gives for the query below."""

TOKENS = [0, 41, 1294, 12, 6586, 83, 8, 601, 432, 32, 2]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(weights_bytes())
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build_in_process(weights: str, cache: str) -> str:
    return str(build_model(Path(weights), sha256(Path(weights)), Path(cache)))


def test_combining_accents_and_line_ends_are_normalised_before_pieces_are_sought() -> None:
    tokenizer = make_tokenizer(PIECES)
    assert tokenizer.encode("de\nwmo e\u0301").tokens == ["<s>", "▁de", "▁wmo", "▁", "é", "</s>"]


def test_the_folder_is_a_model_that_sentence_transformers_loads_with_the_e5_prompts(
    weights: Path, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(build_model(weights, sha256(weights), tmp_path)), device="cpu")
    vector = model.encode("de wmo")
    assert (model.prompts["query"], model.prompts["passage"]) == ("query: ", "passage: ")
    assert model.max_seq_length == SHAPE.positions
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    stored = model[0].model.embeddings.word_embeddings.weight.detach().numpy()
    assert np.array_equal(stored.reshape(-1), parse_checkpoint(weights.read_bytes()).tensors["emb.word"])


def test_a_second_call_writes_nothing(weights: Path, tmp_path: Path) -> None:
    folder = build_model(weights, sha256(weights), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    steps: list[str] = []
    again = build_model(weights, sha256(weights), tmp_path, lambda step, done, total: steps.append(step))
    assert again == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert steps == []


@pytest.mark.parametrize("harm", ["cut", "change", "remove"])
def test_a_damaged_folder_is_made_again_with_one_line_said(
    weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: str
) -> None:
    folder = build_model(weights, sha256(weights), tmp_path)
    path = folder / "model.safetensors"
    good = path.read_bytes()
    if harm == "remove":
        path.unlink()
    else:
        path.write_bytes(good[:-1] if harm == "cut" else good[:-1] + bytes([good[-1] ^ 1]))
    with caplog.at_level(logging.WARNING):
        build_model(weights, sha256(weights), tmp_path)
    assert path.read_bytes() == good
    assert [record.getMessage() for record in caplog.records if "damaged" in record.getMessage()] == [
        f"the model folder {folder} is damaged or of another build; it is made again"
    ]


def test_what_a_killed_build_left_is_removed_and_never_used(weights: Path, tmp_path: Path) -> None:
    left = tmp_path / "models" / f"multilingual-e5-small-{sha256(weights)[:8]}.part-abc"
    left.mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"half")
    folder = build_model(weights, sha256(weights), tmp_path)
    assert (folder / "model.safetensors").stat().st_size > 4
    assert not left.exists()


def test_a_weights_file_with_another_checksum_is_refused_with_a_remedy(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        build_model(weights, "0" * 64, tmp_path)
    assert str(weights) in caught.value.nl and "pip install" in caught.value.nl
    assert str(weights) in caught.value.en and "pip install" in caught.value.en
    assert not list((tmp_path / "models").glob("*/"))


def test_a_cache_that_cannot_be_written_is_told_with_its_place(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelUnavailable, match="cannot be prepared") as caught:
        build_model(weights, sha256(weights), tmp_path / "file")
    assert str(tmp_path / "file") in caught.value.nl


def test_two_processes_may_make_the_folder_at_once(weights: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        folders = list(pool.map(build_in_process, [str(weights)] * 2, [str(tmp_path / "cache")] * 2))
    assert folders[0] == folders[1]
    names = {path.name for path in (tmp_path / "cache" / "models").iterdir()}
    assert names == {Path(folders[0]).name, Path(folders[0]).name + ".lock"}


def test_the_installed_package_holds_the_weights_that_are_expected() -> None:
    assert sha256(find_weights()) == FILE_SHA256


@pytest.mark.end_to_end
def test_the_default_model_gives_the_tokens_and_the_vector_of_the_packages_own_engine(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    from index.embed import load_embedder

    steps: list[tuple[int, int]] = []
    folder = build_default_model(tmp_path, lambda _, done, total: steps.append((done, total)))
    vector = load_embedder(str(folder), tmp_path).embed_queries(["Wat is de Wmo 2015?"])[0]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert tokenizer.encode("query: Wat is de Wmo?").ids == TOKENS
    assert vector[:6] == pytest.approx(ENGINE_VECTOR, abs=0.003)
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
