"""Chat models by name: opened when needed, told apart by provider, and refused with what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from assistant_desk import make_desk, use_model
from chat_server import as_reply, says, serve_chat, statement
from typer.testing import CliRunner

from assistant.cli import app
from assistant.models import open_chat, package_of, require_package
from assistant.settings import load_settings
from assistant.statements import SCHEMA
from corpus.errors import ModelUnavailable, UsageError

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("ollama:llama3.1", "langchain-ollama"),
        ("openai:gpt-4.1", "langchain-openai"),
        ("anthropic:claude", "langchain-anthropic"),
        ("azure_openai:x", "langchain-openai"),
        ("google_genai:x", "langchain-google-genai"),
    ],
)
def test_each_provider_has_its_package(name: str, package: str) -> None:
    assert package_of(name) == package


def test_the_optional_packages_are_extras_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    for provider in ("anthropic", "ollama", "openai"):
        assert f'{provider} = ["{package_of(provider)}>=' in project


def test_a_missing_package_is_named_with_its_command() -> None:
    with pytest.raises(ModelUnavailable) as refused:
        require_package("no_such_provider:x")
    for message in (refused.value.nl, refused.value.en):
        assert "pip install -c requirements.lock langchain-no-such-provider" in message


def test_a_missing_package_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="langchain-no-such-provider"):
        make_desk(tmp_path, chat_model="no_such_provider:x")


@pytest.mark.parametrize("name", ["llama", "ollama:", ":m", "ollama m", "Ollama:m"])
def test_a_name_that_is_no_provider_and_model_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="WMO_CHAT_MODEL"):
        load_settings(chat_model=name)


def test_a_model_that_wants_a_key_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ModelUnavailable, match="OPENAI_API_KEY"):
        open_chat(load_settings(chat_model="openai:m"), SCHEMA)


@pytest.mark.parametrize("variable", ["WMO_CHAT_URL", "OPENAI_BASE_URL"])
def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:9/v1")
    assert open_chat(load_settings(chat_model="openai:m"), SCHEMA).name == "openai:m"


def test_without_a_chat_model_no_provider_is_imported() -> None:
    code = (
        "import sys; import assistant.ask, assistant.wire, assistant.cli, assistant.doctor; "
        "print([m for m in ('langchain', 'langchain_openai', 'openai', 'tiktoken') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "[]"


def test_the_command_line_words_an_answer_and_lists_its_quotes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_model(monkeypatch)
    desk = make_desk(tmp_path)
    monkeypatch.setenv("WMO_DECLINE_BELOW", "0")
    quote = "Zonder regie stokt de samenwerking, zeggen de professionals."
    with serve_chat() as server:
        server.acts = [
            says(
                as_reply(
                    *(
                        statement(f"Het stokt {word}.", (rank, quote))
                        for rank, word in ((1, "hier"), (2, "daar"), (3, "daar"))
                    )
                )
            )
        ]
        monkeypatch.setenv("WMO_CHAT_URL", server.url)
        place = ["--corpus", str(desk.settings.corpus), "--index", str(desk.settings.index)]
        asked = ["ask", "Waarom stokt de samenwerking?", "--chat-model", "openai:m", *place]
        result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert f"[1] “{quote}” Rapport netwerk (Gemeente, 2021)" in result.stdout
    assert "2 van de 3 uitspraken weggelaten" in result.stderr
