from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from index.tensors import map_tensors


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
