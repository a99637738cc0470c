from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.checkpoint import dequantise_q4_0, move_tensors, parse_checkpoint
from tests.small_weights import PIECES, SHAPE, tensors, weights_bytes


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
    assert checkpoint.header.shape == SHAPE
    assert checkpoint.header.pieces == PIECES
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


def test_moved_tensors_are_read_back_and_no_other_byte_changes() -> None:
    data, bias = weights_bytes(), np.linspace(-2, 2, SHAPE.hidden, dtype=np.float32)
    changed = move_tensors(data, {"l0.q.b": bias})
    before, after = parse_checkpoint(data).tensors, parse_checkpoint(changed).tensors
    assert np.array_equal(after["l0.q.b"], bias)
    assert all(np.array_equal(after[name], before[name]) for name in before if name != "l0.q.b")
    assert len(changed) == len(data) and sum(a != b for a, b in zip(data, changed, strict=True)) <= bias.nbytes


@pytest.mark.parametrize(("name", "size"), [("l0.q.b", 31), ("l9.q.b", 32), ("l0.q.w", 1024)])
def test_a_tensor_that_is_not_there_of_another_size_or_in_4_bits_cannot_be_moved(name: str, size: int) -> None:
    with pytest.raises(ValueError, match=name):
        move_tensors(weights_bytes(), {name: np.zeros(size, np.float32)})


def test_half_of_the_way_is_the_mean_of_both_ends() -> None:
    data, there = weights_bytes(), np.full(SHAPE.hidden, 3, np.float32)
    before, halfway = (
        parse_checkpoint(d).tensors["l0.q.b"] for d in (data, move_tensors(data, {"l0.q.b": there}, 0.5))
    )
    assert halfway == pytest.approx((before + there) / 2, abs=1e-6)
