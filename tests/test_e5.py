from __future__ import annotations

import hashlib
import logging
import struct
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import ModelUnavailable
from index.e5 import (
    FILE_SHA256,
    Shape,
    build_default_model,
    build_model,
    dequantise_q4_0,
    find_weights,
    make_tokenizer,
    parse_checkpoint,
)

SHAPE = Shape(hidden=32, layers=1, heads=4, feed_forward=64, vocabulary=12, positions=16, types=2)
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [
    ("▁de", -2.0),
    ("▁wmo", -3.0),
    ("▁", -5.0),
    ("w", -6.0),
    ("m", -6.5),
    ("é", -7.0),
    (":", -4.0),
    ("<mask>", 0.0),
]
ENGINE_VECTOR = [0.0853, -0.0197, -0.0776, -0.0305, 0.0523, -0.0168]
"""The first values that the C engine in the package gives for the query below."""

TOKENS = [0, 41, 1294, 12, 6586, 83, 8, 601, 432, 32, 2]
FLOATS = {"emb.pos", "emb.type"}
LAYER = {"q": (32, 32), "k": (32, 32), "v": (32, 32), "ao": (32, 32), "fi": (64, 32), "fo": (32, 64)}


def quantise(values: np.ndarray) -> bytes:
    blocks = []
    for row in values.reshape(-1, 32):
        scale = np.float16(abs(row).max() / 7)
        nibbles = np.clip(np.round(row / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        blocks.append(scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).tobytes())
    return b"".join(blocks)


def tensors() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(7)
    sizes = {"emb.word": (12, 32), "emb.pos": (16, 32), "emb.type": (2, 32), "emb.ln.w": (32,), "emb.ln.b": (32,)}
    for short, size in LAYER.items():
        sizes |= {f"l0.{short}.w": size, f"l0.{short}.b": (size[0],)}
    for short in ("aln", "oln"):
        sizes |= {f"l0.{short}.w": (32,), f"l0.{short}.b": (32,)}
    return {name: chance.normal(size=size).astype(np.float32) for name, size in sizes.items()}


def weights_bytes() -> bytes:
    text = [piece.encode() for piece, _ in PIECES]
    offsets = np.cumsum([0, *map(len, text)])
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 4, 64, 12, 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, offsets[-1]) + offsets.astype("<u4").tobytes()
    head += np.array([score for _, score in PIECES], "<f4").tobytes() + b"".join(text)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 10, 1, 32)
    bodies = {
        name: quantise(values)
        if name == "emb.word" or name.endswith((".w",)) and values.ndim == 2
        else values.tobytes()
        for name, values in tensors().items()
    }
    at = len(head) + 4 + sum(2 + len(name) + 21 for name in bodies)
    listing = struct.pack("<i", len(bodies))
    for name, body in bodies.items():
        kind = int(len(body) != tensors()[name].nbytes)
        listing += struct.pack("<H", len(name)) + name.encode()
        listing += struct.pack("<BIQQ", kind, tensors()[name].size, at, len(body))
        at += len(body)
    return head + listing + b"".join(bodies.values())


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(weights_bytes())
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build_in_process(weights: str, cache: str) -> str:
    return str(build_model(Path(weights), sha256(Path(weights)), Path(cache)))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-8, 8, width=16), st.binary(min_size=16, max_size=16)), min_size=1, max_size=4))
def test_every_block_is_dequantised_as_the_definition_says(blocks: list[tuple[float, bytes]]) -> None:
    data = b"".join(struct.pack("<e", scale) + packed for scale, packed in blocks)
    expected = []
    for scale, packed in blocks:
        expected += [((byte & 15) - 8) * scale for byte in packed]
        expected += [((byte >> 4) - 8) * scale for byte in packed]
    assert dequantise_q4_0(data).tolist() == np.array(expected, np.float32).tolist()


def test_a_weights_file_gives_back_what_was_put_in() -> None:
    checkpoint = parse_checkpoint(weights_bytes())
    assert checkpoint.shape == SHAPE
    assert checkpoint.pieces == PIECES
    for name, values in tensors().items():
        step = np.abs(values).max() / 7
        assert np.abs(checkpoint.tensors[name] - values.reshape(-1)).max() <= step, name


@pytest.mark.parametrize("length", [0, 3, 40, 100, 400, -1])
def test_a_weights_file_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="weights file"):
        parse_checkpoint(weights_bytes()[:length])


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(ValueError, match="E5S1"):
        parse_checkpoint(b"GGUF" + weights_bytes()[4:])


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
    vector = load_embedder("default", tmp_path, lambda _, done, total: steps.append((done, total))).embed_queries(
        ["Wat is de Wmo 2015?"]
    )[0]
    tokenizer = Tokenizer.from_file(str(build_default_model(tmp_path) / "tokenizer.json"))
    assert tokenizer.encode("query: Wat is de Wmo?").ids == TOKENS
    assert vector[:6] == pytest.approx(ENGINE_VECTOR, abs=0.003)
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
