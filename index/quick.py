"""Enters: questions. Leaves: their vectors, by the default model as it was tuned to questions.

Questions are few and short: numpy reads them from the mapped weights at once, where importing torch and loading the
model takes 10 s. Passages are not its work.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from index.bert import Encoder, map_tensors
from index.checkpoint import Floats
from index.e5 import bert_names
from index.types import Embedder, Parts, Progress, Vectors, no_progress

RANKING_SHARE = 0.25
"""How far the weights that rank go towards what was learnt.

With all of it a question lies near a sentence only where that answers it, which tells what to refuse. A quarter of the
way there (WiSE-FT, Wortsman et al. 2022) questions on other subjects find their passages better than at either end.
"""

_PROMPT = "query: "


class QuickQuestions:
    """An embedder whose questions are read by numpy, and whose passages take ``embedder``.

    ``folder`` holds the default model, and ``learnt`` other values for its biases and norms, by the names of
    ``index.e5.bert_names``. Safe to call from several threads.
    """

    def __init__(self, embedder: Embedder, folder: Path, learnt: Mapping[str, Floats]) -> None:
        self._embedder = embedder
        self._folder = folder
        self._learnt = learnt
        self._turn = threading.Lock()  # a question takes all cores
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order, that finds passages; beyond 512 tokens the mean over its parts."""
        return self._embed(texts, ())[0]

    def embed_both_ways(self, ranking: Sequence[str], judging: Sequence[str]) -> tuple[Vectors, Vectors]:
        """The vectors that ``embed_queries`` gives of some texts, and of others those that judge.

        These lie near a sentence only where it answers the question. Both come from one pass.
        """
        return self._embed(ranking, judging)

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage or sentence, in order, then one for each part."""
        return self._embedder.embed_passages(texts, progress, parts)

    def release(self) -> None:
        """Lets go of the memory of the model that embeds passages."""
        self._embedder.release()

    def with_learnt(self, learnt: Mapping[str, Floats]) -> QuickQuestions:
        """The same embedder with other values learnt; none at all gives the default model as it was."""
        return QuickQuestions(self._embedder, self._folder, learnt)

    def _embed(self, ranking: Sequence[str], judging: Sequence[str]) -> tuple[Vectors, Vectors]:
        with self._turn:
            divided = [[self._divide(text) for text in texts] for texts in (ranking, judging)]
            found = self._encoder.encode([[part for parts in texts for part in parts] for texts in divided])
        first, second = (_mean_by_text(rows, texts) for rows, texts in zip(found, divided, strict=True))
        return first, second

    def _divide(self, text: str) -> list[list[int]]:
        """The tokens of a question, in as many parts as the model must read one after another."""
        first, *tokens, last = self._tokenizer.encode(_PROMPT + text).ids
        room = len(self._encoder.weights["emb.pos"]) - 2
        return [[first, *tokens[start : start + room], last] for start in range(0, len(tokens), room)]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer.from_file(str(self._folder / "tokenizer.json"))

    @cached_property
    def _encoder(self) -> Encoder:
        config = json.loads((self._folder / "config.json").read_text("utf-8"))
        layers: int = config["num_hidden_layers"]
        tensors = map_tensors(self._folder / "model.safetensors")
        weights = {name: tensors[long] for name, long in bert_names(layers).items()}
        return Encoder(
            weights,
            [_move(weights, self._learnt, RANKING_SHARE), self._learnt],
            layers,
            config["num_attention_heads"],
            config["layer_norm_eps"],
        )


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
