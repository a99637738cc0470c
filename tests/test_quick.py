from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assistant.settings import Settings
from assistant.wire import load_model
from index.e5 import find_weights
from index.fake_embed import HashingEmbedder
from index.quick import QuickQuestions
from index.types import Embedder

QUESTIONS = [
    "why does Wmo collaboration stall?",
    "Waarom komt samenwerking in de Wmo niet van de grond?",
    "wmo",
    "Hoeveel procent van de cliënten ontving in 2019 — volgens artikel 2.3.5, lid 4 — € 1.250,50?",
    "  twee  spaties,\teen tab\nen een regeleinde ",
    "e\u0301e\u0301n samengesteld accent, ﬁ-ligatuur en ½",
    "🙂 emoji, 中文 en العربية",
    "?!",
    "wijkteams en gemeenten " * 40,
]


@pytest.fixture(scope="module")
def model(settings: Settings) -> Embedder:
    return load_model(settings)


@pytest.fixture(scope="module")
def quick(model: Embedder) -> QuickQuestions:
    return QuickQuestions(model, find_weights(), find_weights())


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_engine_gives_the_vector_that_the_model_gives(
    quick: QuickQuestions, model: Embedder, question: str
) -> None:
    (theirs,), (ours,) = model.embed_queries([question]), quick.embed_queries([question])
    assert ours.dtype == theirs.dtype and float(ours @ theirs) > 0.999


def test_questions_together_get_the_vectors_they_get_alone(quick: QuickQuestions) -> None:
    together = quick.embed_queries(QUESTIONS[:4])
    alone = np.concatenate([quick.embed_queries([question]) for question in QUESTIONS[:4]])
    assert together.shape == (4, quick.dimension) and np.allclose(together, alone, atol=1e-5)


def test_a_question_beyond_the_models_limit_lies_near_the_vector_of_its_beginning(quick: QuickQuestions) -> None:
    whole, part, other = quick.embed_queries(
        ["samenwerking in de wijk " * 600, "samenwerking in de wijk " * 60, "appeltaart"]
    )
    assert np.linalg.norm(whole) == pytest.approx(1, abs=1e-3)
    assert float(whole @ part) > 0.95 > float(whole @ other)


def test_passages_are_embedded_by_the_model() -> None:
    passages, fallback = ["De gemeente voert de wet uit."], HashingEmbedder()
    quick = QuickQuestions(fallback, find_weights(), find_weights())
    assert np.array_equal(quick.embed_passages(passages), fallback.embed_passages(passages))


def test_many_threads_get_the_same_vectors(quick: QuickQuestions) -> None:
    alone = [quick.embed_queries([question]) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda question: quick.embed_queries([question]), QUESTIONS))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
