from __future__ import annotations

import json
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from assistant_desk import EMBEDDER, assert_sound, make_desk, use_model
from tiny_models import make_cross_encoder, make_embedding_model

from assistant.ask import ask
from assistant.doctor import examine
from assistant.wire import Desk, open_desk
from corpus.errors import ModelUnavailable
from index.embedded import in_context
from index.rerank import Reranker, load_reranker
from index.retrieve import RERANKED

QUESTION = "Waarom stokt de zorg in de stad?"
REPORTS = {
    f"r{i:02d}": f"# Rapport {i}\n\nDe zorg en hulp in stad {i} {'het recht op zorg ' * (i % 5)}stokt. "
    f"{'De gemeente en de wmo. ' * (i % 7)}"
    for i in range(RERANKED + 10)
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cross_encoder(tmp_path_factory.mktemp("cross") / "tiny-cross")


@pytest.fixture(scope="module")
def reranker(tiny: Path) -> Reranker:
    return load_reranker(str(tiny))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("rerank"), REPORTS)


def test_scores_are_those_of_the_cross_encoder_in_the_order_of_the_passages(tiny: Path, reranker: Reranker) -> None:
    from sentence_transformers import CrossEncoder

    passages = [f"de zorg {'hulp ' * i}" for i in range(20)]
    expected = CrossEncoder(str(tiny), device="cpu").predict([("de wmo", passage) for passage in passages])
    scores = reranker.score("de wmo", passages)
    assert scores.shape == (20,) and scores.dtype == np.float64
    assert np.abs(scores - expected).max() < 0.02
    assert reranker.name == "tiny-cross"


def test_threads_that_score_at_once_get_the_scores_of_one(reranker: Reranker) -> None:
    passages = [f"de zorg {'hulp ' * (i % 4)}" for i in range(12)]
    expected = reranker.score("de wmo", passages)
    with ThreadPoolExecutor(4) as pool:
        for scores in pool.map(lambda _: reranker.score("de wmo", passages), range(8)):
            assert scores == pytest.approx(expected, abs=1e-6)


def test_the_first_passages_take_the_order_of_the_reranker_and_the_rest_stays(
    plain: Desk, tiny: Path, reranker: Reranker
) -> None:
    reranked = open_desk(plain.settings.model_copy(update={"reranker": str(tiny)}), embedder=EMBEDDER)
    before, after = (desk.retriever.find(QUESTION, "nl") for desk in (plain, reranked))
    assert after.rows[RERANKED:].tolist() == before.rows[RERANKED:].tolist()
    assert sorted(after.rows.tolist()) == sorted(before.rows.tolist())
    assert after.rows.tolist() != before.rows.tolist()
    passages = [after.snapshot.passages[row] for row in after.rows[:RERANKED]]
    read = reranker.score(QUESTION, [in_context(after.snapshot.reports[p.report_id], p) for p in passages])
    assert (np.diff(read) <= 1e-6).all()
    assert after.scores.tolist() == before.scores.tolist()
    place = {row: i for i, row in enumerate(before.rows.tolist())}
    for name, values in after.features.items():
        assert values.tolist() == [before.features[name][place[row]] for row in after.rows.tolist()]


def test_an_answer_with_a_reranker_is_sound(plain: Desk, tiny: Path) -> None:
    desk = open_desk(plain.settings.model_copy(update={"reranker": str(tiny)}), embedder=EMBEDDER)
    assert_sound(ask(desk, QUESTION), desk)


@pytest.mark.parametrize("name", ["no/such/model", "BAAI/not-here", "./not-here", "not here"])
def test_a_cross_encoder_that_is_not_here_is_told_with_the_remedy(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="hf download") as caught:
        load_reranker(name)
    assert repr(name) in caught.value.nl and "WMO_RERANKER" in caught.value.nl


def test_an_embedding_model_is_refused_because_its_scores_would_be_random(tmp_path: Path) -> None:
    folder = make_embedding_model(tmp_path)
    with pytest.raises(ModelUnavailable, match="sequence classification") as caught:
        load_reranker(str(folder))
    assert "BertModel" in caught.value.nl


def test_a_model_with_several_scores_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="3 labels"):
        load_reranker(str(make_cross_encoder(tmp_path / "three", labels=3)))


@pytest.mark.parametrize("spoiled", ["model.safetensors", "config.json"])
def test_a_damaged_folder_is_told_with_its_place(
    tiny: Path, tmp_path: Path, spoiled: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / spoiled).write_bytes((folder / spoiled).read_bytes()[:100])
    with caplog.at_level(logging.CRITICAL), pytest.raises(ModelUnavailable) as caught:
        load_reranker(str(folder))
    assert str(folder) in caught.value.nl and "\n" not in caught.value.nl


def test_the_doctor_shows_the_reranker_and_what_is_wrong_with_it(
    plain: Desk, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_model(monkeypatch)
    assert "reranker" not in {finding.check for finding in examine(plain.settings)}
    for value, ok in ((str(tiny), True), ("no/such/model", False)):
        findings = {f.check: f for f in examine(plain.settings.model_copy(update={"reranker": value}))}
        assert findings["reranker"].ok is ok and value in json.dumps(findings["reranker"].nl)
