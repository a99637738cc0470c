"""A chat model by its name: any that LangChain knows, opened when it is first needed, and read as a stream of text.

LangChain and the package of a provider take seconds to import, so both are imported when a model is opened. What may
fail at a provider is known by the classes of its package: LangChain's ``ModelError``, and the provider's own errors.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Any

from assistant.background import read_stream
from assistant.failure import describe_failure, status_of
from assistant.settings import Settings, needs_no_key
from corpus.errors import ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

PULSE_SECONDS = 0.25
"""How long a reader waits at most before it can stop a model that says nothing."""

_REPLY_SHARE = 4  # a quarter of the tokens is for the reply
_DENSER = 1.5  # a model may count so many times the tokens that are counted here
_REFUSED = {400, 404, 405, 415, 422, 501}
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""How providers' packages stumble over a reply that is not of their protocol."""
_TRANSPORTS = ("httpx", "httpx2", "aiohttp", "requests")
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Chat:
    """A chat model that was opened.

    ``wishes`` go with every request and ``form`` where the reply is to have one; both are left out where the server
    refuses them. ``faults`` are the errors of its provider.
    """

    name: str
    model: BaseChatModel
    wishes: Mapping[str, Any]
    form: Mapping[str, Any]
    faults: tuple[type[Exception], ...]


def reply_tokens(settings: Settings) -> int:
    """The tokens that are kept free for a model's reply."""
    return settings.chat_tokens // _REPLY_SHARE


def package_of(name: str) -> str:
    """The package that brings a model's provider to LangChain.

    >>> package_of("ollama:llama3.1"), package_of("google_genai:gemini")
    ('langchain-ollama', 'langchain-google-genai')
    """
    provider = name.partition(":")[0]
    known = {"azure_openai": "openai", "bedrock": "aws", "bedrock_converse": "aws"}
    return f"langchain-{known.get(provider, provider).replace('_', '-')}"


def require_package(name: str) -> str:
    """The version of the package that a model needs.

    Raises:
        ModelUnavailable: it is not installed; the message has the command that installs it.
    """
    package = package_of(name)
    try:
        return version(package)
    except PackageNotFoundError as error:
        command = f"pip install -c requirements.lock {package}"
        raise ModelUnavailable(
            nl=f"Voor het taalmodel {name} is het pakket {package} nodig. Installeer het met: {command}",
            en=f"The chat model {name} needs the package {package}. Install it with: {command}",
        ) from error


def open_chat(settings: Settings, schema: Mapping[str, Any]) -> Chat:
    """The chat model that the settings name, asked for replies that fit ``schema`` where its server can be asked.

    Raises:
        ModelUnavailable: its package is not installed, its provider is unknown, or it wants a key that is not there.
    """
    require_package(settings.chat_model)
    from langchain.chat_models import init_chat_model

    provider, _, model_name = settings.chat_model.partition(":")
    try:
        model = init_chat_model(model_name, model_provider=provider, **_options(provider, settings))
    except _faults(settings.chat_model) as error:  # known only now, when the provider's package has been imported
        reason = " ".join(str(error).split())
        raise ModelUnavailable(
            nl=f"Het taalmodel {settings.chat_model} kan niet worden geopend: {reason}",
            en=f"The chat model {settings.chat_model} cannot be opened: {reason}",
        ) from error
    wishes = {"temperature": 0} if provider in ("openai", "anthropic") else {}
    return Chat(settings.chat_model, model, wishes, _form(provider, schema), _faults(settings.chat_model))


def read_reply(
    chat: Chat, rules: str, question: str, seconds: float, in_form: bool = True
) -> Generator[str, None, None]:
    """The reply of a model as it comes; an empty string whenever it has been silent for a moment.

    Closing the generator breaks the request off.

    Raises:
        ModelUnavailable: the model cannot be reached, refuses, breaks off, or is not done within ``seconds``.
    """
    stream = _pieces(chat, rules, question, {**chat.wishes, **(chat.form if in_form else {})})
    try:
        for piece in read_stream(stream, seconds, PULSE_SECONDS):
            yield piece or ""
    except chat.faults as error:
        logger.info("%s: %s: %s", chat.name, type(error).__name__, " ".join(str(error).split())[:500])
        raise describe_failure(error, chat.name, seconds) from error


async def _pieces(chat: Chat, rules: str, question: str, wishes: Mapping[str, Any]) -> AsyncGenerator[str, None]:
    """The reply piece by piece; asked again without the wishes where the server refuses them at once."""
    messages = [(role, text) for role, text in (("system", rules), ("human", question)) if text]
    begun = False
    try:
        async with aclosing(chat.model.astream(messages, **wishes)) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                begun = True
                yield chunk.text
    except chat.faults as error:
        if begun or not wishes or status_of(error) not in _REFUSED:
            raise
        logger.info("%s refuses %s: %s", chat.name, ", ".join(wishes), error)
    else:
        return
    async with aclosing(_pieces(chat, rules, question, {})) as pieces:
        async for piece in pieces:
            yield piece


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """What a model is opened with; a provider that is not named here gets its own defaults."""
    reply = reply_tokens(settings)
    options: dict[str, Any] = {"base_url": settings.chat_url} if settings.chat_url else {}
    match provider:
        case "openai":
            key = {"api_key": "none"} if needs_no_key(settings) else {}
            return {**options, **key, "max_tokens": reply, "max_retries": 0, "stream_chunk_timeout": None}
        case "anthropic":
            return {**options, "max_tokens": reply, "max_retries": 0}
        case "ollama":
            # without num_ctx Ollama cuts off in silence what does not fit in its default
            window = round(_DENSER * settings.chat_tokens)
            return {**options, "temperature": 0, "num_ctx": window, "num_predict": round(_DENSER * reply)}
        case _:
            return options


def _form(provider: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """How a provider's server is asked to keep to a schema; nothing where the templates alone must do."""
    match provider:
        case "openai":
            form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)}}
            return {"extra_body": {"response_format": form}}
        case "ollama":
            return {"format": dict(schema)}
        case _:
            return {}


def _faults(name: str) -> tuple[type[Exception], ...]:
    """What may go wrong at a provider: LangChain's family, its package's own, the network, an unreadable reply."""
    from langchain_core.exceptions import LangChainException

    return (LangChainException, OSError, ImportError, *_UNREADABLE, *_own_errors(package_of(name)))


def _own_errors(package: str) -> tuple[type[Exception], ...]:
    """The errors that the libraries beneath a provider's package make known, of those that have been imported."""
    named = [match[0] for line in requires(package) or () if (match := _NAME.match(line))]
    modules = [sys.modules.get(name.replace("-", "_")) for name in (*named, *_TRANSPORTS)]
    values = [value for module in modules if module for value in vars(module).values()]
    errors = [v for v in values if isinstance(v, type) and issubclass(v, Exception) and not issubclass(v, Warning)]
    return tuple(dict.fromkeys(error for error in errors if error.__module__ != "builtins"))
