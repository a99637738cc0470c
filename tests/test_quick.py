from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from assistant.settings import Settings
from assistant.wire import load_model
from index.e5 import bert_names, build_default_model
from index.fake_embed import HashingEmbedder
from index.quick import QuickQuestions
from index.tuned import read_tuned, save_tuned
from index.types import Embedder, Vectors

QUESTIONS = [
    "why does Wmo collaboration stall?",
    "Waarom komt samenwerking in de Wmo niet van de grond?",
    "wmo",
    "Hoeveel procent van de cliënten ontving in 2019 — volgens artikel 2.3.5, lid 4 — € 1.250,50?",
    "  twee  spaties,\teen tab\nen een regeleinde ",
    "e\u0301e\u0301n samengesteld accent, ﬁ-ligatuur en ½",
    "🙂 emoji, 中文 en العربية",
    "?!",
    "",
    "wijkteams en gemeenten " * 40,
]


@pytest.fixture(scope="module")
def folder(settings: Settings) -> Path:
    return build_default_model(settings.cache)


@pytest.fixture(scope="module")
def model(settings: Settings) -> Embedder:
    return load_model(settings)


@pytest.fixture(scope="module")
def stock(model: Embedder, folder: Path) -> QuickQuestions:
    return QuickQuestions(model, folder, {})


@pytest.fixture(scope="module")
def tuned(stock: QuickQuestions) -> QuickQuestions:
    return stock.with_learnt(read_tuned())


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_gets_the_vector_that_sentence_transformers_gives(
    stock: QuickQuestions, model: Embedder, question: str
) -> None:
    (theirs,), (ours,) = model.embed_queries([question]), stock.embed_queries([question])
    assert ours.dtype == theirs.dtype and float(ours @ theirs) > 0.99999


def test_it_judges_by_the_vectors_of_the_model_with_what_was_learnt_put_in(folder: Path, tuned: QuickQuestions) -> None:
    model = SentenceTransformer(str(folder), device="cpu")
    names = bert_names(model[0].model.config.num_hidden_layers)
    learnt = {names[name]: torch.from_numpy(values) for name, values in read_tuned().items()}
    model[0].model.load_state_dict(learnt, strict=False)
    theirs = model.encode(QUESTIONS[:4], prompt_name="query", normalize_embeddings=True)
    assert cosines(judge(tuned, QUESTIONS[:4]), theirs).min() > 0.99999


def test_the_vectors_that_rank_lie_between_those_that_judge_and_those_of_the_model_as_it_was(
    tuned: QuickQuestions, stock: QuickQuestions
) -> None:
    questions = [*QUESTIONS[:2], "hoeveel uur huishoudelijke hulp krijgt mijn moeder?"]
    before, ranking, judging = (
        stock.embed_queries(questions),
        tuned.embed_queries(questions),
        judge(tuned, questions),
    )
    ends = cosines(before, judging)
    assert ends.max() < 0.97
    assert (cosines(before, ranking) > ends).all() and (cosines(ranking, judging) > ends).all()


@pytest.mark.parametrize(("name", "size"), [("l0.q.b", 31), ("l99.q.b", 384), ("l0.q.b", 1)])
def test_what_was_learnt_by_another_model_is_refused(stock: QuickQuestions, name: str, size: int) -> None:
    with pytest.raises(ValueError, match=name):
        stock.with_learnt({name: np.zeros(size, np.float32)}).embed_queries(["wmo"])


def test_one_pass_gives_the_vectors_that_two_passes_give(tuned: QuickQuestions) -> None:
    ranking, judging = tuned.embed_both_ways(QUESTIONS[:3], QUESTIONS[:1])
    assert ranking.shape == (3, tuned.dimension) and judging.shape == (1, tuned.dimension)
    assert np.allclose(ranking, tuned.embed_queries(QUESTIONS[:3]), atol=1e-5)
    assert np.allclose(judging, judge(tuned, QUESTIONS[:1]), atol=1e-5)


def test_questions_together_get_the_vectors_they_get_alone(stock: QuickQuestions) -> None:
    together = stock.embed_queries(QUESTIONS)
    alone = np.concatenate([stock.embed_queries([question]) for question in QUESTIONS])
    assert together.shape == (len(QUESTIONS), stock.dimension) and np.allclose(together, alone, atol=1e-5)


def test_no_questions_get_no_vectors(stock: QuickQuestions) -> None:
    assert stock.embed_queries([]).shape == (0, stock.dimension)


def test_a_question_beyond_the_models_limit_is_read_to_its_end(stock: QuickQuestions) -> None:
    long = "samenwerking in de wijk " * 600
    whole, other, beginning, pie = stock.embed_queries(
        [long, long + "appeltaart met rozijnen " * 600, "samenwerking in de wijk " * 60, "appeltaart met rozijnen"]
    )
    assert np.linalg.norm(whole) == pytest.approx(1, abs=1e-3)
    assert float(whole @ beginning) > 0.95 > float(whole @ pie)
    assert float(other @ pie) > float(whole @ pie) + 0.02


def test_passages_are_embedded_by_the_model(folder: Path) -> None:
    passages, fallback = ["De gemeente voert de wet uit."], HashingEmbedder()
    quick = QuickQuestions(fallback, folder, {})
    assert np.array_equal(quick.embed_passages(passages), fallback.embed_passages(passages))


def test_many_threads_get_the_same_vectors(stock: QuickQuestions) -> None:
    alone = [stock.embed_queries([question]) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda question: stock.embed_queries([question]), QUESTIONS))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_what_was_learnt_is_kept_for_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.tuned.TUNED", tmp_path / "questions.npz")
    save_tuned({"l0.q.b": np.array([0.25, -2.0], np.float32)})
    ((name, values),) = read_tuned().items()
    assert name == "l0.q.b" and values.dtype == np.float32 and values.tolist() == [0.25, -2.0]


def judge(embedder: QuickQuestions, texts: list[str]) -> Vectors:
    return np.concatenate([embedder.embed_both_ways([], [text])[1] for text in texts])


def cosines(one: Vectors, other: Vectors) -> Vectors:
    return np.einsum("qd,qd->q", one, other)
