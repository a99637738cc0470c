"""What can be set, by the environment (``WMO_…``) or a command's options; only this file reads the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.document import Limits
from corpus.errors import UsageError
from corpus.invalid import say_in_dutch

_HOME = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting, with its unit; each is the environment variable of the same name with ``WMO_`` before it."""

    model_config = SettingsConfigDict(env_prefix="WMO_", env_ignore_empty=True, extra="forbid", frozen=True)

    corpus: Path = Field(_HOME / "corpus", description="folder with catalogue.csv and reports/")
    index: Path = Field(_HOME / ".index", description="folder for everything derived from the corpus")
    cache: Path = Field(
        user_cache_path("wmo-assistant", appauthor=False), description="folder for the embedding model, made once"
    )
    glossary: Path = Field(_HOME / "index" / "glossary.csv", description="words that stand for each other")
    language: Literal["nl", "en"] = Field("nl", description="language of the page and of messages")
    embedding_model: str = Field(
        "", description="'default', a sentence-transformers folder, or a model's name; empty: as set by wmo model use"
    )
    reranker: str = Field("", description="cross-encoder (folder or name) that orders the best passages; empty: none")
    decline_below: float = Field(
        0.22, ge=0, le=1, description="refuse below this probability that the corpus answers the question"
    )
    max_quotes: int = Field(5, ge=1, le=20, description="quotes in an answer, or statements of a chat model")
    max_words: int = Field(200, ge=20, description="words quoted in an extractive answer")
    max_question_chars: int = Field(2000, ge=1, description="longest question, in characters")
    chat_model: str = Field(
        "",
        pattern=r"^$|^[a-z0-9_]+:\S+$",
        description="chat model that words answers, as provider:name, such as ollama:llama3.1; empty for quotes alone",
    )
    chat_url: str = Field("", description="address of the chat model's server, where it is not its provider's own")
    chat_seconds: float = Field(120, gt=0, description="longest that a chat model may take over an answer, in seconds")
    chat_tokens: int = Field(
        6000, ge=500, description="tokens of a chat model for one answer: instructions, passages and reply together"
    )
    chat_unsupported: Literal["show", "leave-out"] = Field(
        "leave-out",
        description="what becomes of statements that no quote supports: show them, marked, or leave them out",
    )
    max_megabytes: float = Field(100, gt=0, allow_inf_nan=False, description="largest file that can be added, in MB")
    host: str = Field("127.0.0.1", description="address the page listens on; this machine only by default")
    port: int = Field(7860, ge=0, le=65535, description="port of the page")
    allow_changes: bool = Field(
        False, description="let the page add and remove reports also where other computers can reach it"
    )

    @field_validator("corpus", "index", "cache", "glossary")
    @classmethod
    def _from_home(cls, path: Path) -> Path:
        """A path with ``~`` put out, which a shell does not do within quotation marks."""
        return path.expanduser()

    @property
    def limits(self) -> Limits:
        """The bounds that a file must keep to."""
        return Limits(max_bytes=round(self.max_megabytes * 1_000_000))


def load_settings(**overrides: Any) -> Settings:
    """The settings from the environment; ``overrides`` that are not None go before it.

    Raises:
        UsageError: a value is not allowed.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        faults = [(f"WMO_{str(e['loc'][0]).upper()}={e['input']!r}", e) for e in error.errors()]
        raise UsageError(
            nl="Ongeldige instelling: " + "; ".join(f"{setting}: {say_in_dutch(e)}" for setting, e in faults),
            en="Invalid setting: " + "; ".join(f"{setting}: {e['msg']}" for setting, e in faults),
        ) from error


def needs_no_key(settings: Settings) -> bool:
    """Whether ``openai:`` models come from a server of one's own and no key was given; such a server asks for none."""
    own = settings.chat_url or os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE")
    return bool(own) and not os.environ.get("OPENAI_API_KEY")


def message_language() -> str:
    """The language of messages before, or without, valid settings: ``WMO_LANGUAGE`` where it is known, else Dutch."""
    return "en" if os.environ.get("WMO_LANGUAGE") == "en" else "nl"
