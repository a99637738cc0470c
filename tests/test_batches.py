from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.batches import embed_batches, even_budget, plan_batches
from index.types import Vectors, no_progress


@settings(deadline=None)
@given(st.lists(st.integers(0, 60)), st.integers(1, 100))
def test_batches_hold_every_text_once_and_stay_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = plan_batches(lengths, budget)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget


@pytest.mark.parametrize("cores", [1, 2, 8])
def test_batches_of_texts_of_one_length_keep_all_cores_busy_to_the_end(cores: int) -> None:
    for texts in (64, 130, 400):
        lengths = [50] * texts
        assert len(plan_batches(lengths, even_budget(lengths, cores))) % cores == 0


def test_every_vector_stands_in_its_row_and_those_of_parts_below() -> None:
    lengths, parts = [3, 900, 400, 900], [[(0, 1)], [], [(0, 1), (1, 2)], [(0, 2)]]

    def forward(batch: Sequence[int]) -> tuple[Vectors, list[Vectors]]:
        inside = [np.full((len(parts[i]), 2), 10 + i, np.float32) for i in batch]
        return np.array([[i, i] for i in batch], np.float32), inside

    with ThreadPoolExecutor(2) as pool:
        vectors = embed_batches(forward, lengths, parts, 2, 2, pool, no_progress)
    assert vectors[:, 0].tolist() == [0, 1, 2, 3, 10, 12, 12, 13]


def test_who_stops_while_it_runs_does_not_wait_for_the_rest() -> None:
    read: list[int] = []

    def forward(batch: Sequence[int]) -> tuple[Vectors, list[Vectors]]:
        sleep(0.01)
        read.extend(batch)
        return np.zeros((len(batch), 2), np.float32), []

    def stop(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ThreadPoolExecutor(1) as pool:
        embed_batches(forward, [1_000] * 200, [], 2, 1, pool, stop)
    assert 0 < len(read) < 100
