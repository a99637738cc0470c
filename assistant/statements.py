"""A chat model's reply goes in piece by piece; its statements come out, each as soon as it is complete.

A statement is a JSON object ``{"quotes": [{"hit": 1, "quote": "…"}], "statement": "…"}``. It is found wherever it
stands: in the list that the schema asks for, on a line of its own, between code fences or other talk. So one reader
serves models that are held to the schema and models that are only told about it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from assistant.question import make_safe

_MAX_CHARS = 12_000
_START = re.compile(r'\{\s*"(?:quotes|statement)"\s*:')
_START_CHARS = 40
_BRACES_AND_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}"]', re.DOTALL)
_NONE = re.compile(r'"statements"\s*:\s*\[\s*\]')

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "statements": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "quotes": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"hit": {"type": "integer"}, "quote": {"type": "string"}},
                            "required": ["hit", "quote"],
                            "additionalProperties": False,
                        },
                    },
                    "statement": {"type": "string"},
                },
                "required": ["quotes", "statement"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["statements"],
    "additionalProperties": False,
}
"""The JSON schema of a whole reply; a server that writes keys in this order makes the model quote before it states."""


def _on_one_line(text: str) -> str:
    line = " ".join(make_safe(text).split())
    if not line:
        raise ValueError("nothing is stated")
    return line


class Quoted(BaseModel):
    """The words that a statement quotes, and the number of the passage that it says they stand in."""

    model_config = ConfigDict(frozen=True)

    hit: int
    quote: str


class Statement(BaseModel):
    """One statement of a chat model, on one line and without control characters, and its quotes as it wrote them."""

    model_config = ConfigDict(frozen=True)

    quotes: tuple[Quoted, ...]
    statement: Annotated[str, AfterValidator(_on_one_line)]


@dataclass(frozen=True)
class Malformed:
    """A stretch of a reply that begins as a statement and cannot be read as one."""

    raw: str


class StatementReader:
    """Reads a reply as it comes; where a statement is broken it goes on at the beginning of the next.

    >>> reader = StatementReader()
    >>> reader.feed('[{"quotes": [], "statement": "Ja')
    []
    >>> [read.statement for read in reader.feed('."}, {"quotes"')]
    ['Ja.']
    >>> reader.finish()
    []
    """

    def __init__(self) -> None:
        self._pending = ""
        self.says_none = False
        """Whether the reply holds an empty list of statements: the model found no answer."""

    def feed(self, piece: str) -> list[Statement | Malformed]:
        """The statements that this piece completes, in order."""
        self._pending += piece
        self.says_none = self.says_none or bool(_NONE.search(self._pending))
        found: list[Statement | Malformed] = []
        while (read := self._take("}" in piece)) is not None:
            found.append(read)
        return found

    def finish(self) -> list[Malformed]:
        """What was begun and never completed."""
        begun = _START.search(self._pending)
        return [Malformed(self._pending)] if begun else []

    def _take(self, may_close: bool) -> Statement | Malformed | None:
        start = _START.search(self._pending)
        if start is None:
            self._pending = self._pending[-_START_CHARS:]
            return None
        self._pending = self._pending[start.start() :]
        following = _START.search(self._pending, 1)
        end = _end_of_object(self._pending) if may_close else None
        if following is not None and (end is None or end > following.start()):
            return Malformed(self._cut(following.start()))
        if end is not None:
            return _parse(self._cut(end))
        return Malformed(self._cut(len(self._pending))) if len(self._pending) > _MAX_CHARS else None

    def _cut(self, end: int) -> str:
        taken, self._pending = self._pending[:end], self._pending[end:]
        return taken


def _end_of_object(text: str) -> int | None:
    """The place after the brace that closes the one at the beginning, or None where it has not come yet."""
    depth = 0
    for token in _BRACES_AND_STRINGS.finditer(text):
        if token[0] == '"':  # a string that is still open
            return None
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0 and token[0] == "}":
            return token.end()
    return None


def _parse(raw: str) -> Statement | Malformed:
    try:
        return Statement.model_validate(json.loads(raw, strict=False))
    except (ValueError, RecursionError):
        return Malformed(raw)
