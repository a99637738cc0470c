from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from scipy.stats import norm

from index.bert import gelu, map_tensors


def test_gelu_is_the_value_times_the_normal_share_below_it() -> None:
    values = np.linspace(-8, 8, 4001, dtype=np.float32)
    exact = values * norm.cdf(values.astype(np.float64))
    assert np.abs(gelu(values) - exact).max() < 1e-6
    assert gelu(np.float32([[0.0], [-40.0], [40.0]])).tolist() == [[0.0], [0.0], [40.0]]
    many = np.tile(np.float32([-1.0, 0.5, 2.0]), 40_000)
    assert np.abs(gelu(many).reshape(-1, 3) - gelu(np.float32([-1.0, 0.5, 2.0]))).max() < 1e-6


def test_the_tensors_of_a_file_are_those_that_were_written(tmp_path: Path) -> None:
    written = {
        "a": np.arange(12, dtype=np.float32).reshape(3, 4),
        "b": np.float32([1.5]),
        "c": np.ones((2, 1), np.float32),
    }
    save_file(written, tmp_path / "some.safetensors", metadata={"format": "pt"})
    read = map_tensors(tmp_path / "some.safetensors")
    assert read.keys() == written.keys()
    for name, values in written.items():
        assert np.array_equal(read[name], values) and read[name].shape == values.shape


def test_other_numbers_than_float32_are_refused(tmp_path: Path) -> None:
    save_file({"a": np.zeros(4, np.float16)}, tmp_path / "some.safetensors")
    with pytest.raises(ValueError, match="F16"):
        map_tensors(tmp_path / "some.safetensors")


@pytest.mark.parametrize("data", [b"", b"GGUF", bytes(8) + b"no header"])
def test_another_kind_of_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "some.safetensors").write_bytes(data)
    with pytest.raises(ValueError):
        map_tensors(tmp_path / "some.safetensors")


def test_what_is_mapped_cannot_be_changed(tmp_path: Path) -> None:
    save_file({"a": np.zeros(4, np.float32)}, tmp_path / "some.safetensors")
    with pytest.raises(ValueError, match="read-only"):
        map_tensors(tmp_path / "some.safetensors")["a"][0] = 1
