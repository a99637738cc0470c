"""Enters: the tokens of some texts. Leaves: a vector for each token or text, from a BERT encoder computed by numpy.

A question may be read in several ways at once: with other biases and norms, but by the same matrices, which are nearly
all of the work and are gone through once for all texts. The texts lie one after another, without padding.
"""

from __future__ import annotations

import json
import math
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from index.checkpoint import Floats

Tokens = Sequence[int]

_HALF_LINE = np.float32(np.sqrt(0.5))
_ERF = [np.float32(a) for a in (0.0000430638, 0.0002765672, 0.0001520143, 0.0092705272, 0.0422820123, 0.0705230784, 1)]
_BLOCK = 1 << 15
"""How many numbers GELU takes at a time, so that they stay in a core's cache: measured twice as fast as all at once."""


def map_tensors(path: Path) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file by name, mapped: what is not looked at is not read.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is not such a file, or holds other numbers.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    first = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, about in json.loads(data[8:first]).items():
        if name != "__metadata__":
            if about["dtype"] != "F32":
                raise ValueError(f"tensor {name} of {path} is {about['dtype']}, expected F32")
            start, end = about["data_offsets"]
            flat = np.frombuffer(data, "<f4", (end - start) // 4, first + start)
            tensors[name] = flat.reshape(about["shape"])
    return tensors


@dataclass(frozen=True)
class Encoder:
    """BERT (Devlin et al. 2019) whose vector of a text is the mean over its tokens, of length 1.

    ``weights`` go by the names of ``index.e5.bert_names``; each of ``variants`` has other values for some of its biases
    and norms.
    """

    weights: Mapping[str, Floats]
    variants: Sequence[Mapping[str, Floats]]
    layers: int
    heads: int
    epsilon: float

    def encode(self, texts: Sequence[Sequence[Tokens]]) -> list[Floats]:
        """For each variant the vectors of its texts, shape ``[texts, dimension]``; no text may be without tokens."""
        flat = [rows for some in self.read(texts) for rows in some]
        if not flat:
            return [np.zeros((0, self.weights["emb.word"].shape[1]), np.float32) for _ in texts]
        return np.split(mean_vectors(flat), np.cumsum([len(some) for some in texts])[:-1])

    def read(self, texts: Sequence[Sequence[Tokens]]) -> list[list[Floats]]:
        """For each variant and each of its texts the vectors of the tokens, shape ``[tokens, dimension]``."""
        flat = [tokens for some in texts for tokens in some]
        if not flat:
            return [[] for _ in texts]
        spans = _slices([len(tokens) for tokens in flat])
        parts = _slices([sum(map(len, some)) for some in texts])
        rows = self._embeddings(flat, spans, parts)
        for layer in range(self.layers):
            rows = self._layer(rows, f"l{layer}.", spans, parts)
        by_text = iter(spans)
        return [[rows[next(by_text)] for _ in some] for some in texts]

    def _embeddings(self, texts: Sequence[Tokens], spans: Sequence[slice], parts: Sequence[slice]) -> Floats:
        rows: Floats = self.weights["emb.word"][np.concatenate(texts)] + self.weights["emb.type"][0]
        for span in spans:
            rows[span] += self.weights["emb.pos"][: span.stop - span.start]
        return self._norm(rows, "emb.ln", parts)

    def _layer(self, rows: Floats, layer: str, spans: Sequence[slice], parts: Sequence[slice]) -> Floats:
        query, key, value = (self._linear(rows, layer + name, parts) for name in "qkv")
        mixed = np.empty_like(rows)
        for span in spans:
            mixed[span] = self._attend(query[span], key[span], value[span])
        rows = self._norm(self._linear(mixed, layer + "ao", parts) + rows, layer + "aln", parts)
        inner = gelu(self._linear(rows, layer + "fi", parts))
        return self._norm(self._linear(inner, layer + "fo", parts) + rows, layer + "oln", parts)

    def _attend(self, query: Floats, key: Floats, value: Floats) -> Floats:
        """Each token of one text as a mixture of all, per head."""
        queries, keys, values = (rows.reshape(len(rows), self.heads, -1).swapaxes(0, 1) for rows in (query, key, value))
        scale = np.float32(1 / math.sqrt(queries.shape[2]))
        shares: Floats = np.multiply(queries, scale, dtype=np.float32) @ keys.swapaxes(1, 2)
        shares -= shares.max(axis=2, keepdims=True)
        np.exp(shares, out=shares)
        mixed: Floats = shares @ values
        mixed /= shares.sum(axis=2, keepdims=True)
        joined: Floats = mixed.swapaxes(0, 1).reshape(query.shape)
        return joined

    def _linear(self, rows: Floats, name: str, parts: Sequence[slice]) -> Floats:
        product: Floats = rows @ self.weights[name + ".w"].T
        for part, variant in zip(parts, self._readings, strict=True):
            product[part] += variant[name + ".b"]
        return product

    def _norm(self, rows: Floats, name: str, parts: Sequence[slice]) -> Floats:
        """Each row with mean 0 and variance 1, then scaled and moved as its variant says; ``rows`` are changed."""
        rows -= rows.mean(axis=1, keepdims=True)
        variance: Floats = np.einsum("td,td->t", rows, rows) / rows.shape[1] + np.float32(self.epsilon)
        rows /= np.sqrt(variance)[:, None]
        for part, variant in zip(parts, self._readings, strict=True):
            rows[part] *= variant[name + ".w"]
            rows[part] += variant[name + ".b"]
        return rows

    @cached_property
    def _readings(self) -> list[Mapping[str, Floats]]:
        """All weights of each variant."""
        return [{**self.weights, **variant} for variant in self.variants]


def mean_vectors(texts: Sequence[Floats]) -> Floats:
    """For each text the mean of the vectors of its tokens, of length 1."""
    means = np.stack([rows.mean(axis=0) for rows in texts])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return means


def gelu(values: Floats) -> Floats:
    """``x`` times the share of a standard normal distribution below ``x``, in place of it; error below 1e-6.

    The error function is approximated by Abramowitz and Stegun (1964), formula 7.1.28.
    """
    flat = values.reshape(-1)
    sizes, scaled, tails = (np.empty(min(_BLOCK, len(flat)), np.float32) for _ in range(3))
    with np.errstate(over="ignore"):  # far from zero the tail is 1 / infinity, which is zero
        for start in range(0, len(flat), _BLOCK):
            block = flat[start : start + _BLOCK]
            _gelu_block(block, *(some[: len(block)] for some in (sizes, scaled, tails)))
    return values


def _gelu_block(values: Floats, size: Floats, scaled: Floats, tail: Floats) -> None:
    """GELU of one block in place; the other arrays, as long as it, are room to work in."""
    np.abs(values, out=size)
    np.multiply(size, _HALF_LINE, out=scaled)
    np.multiply(scaled, _ERF[0], out=tail)
    for factor in _ERF[1:-1]:
        tail += factor
        tail *= scaled
    tail += _ERF[-1]
    for _ in range(4):
        tail *= tail
    np.divide(size, tail, out=tail)
    size += values
    size -= tail
    np.multiply(size, np.float32(0.5), out=values)


def _slices(sizes: Sequence[int]) -> list[slice]:
    """Where each of several pieces of these sizes lies when they stand one after another."""
    ends = np.cumsum([0, *sizes]).tolist()
    return [slice(start, end) for start, end in zip(ends[:-1], ends[1:], strict=True)]
