"""The rules that hold the house together, read from the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("corpus", "index", "assistant", "eval")
FILES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
CONCRETE = {
    "CachedEmbedder",
    "CrossEncoderReranker",
    "DenseIndex",
    "HashingEmbedder",
    "HybridRetriever",
    "LazyEmbedder",
    "LexicalIndex",
    "SentenceEmbedder",
    "load_embedder",
    "load_reranker",
    "open_snapshot",
    "prepare_embedder",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Every module a file imports, at the top or in a function, with each name taken from it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(path)}: relative import"
            yield from ((node.module or "", alias.name) for alias in node.names)


def every_file(function):  # type: ignore[no-untyped-def]
    return pytest.mark.parametrize("path", FILES, ids=name_of)(function)


def test_every_layer_has_files() -> None:
    assert {name_of(path).split("/")[0] for path in FILES} == set(LAYERS)
    assert len(FILES) > 40


@every_file
def test_imports_point_backwards_along_the_layers(path: Path) -> None:
    own = LAYERS.index(name_of(path).split("/")[0])
    forward = [module for module, _ in imports(path) if module.split(".")[0] in LAYERS[own + 1 :]]
    assert forward == []


@every_file
def test_only_the_settings_read_the_environment(path: Path) -> None:
    reads = [
        node
        for node in nodes(path)
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (isinstance(node, ast.ImportFrom) and any(a.name in {"environ", "getenv"} for a in node.names))
    ]
    assert not reads or name_of(path) == "assistant/settings.py"


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[-2] in {"corpus", "index"}], ids=name_of)
def test_corpus_and_index_take_plain_values_and_never_the_settings(path: Path) -> None:
    assert not any(module.startswith("pydantic_settings") for module, _ in imports(path))


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[-2] in {"assistant", "eval"}], ids=name_of)
def test_only_the_wiring_names_stores_and_embedders(path: Path) -> None:
    named = {name for _, name in imports(path)} & CONCRETE
    assert not named or name_of(path) == "assistant/wire.py"


@every_file
def test_nobody_catches_everything(path: Path) -> None:
    for node in nodes(path):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno}: bare except"
            caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
            assert not caught & {"Exception", "BaseException"}, f"line {node.lineno}"


@every_file
def test_nobody_prints(path: Path) -> None:
    calls = [node for node in nodes(path) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"] == []


@every_file
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
