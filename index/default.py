"""Enters: questions, passages. Leaves: their vectors, by the default model; those of questions as it was tuned to them.

ONNX Runtime starts on the mapped weights in a second, where importing torch and loading the model takes 10 s and the
better part of a gigabyte. The vectors are those that sentence-transformers gives; those of a question take a third of
the time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.batches import embed_batches, warn_of_cut
from index.bert import Encoder, mean_vectors
from index.checkpoint import Floats
from index.e5 import bert_names
from index.memory import give_back_memory
from index.parts import mean_of_tokens, moved
from index.tensors import map_tensors
from index.types import Parts, Progress, Vectors, no_progress
from index.weights import checksum_weights, model_fingerprint

RANKING_SHARE = 0.25
"""How far the weights that rank go towards what was learnt.

With all of it a question lies near a sentence only where that answers it, which tells what to refuse. A quarter of the
way there (WiSE-FT, Wortsman et al. 2022) questions on other subjects find their passages better than at either end.
"""

_QUERY = "query: "
_PASSAGE = "passage: "


class DefaultEmbedder:
    """The default model in ``folder``. Questions are read with other values for its biases and norms, ``learnt``.

    These go by the names of ``index.e5.bert_names``. Safe to call from several threads.
    """

    def __init__(self, folder: Path, learnt: Mapping[str, Floats]) -> None:
        self._folder = folder
        self._learnt = learnt
        self._config: Mapping[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        self._limit: int = self._config["max_position_embeddings"]
        self._turn = threading.Lock()  # a question takes all cores
        self.dimension: int = self._config["hidden_size"]
        checksum = checksum_weights(folder)
        self.fingerprint = model_fingerprint(folder.name, checksum, self.dimension, _QUERY, _PASSAGE, self._limit)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order, that finds passages; beyond 512 tokens the mean over its parts."""
        return self.embed_both_ways(texts, ())[0]

    def embed_both_ways(self, ranking: Sequence[str], judging: Sequence[str]) -> tuple[Vectors, Vectors]:
        """The vectors that ``embed_queries`` gives of some texts, and of others those that judge.

        These lie near a sentence only where it answers the question. Both come from one pass.
        """
        with self._turn:
            divided = [[self._divide(text) for text in texts] for texts in (ranking, judging)]
            found = self._of_questions.encode([[part for parts in texts for part in parts] for texts in divided])
        first, second = (_mean_by_text(rows, texts) for rows, texts in zip(found, divided, strict=True))
        return first, second

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage or sentence, in order, then one for each part.

        The vector of a part is the mean of the vectors of its tokens (late chunking, Günther et al. 2024). Of a text
        only the first 512 tokens are read, and a part beyond them has the vector zero. Batches are embedded side by
        side, each on one core, which is quicker than each on all cores.
        """

        def forward(batch: Sequence[int]) -> tuple[Vectors, list[Vectors]]:
            (rows,) = encoder.read([[read[i].ids for i in batch]])
            whole = mean_vectors(rows)
            if not parts:
                return whole, []
            inside = (
                mean_of_tokens(tokens, read[i].offsets, moved(parts[i], len(_PASSAGE)))
                for i, tokens in zip(batch, rows, strict=True)
            )
            return whole, list(inside)

        read: list[Encoding] = self._tokenizer.encode_batch([_PASSAGE + text for text in texts])
        lengths = [len(text.ids) for text in read]
        encoder, cores = self._of_passages, _count_cores()
        with ThreadPoolExecutor(cores) as pool:
            vectors = embed_batches(forward, lengths, parts, self.dimension, cores, pool, progress)
        warn_of_cut(lengths, self._limit)
        give_back_memory()
        return vectors

    def with_learnt(self, learnt: Mapping[str, Floats]) -> DefaultEmbedder:
        """The same embedder with other values learnt; none at all gives the default model as it was."""
        return DefaultEmbedder(self._folder, learnt)

    def _divide(self, text: str) -> list[list[int]]:
        """The tokens of a question, in as many parts as the model must read one after another."""
        first: Encoding = self._tokenizer.encode(_QUERY + text)
        return [part.ids for part in (first, *first.overflowing)]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.enable_truncation(self._limit)
        return tokenizer

    @cached_property
    def _of_passages(self) -> Encoder:
        return self._encoder([{}], cores=1)

    @cached_property
    def _of_questions(self) -> Encoder:
        ranking = _move(self._weights, self._learnt, RANKING_SHARE)
        return self._encoder([ranking, self._learnt], _count_cores())

    @cached_property
    def _weights(self) -> Mapping[str, Floats]:
        tensors = map_tensors(self._folder / "model.safetensors")
        return {name: tensors[long] for name, long in bert_names(self._config["num_hidden_layers"]).items()}

    def _encoder(self, variants: Sequence[Mapping[str, Floats]], cores: int) -> Encoder:
        config = self._config
        layers, heads, epsilon = (
            config[name] for name in ("num_hidden_layers", "num_attention_heads", "layer_norm_eps")
        )
        return Encoder(self._weights, variants, layers, heads, epsilon, cores)


def _count_cores() -> int:
    from joblib import cpu_count  # heeds the limits of a container

    return int(cpu_count(only_physical_cores=True))


def _move(weights: Mapping[str, Floats], learnt: Mapping[str, Floats], share: float) -> dict[str, Floats]:
    """The weights that were learnt, a share of the way from what they were before.

    Raises:
        ValueError: when the model has no such tensor, or one of another shape.
    """
    for name, values in learnt.items():
        if name not in weights or weights[name].shape != values.shape:
            raise ValueError(f"the model has no tensor {name} of shape {values.shape}")
    return {name: (1 - share) * weights[name] + share * values for name, values in learnt.items()}


def _mean_by_text(rows: Floats, divided: Sequence[Sequence[object]]) -> Vectors:
    """One vector of length 1 for each text, from those of its parts."""
    ends = np.cumsum([len(parts) for parts in divided])[:-1]
    means = [some.mean(axis=0) for some in np.split(rows, ends)] if divided else []
    vectors = np.array(means, np.float32).reshape(len(divided), rows.shape[1])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
