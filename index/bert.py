"""Enters: the tokens of some texts. Leaves: a vector for each token or text, from a BERT encoder run by ONNX Runtime.

A question may be read in several ways at once: with other biases and norms, but by the same matrices, which are nearly
all of the work and are gone through once for all texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from index.checkpoint import Floats

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Tokens = Sequence[int]

_UNSEEN = np.float32(-1e9)
"""Added to what a token would weigh where there is none, so that softmax gives it nothing."""


class Encoder:
    """BERT (Devlin et al. 2019) whose vector of a text is the mean over its tokens, of length 1.

    ``weights`` go by the names of ``index.e5.bert_names``; each of ``variants`` has other values for some of its biases
    and norms. Some texts are read by ``cores`` cores. Safe to call from several threads.
    """

    def __init__(
        self,
        weights: Mapping[str, Floats],
        variants: Sequence[Mapping[str, Floats]],
        layers: int,
        heads: int,
        epsilon: float,
        cores: int,
    ) -> None:
        from index.bert_graph import BertGraph

        self._words = weights["emb.word"]
        self._places: Floats = weights["emb.pos"] + weights["emb.type"][0]
        graph = BertGraph([{**weights, **variant} for variant in variants], layers, heads, epsilon)
        self._tensors = graph.tensors  # the session reads them where they lie
        self._session = _start(graph.model(), self._tensors, cores)

    def encode(self, texts: Sequence[Sequence[Tokens]]) -> list[Floats]:
        """For each variant the vectors of its texts, shape ``[texts, dimension]``; no text may be without tokens."""
        flat = [rows for some in self.read(texts) for rows in some]
        if not flat:
            return [np.zeros((0, self._words.shape[1]), np.float32) for _ in texts]
        return np.split(mean_vectors(flat), np.cumsum([len(some) for some in texts])[:-1])

    def read(self, texts: Sequence[Sequence[Tokens]]) -> list[list[Floats]]:
        """For each variant and each of its texts the vectors of the tokens, shape ``[tokens, dimension]``."""
        flat = [tokens for some in texts for tokens in some]
        if not flat:
            return [[] for _ in texts]
        lengths = [len(tokens) for tokens in flat]
        is_there = np.arange(max(lengths)) < np.array(lengths)[:, None]
        ids = np.zeros((len(flat), max(lengths)), np.int64)
        ids[is_there] = np.concatenate(flat)
        feeds = {
            "tokens": self._words[ids] + self._places[: max(lengths)],
            "hidden": np.where(is_there, np.float32(0), _UNSEEN).reshape(len(flat), 1, 1, -1),
            "variant": np.repeat(np.arange(len(texts)), [len(some) for some in texts]),
        }
        (rows,) = self._session.run(None, feeds)
        by_text = iter([rows[i, :length] for i, length in enumerate(lengths)])
        return [[next(by_text) for _ in some] for some in texts]


def _start(model: bytes, tensors: Mapping[str, Floats], cores: int) -> InferenceSession:
    """The model, ready to run with these tensors."""
    from onnxruntime import InferenceSession, OrtValue, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = cores
    options.enable_mem_pattern = False  # of use where all batches have one shape
    options.log_severity_level = 3  # errors
    options.add_external_initializers(list(tensors), [OrtValue.ortvalue_from_numpy(each) for each in tensors.values()])
    return InferenceSession(model, options, providers=["CPUExecutionProvider"])


def mean_vectors(texts: Sequence[Floats]) -> Floats:
    """For each text the mean of the vectors of its tokens, of length 1."""
    means = np.stack([rows.mean(axis=0) for rows in texts])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return means
