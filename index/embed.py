"""Enters: the name of an embedding model, then texts. Leaves: vectors of length 1.

torch and sentence-transformers are imported when another model than the default is loaded, not before: that takes 10 s.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from corpus.errors import ModelUnavailable
from index.batches import embed_batches, warn_of_cut
from index.default import DefaultEmbedder
from index.e5 import build_default_model
from index.memory import give_back_memory
from index.parts import mean_of_tokens, moved
from index.tuned import read_tuned
from index.types import Embedder, Parts, Progress, Vectors, no_progress
from index.weights import checksum_weights, model_fingerprint

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "default"
_WEIGHTS = ("*.safetensors", "*.bin")

Features = Any
"""The tensors of one batch of tokenised texts, by name; a fast tokenizer adds their ``encodings``."""


def load_embedder(model: str, cache: Path, progress: Progress = no_progress, may_download: bool = False) -> Embedder:
    """The embedder for ``model``: ``"default"``, a sentence-transformers folder, or a name on the model hub.

    ``cache`` is where the default model is prepared. A named model is looked for on this computer, and is fetched only
    with ``may_download``.

    Raises:
        ModelUnavailable: when the model cannot be found, fetched or loaded.
    """
    if model == DEFAULT_MODEL:
        return DefaultEmbedder(build_default_model(cache, progress), read_tuned())
    if Path(model).is_dir():
        return _load_local(Path(model))
    return _load_named(model, may_download)


def find_model(model: str, cache: Path, progress: Progress = no_progress) -> Path | None:
    """The folder that holds a model on this computer, or None; that of the default model is made where it is not there.

    Raises:
        ModelUnavailable: when the default model cannot be made.
    """
    if model == DEFAULT_MODEL:
        return build_default_model(cache, progress)
    return Path(model) if Path(model).is_dir() else find_named(model)


def is_here(model: str) -> bool:
    """Whether the weights of a model are on this computer; those of the default model always are."""
    return model == DEFAULT_MODEL or Path(model).is_dir() or find_named(model) is not None


def find_named(name: str) -> Path | None:
    """The folder of a named model in the hub's cache; without weights, after a fetch was cut off, it does not count."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        return None
    folder = Path(config).parent if isinstance(config, str) else None
    return folder if folder and any(path for pattern in _WEIGHTS for path in folder.rglob(pattern)) else None


def _load_local(folder: Path) -> Embedder:
    try:
        loaded = _load(str(folder), local_files_only=True)
    except (OSError, ValueError, SafetensorError) as error:
        reason = first_line(error)
        raise ModelUnavailable(
            nl=f"De map {folder} bevat geen embeddingmodel dat sentence-transformers kan laden: {reason} "
            "Verwacht een map met modules.json of config.json, gewichten en een tokenizer.",
            en=f"The folder {folder} holds no embedding model that sentence-transformers can load: {reason} "
            "Expected a folder with modules.json or config.json, weights and a tokenizer.",
        ) from error
    return SentenceEmbedder(loaded, folder.name, checksum_weights(folder))


def _load_named(name: str, may_download: bool) -> Embedder:
    folder = find_named(name)
    if folder is None and not may_download:
        raise ModelUnavailable(
            nl=f"Het embeddingmodel {name!r} staat niet op deze computer. Haal het op met: wmo model use {name} "
            '(er wordt eerst om toestemming gevraagd); of geef het pad van een modelmap, of kies "default".',
            en=f"The embedding model {name!r} is not on this computer. Fetch it with: wmo model use {name} "
            '(which asks first); or give the path of a model folder, or choose "default".',
        )
    try:
        loaded = _load(name, local_files_only=not may_download)
    except (OSError, ValueError, SafetensorError) as error:
        reason = first_line(error)
        raise ModelUnavailable(
            nl=f"Het embeddingmodel {name!r} is niet op te halen of te laden: {reason} "
            'Controleer de naam en de verbinding, geef het pad van een modelmap, of kies "default".',
            en=f"The embedding model {name!r} cannot be fetched or loaded: {reason} "
            'Check the name and the connection, give the path of a model folder, or choose "default".',
        ) from error
    found = folder or find_named(name)
    return SentenceEmbedder(loaded, name, checksum_weights(found) if found else "")


def first_line(error: Exception) -> str:
    """The first line of what an error says, with a full stop after it; its kind where it says nothing."""
    lines = str(error).splitlines()
    return lines[0].rstrip(".") + "." if lines else type(error).__name__ + "."


def _load(name: str, local_files_only: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    with quiet_transformers():
        return SentenceTransformer(name, **load_options(local_files_only))


def load_options(local_files_only: bool) -> dict[str, Any]:
    """How sentence-transformers loads a model: on the processor, in bfloat16 where it is quick at that."""
    import torch

    able = torch.cpu.get_capabilities()
    fast = bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    dtype = torch.bfloat16 if fast else torch.float32
    return {"device": "cpu", "local_files_only": local_files_only, "model_kwargs": {"dtype": dtype}}


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Loading without progress bars; what was shown before is shown again after."""
    from transformers.utils import logging as transformers_logging

    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def choose_prompt(prompts: Mapping[str, str | None], names: Sequence[str], default: str | None) -> str:
    """The first prompt under one of ``names`` that is not empty, else the ``default`` one, else nothing.

    sentence-transformers adds an empty ``document`` prompt to every model, and then never looks at ``passage``.

    >>> choose_prompt({"query": "q: ", "document": "", "passage": "p: "}, ["document", "passage"], None)
    'p: '
    """
    for name in names:
        if prompt := prompts.get(name):
            return prompt
    return (prompts.get(default) or "") if default else ""


class SentenceEmbedder:
    """An embedder over a sentence-transformers model; safe to call from several threads.

    Batches are embedded side by side, each on one core. On a quiet computer that was measured 1.2 times as fast as one
    batch on all cores; with two other programs at work, a question took 70 ms in place of 500. The weights' type
    (bfloat16 or float32) is left out of the fingerprint: it moves a vector by a cosine under 0.003, too little to make
    an index anew.
    """

    def __init__(self, model: SentenceTransformer, name: str, checksum: str) -> None:
        import torch

        self._model = model
        self._cores: int = torch.get_num_threads()
        self._pool = ThreadPoolExecutor(self._cores, initializer=torch.set_num_threads, initargs=(1,))
        self._tokenizing = threading.Lock()
        default = model.default_prompt_name
        self._query_prompt = choose_prompt(model.prompts, ["query"], default)
        self._passage_prompt = choose_prompt(model.prompts, ["document", "passage", "corpus"], default)
        self._has_means = has_means(model)
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.fingerprint = model_fingerprint(
            name, checksum, self.dimension, self._query_prompt, self._passage_prompt, model.max_seq_length
        )

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order."""
        return self._embed(texts, self._query_prompt, "query", no_progress)

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage or sentence, in order, then one for each part.

        The vector of a part is the mean of the vectors of its tokens (late chunking, Günther et al. 2024). It is zero
        beyond the model's limit, and everywhere where the vector of a text is not such a mean.
        """
        vectors = self._embed(texts, self._passage_prompt, "document", progress, parts)
        give_back_memory()
        return vectors

    def _embed(
        self, texts: Sequence[str], prompt: str, task: str, progress: Progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        def forward(batch: Sequence[int]) -> tuple[Vectors, list[Vectors]]:
            features = self._tokenize([texts[i] for i in batch], prompt, task)
            return self._forward(features, [moved(parts[i], len(prompt)) for i in batch] if parts else [], task)

        lengths = self._count_tokens(texts, prompt, task)
        vectors = embed_batches(forward, lengths, parts, self.dimension, self._cores, self._pool, progress)
        if self._model.max_seq_length:
            warn_of_cut(lengths, self._model.max_seq_length)
        return vectors

    def _count_tokens(self, texts: Sequence[str], prompt: str, task: str) -> list[int]:
        """The tokens of each text; its characters where the model does not say."""
        mask = self._tokenize(list(texts), prompt, task).get("attention_mask") if texts else None
        counts: list[int] = [len(text) for text in texts] if mask is None else mask.sum(1).tolist()
        return counts

    def _tokenize(self, texts: list[str], prompt: str, task: str) -> Features:
        with self._tokenizing:  # a fast tokenizer refuses a second thread
            return self._model.preprocess(texts, prompt=prompt, task=task)

    def _forward(self, features: Features, parts: Sequence[Parts], task: str) -> tuple[Vectors, list[Vectors]]:
        """The vectors of one batch, and those of the parts of each text."""
        import torch

        with torch.inference_mode():
            found = self._model(features, task=task)
            whole = torch.nn.functional.normalize(found["sentence_embedding"].float(), dim=1).numpy()
        if not (parts and self._has_means):
            return whole, []
        tokens = found["token_embeddings"].float().numpy()
        texts = zip(tokens, features.encodings, parts, strict=True)
        return whole, [mean_of_tokens(vectors, text.offsets, inside) for vectors, text, inside in texts]


def has_means(model: SentenceTransformer) -> bool:
    """Whether the vector of a text is the mean of those of its tokens, of which the model says where they stand."""
    encoder, pooling, *rest = model
    return (
        encoder.__class__.__name__ == "Transformer"
        and getattr(pooling, "pooling_mode", None) == "mean"
        and all(module.__class__.__name__ == "Normalize" for module in rest)
        and bool(getattr(model.tokenizer, "is_fast", False))
    )
