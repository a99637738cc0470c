from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import time

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from assistant.settings import Settings
from corpus.errors import ModelUnavailable
from index.e5 import bert_names, build_default_model, find_weights
from index.fake_embed import HashingEmbedder
from index.quick import QuickQuestions
from index.tuned import TUNED, tuned_weights
from index.types import Vectors

QUESTIONS = [
    "why does Wmo collaboration stall?",
    "Waarom komt samenwerking in de Wmo niet van de grond?",
    "hoeveel uur huishoudelijke hulp krijgt mijn moeder?",
]


@pytest.fixture(scope="module")
def weights(settings: Settings) -> tuple[Path, Path]:
    return tuned_weights(settings.cache)


@pytest.fixture(scope="module")
def quick(weights: tuple[Path, Path]) -> QuickQuestions:
    return QuickQuestions(HashingEmbedder(), *weights)


@pytest.fixture(scope="module")
def stock() -> QuickQuestions:
    return QuickQuestions(HashingEmbedder(), find_weights(), find_weights())


def test_the_engine_judges_by_the_vectors_of_the_model_with_what_was_learnt_put_in(
    settings: Settings, quick: QuickQuestions
) -> None:
    model = SentenceTransformer(str(build_default_model(settings.cache)), device="cpu")
    names = bert_names(model[0].model.config.num_hidden_layers)
    learnt = {names[name]: torch.from_numpy(values.astype(np.float32)) for name, values in np.load(TUNED).items()}
    model[0].model.load_state_dict(learnt, strict=False)
    theirs = model.encode(QUESTIONS, prompt_name="query", normalize_embeddings=True)
    assert cosines(quick.embed_to_judge(QUESTIONS), theirs).min() > 0.999


def test_the_vectors_that_rank_lie_between_those_that_judge_and_those_of_the_model_as_it_was(
    quick: QuickQuestions, stock: QuickQuestions
) -> None:
    before, ranking, judging = (
        stock.embed_queries(QUESTIONS),
        quick.embed_queries(QUESTIONS),
        quick.embed_to_judge(QUESTIONS),
    )
    ends = cosines(before, judging)
    assert ends.max() < 0.97
    assert (cosines(before, ranking) > ends).all() and (cosines(ranking, judging) > ends).all()


def test_the_files_are_written_once_and_again_where_one_is_cut_off(tmp_path: Path) -> None:
    paths = tuned_weights(tmp_path)
    whole, written = [path.read_bytes() for path in paths], [path.stat().st_mtime_ns for path in paths]
    assert [path.stat().st_mtime_ns for path in tuned_weights(tmp_path)] == written
    paths[1].write_bytes(whole[1][:1000])
    assert [path.read_bytes() for path in tuned_weights(tmp_path)] == whole


def test_processes_that_ask_at_once_all_get_whole_files(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, get_context("spawn")) as processes:
        found = [*processes.map(tuned_weights, [tmp_path] * 3)]
    size = find_weights().stat().st_size
    assert found[0] == found[1] == found[2]
    assert [path.stat().st_size for path in found[0]] == [size, size]


def test_what_another_version_wrote_goes_unless_it_may_be_about_to_read_it(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    old, new = (tmp_path / "models" / f"questions-{version}-ranking.bin" for version in ("01234567", "76543210"))
    for path, seconds in ((old, 2 * 3600), (new, 60)):
        path.write_bytes(b"another version")
        os.utime(path, (time() - seconds,) * 2)
    paths = tuned_weights(tmp_path)
    assert {*(tmp_path / "models").iterdir()} == {*paths, new}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelUnavailable, match="WMO_CACHE"):
        tuned_weights(tmp_path)


def cosines(one: Vectors, other: Vectors) -> Vectors:
    return np.einsum("qd,qd->q", one, other)
