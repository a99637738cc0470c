from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.scale import USUAL, USUAL_MEAN, USUAL_SPREAD, Scale, measure_scale
from index.types import Vectors


def make_vectors(count: int, common: float) -> Vectors:
    """Random unit vectors that share a direction: the larger ``common``, the higher their cosines."""
    draw = np.random.default_rng(1)
    vectors = draw.standard_normal((count, 16)).astype(np.float32)
    vectors[:, 0] += common
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@pytest.mark.parametrize("common", [0.0, 4.0, 20.0])
def test_whatever_the_model_two_sentences_have_the_usual_cosine_on_average(common: float) -> None:
    vectors = make_vectors(300, common)
    cosines = (vectors @ vectors.T)[~np.eye(300, dtype=bool)].astype(np.float64)
    usual = measure_scale(vectors).usual(cosines)
    assert usual.mean() == pytest.approx(USUAL_MEAN, abs=0.003)
    assert usual.std() == pytest.approx(USUAL_SPREAD, rel=0.1)


@given(
    st.lists(st.floats(-1, 1), min_size=2),
    st.floats(-0.2, 0.95),
    st.floats(0.01, 0.5),
)
def test_the_order_stays(cosines: list[float], mean: float, spread: float) -> None:
    values = np.array(cosines)
    usual = Scale(mean, spread).usual(values)
    assert (np.diff(usual[np.argsort(values)]) >= 0).all()


def test_the_default_model_keeps_its_cosines() -> None:
    values = np.linspace(-1, 1, 41)
    assert USUAL.usual(values) == pytest.approx(values)


@pytest.mark.parametrize("vectors", [make_vectors(0, 0), make_vectors(1, 0), np.ones((9, 1), np.float32)])
def test_too_little_to_measure_gives_the_usual_scale(vectors: Vectors) -> None:
    assert measure_scale(vectors) == USUAL


def test_it_is_measured_the_same_way_every_time() -> None:
    assert measure_scale(make_vectors(50, 2.0)) == measure_scale(make_vectors(50, 2.0))
