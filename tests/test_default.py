import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from assistant.settings import Settings
from index.default import DefaultEmbedder
from index.e5 import bert_names, build_default_model
from index.embed import load_embedder
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
def model(folder: Path, settings: Settings) -> Embedder:
    """The same model by sentence-transformers."""
    return load_embedder(str(folder), settings.cache)


@pytest.fixture(scope="module")
def stock(folder: Path) -> DefaultEmbedder:
    return DefaultEmbedder(folder, {})


@pytest.fixture(scope="module")
def tuned(stock: DefaultEmbedder) -> DefaultEmbedder:
    return stock.with_learnt(read_tuned())


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_gets_the_vector_that_sentence_transformers_gives(
    stock: DefaultEmbedder, model: Embedder, question: str
) -> None:
    (theirs,), (ours,) = model.embed_queries([question]), stock.embed_queries([question])
    assert ours.dtype == theirs.dtype and float(ours @ theirs) > 0.99999


def test_it_judges_by_the_vectors_of_the_model_with_what_was_learnt_in_it(folder: Path, tuned: DefaultEmbedder) -> None:
    model = SentenceTransformer(str(folder), device="cpu")
    names = bert_names(model[0].model.config.num_hidden_layers)
    learnt = {names[name]: torch.from_numpy(values) for name, values in read_tuned().items()}
    model[0].model.load_state_dict(learnt, strict=False)
    theirs = model.encode(QUESTIONS[:4], prompt_name="query", normalize_embeddings=True)
    assert cosines(judge(tuned, QUESTIONS[:4]), theirs).min() > 0.99999


def test_the_vectors_that_rank_lie_between_those_that_judge_and_those_of_the_model_as_it_was(
    tuned: DefaultEmbedder, stock: DefaultEmbedder
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
def test_what_was_learnt_by_another_model_is_refused(stock: DefaultEmbedder, name: str, size: int) -> None:
    with pytest.raises(ValueError, match=name):
        stock.with_learnt({name: np.zeros(size, np.float32)}).embed_queries(["wmo"])


def test_one_pass_gives_the_vectors_that_two_passes_give(tuned: DefaultEmbedder) -> None:
    ranking, judging = tuned.embed_both_ways(QUESTIONS[:3], QUESTIONS[:1])
    assert ranking.shape == (3, tuned.dimension) and judging.shape == (1, tuned.dimension)
    assert np.allclose(ranking, tuned.embed_queries(QUESTIONS[:3]), atol=1e-5)
    assert np.allclose(judging, judge(tuned, QUESTIONS[:1]), atol=1e-5)


def test_questions_together_get_the_vectors_they_get_alone(stock: DefaultEmbedder) -> None:
    together = stock.embed_queries(QUESTIONS)
    alone = np.concatenate([stock.embed_queries([question]) for question in QUESTIONS])
    assert together.shape == (len(QUESTIONS), stock.dimension) and np.allclose(together, alone, atol=1e-5)


def test_no_questions_get_no_vectors(stock: DefaultEmbedder) -> None:
    assert stock.embed_queries([]).shape == (0, stock.dimension)


def test_a_question_beyond_the_models_limit_is_read_to_its_end(stock: DefaultEmbedder) -> None:
    long = "samenwerking in de wijk " * 600
    whole, other, beginning, pie = stock.embed_queries(
        [long, long + "appeltaart met rozijnen " * 600, "samenwerking in de wijk " * 60, "appeltaart met rozijnen"]
    )
    assert np.linalg.norm(whole) == pytest.approx(1, abs=1e-3)
    assert float(whole @ beginning) > 0.95 > float(whole @ pie)
    assert float(other @ pie) > float(whole @ pie) + 0.02


def test_passages_get_the_vectors_that_sentence_transformers_gives(stock: DefaultEmbedder, model: Embedder) -> None:
    texts = [*QUESTIONS, "De gemeente voert de wet uit. Zij doet dat samen met de buurt.", "zorg en wonen, " * 400]
    halves = [[(0, len(text) // 2), (len(text) // 2, len(text))] for text in texts]
    theirs, ours = model.embed_passages(texts, parts=halves), stock.embed_passages(texts, parts=halves)
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape == (3 * len(texts), stock.dimension)
    assert np.abs(ours - theirs).max() < 1e-5
    assert np.array_equal(ours.any(axis=1), theirs.any(axis=1)) and not ours[-1].any()  # beyond what is read
    assert np.abs(stock.embed_passages(texts) - ours[: len(texts)]).max() < 1e-5
    assert stock.embed_passages([]).shape == (0, stock.dimension)


def test_vectors_that_are_the_same_have_the_same_fingerprint(stock: DefaultEmbedder, model: Embedder) -> None:
    assert (stock.fingerprint, stock.dimension) == (model.fingerprint, model.dimension)


def test_passages_are_embedded_without_loading_torch(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.default import DefaultEmbedder; "
        f"DefaultEmbedder(Path({str(folder)!r}), {{}}).embed_passages(['wmo']); "
        "sys.exit(int('torch' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1]).returncode == 0


def test_embedding_counts_up_to_all_texts(stock: DefaultEmbedder) -> None:
    steps: list[tuple[str, int, int]] = []
    stock.embed_passages(["zorg " * 200] * 12 + ["wonen"], lambda *step: steps.append(step))
    done = [step[1] for step in steps]
    assert len(steps) > 1 and done == sorted(done) and steps[-1] == ("embed", 13, 13)


def test_many_threads_get_the_same_vectors(stock: DefaultEmbedder) -> None:
    alone = [stock.embed_queries([question]) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda question: stock.embed_queries([question]), QUESTIONS))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_what_was_learnt_is_kept_for_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.tuned.TUNED", tmp_path / "questions.npz")
    save_tuned({"l0.q.b": np.array([0.25, -2.0], np.float32)})
    ((name, values),) = read_tuned().items()
    assert name == "l0.q.b" and values.dtype == np.float32 and values.tolist() == [0.25, -2.0]


def judge(embedder: DefaultEmbedder, texts: list[str]) -> Vectors:
    return np.concatenate([embedder.embed_both_ways([], [text])[1] for text in texts])


def cosines(one: Vectors, other: Vectors) -> Vectors:
    return np.einsum("qd,qd->q", one, other)
