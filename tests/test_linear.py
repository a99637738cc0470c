"""A linear model is a weighted sum of named columns, written to a file that people can read."""

from __future__ import annotations

import json
from math import exp
from pathlib import Path

import numpy as np
import pytest

from index.linear import LinearModel, read_model, write_model
from index.retrieve import PASSAGE_MODEL

MODEL = LinearModel({"cosine": 2.0, "words": -0.5}, 1.0)
FEATURES = {"cosine": np.array([0.0, 0.5]), "words": np.array([0.0, 4.0]), "unused": np.array([9.0, 9.0])}


def test_the_score_is_the_weighted_sum() -> None:
    assert MODEL.score(FEATURES).tolist() == [1.0, 0.0]


def test_the_probability_is_the_logistic_function_of_the_score() -> None:
    assert MODEL.probability(FEATURES) == pytest.approx([1 / (1 + exp(-1)), 0.5])


def test_a_feature_with_a_weight_must_be_there() -> None:
    with pytest.raises(KeyError, match="words"):
        MODEL.score({"cosine": np.array([1.0])})


def test_nothing_to_score_gives_no_scores() -> None:
    assert MODEL.score({"cosine": np.zeros(0), "words": np.zeros(0)}).shape == (0,)


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    write_model(path, LinearModel({"cosine": 1.23456}, -0.5), {"fitted": "één set"})
    assert read_model(path) == LinearModel({"cosine": 1.2346}, -0.5)
    assert json.loads(path.read_text("utf-8"))["about"] == {"fitted": "één set"}
    assert "één set" in path.read_text("utf-8")


def test_the_shipped_passage_scorer_weighs_the_columns_that_the_retriever_makes() -> None:
    assert read_model(PASSAGE_MODEL).weights.keys() == {"passage", "sentence", "lexical", "named"}
