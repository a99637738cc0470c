"""Models of two random layers, made on the spot: an embedding model and a cross-encoder, with words as tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

WORDS = "[PAD] [UNK] query : passage de wmo gemeente stad het recht op zorg en hulp".split()
HIDDEN = 24
TOKENS = 16
CROSS_TOKENS = 64


def make_embedding_model(folder: Path, seed: int = 3) -> Path:
    """A sentence-transformers folder of at most ``TOKENS`` tokens, with its own prompts."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertModel

    torch.manual_seed(seed)
    BertModel(_config()).save_pretrained(folder / "bert")
    _tokenizer(TOKENS).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"), max_seq_length=TOKENS)
    prompts = {"query": "query : ", "passage": "passage : "}
    SentenceTransformer(modules=[bert, Pooling(HIDDEN)], prompts=prompts, device="cpu").save(str(folder / "model"))
    return folder / "model"


def make_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A folder with a model that gives ``labels`` scores for two texts."""
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(5)
    config = _config(num_labels=labels, max_position_embeddings=CROSS_TOKENS, initializer_range=0.5)
    BertForSequenceClassification(config).save_pretrained(folder)
    _tokenizer(CROSS_TOKENS).save_pretrained(folder)
    return folder


def _config(**more: Any) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=len(WORDS),
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        **{"max_position_embeddings": TOKENS, **more},
    )


def _tokenizer(tokens: int) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", model_max_length=tokens
    )
