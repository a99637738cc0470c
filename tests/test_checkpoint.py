from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.checkpoint import dequantise_q4_0, parse_checkpoint
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
