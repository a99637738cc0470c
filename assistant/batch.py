"""Many questions in one process: JSON Lines in, one answer as plain values for each."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.ask import ask
from assistant.present import answer_to_json
from assistant.wire import Desk
from corpus.errors import UserError
from index.scope import EVERYTHING, Scope


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int
    question: str
    turns: tuple[str, ...] = ()


def answer_lines(desk: Desk, lines: Iterable[bytes], scope: Scope = EVERYTHING) -> Iterator[dict[str, Any]]:
    """Answers each UTF-8 line ``{"id", "question", "turns"}`` as it comes; blank lines are passed over.

    Only the reports within ``scope`` are searched.

    A line that cannot be answered gives its id, where it has one, its line number and an ``error``; the rest goes on.
    """
    for number, line in enumerate(lines, start=1):
        line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            continue
        try:
            asked = _Line.model_validate_json(line)
        except ValidationError as error:
            reasons = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors())
            yield {"id": _id_of(line), "line": number, "error": reasons}
            continue
        try:
            answer = ask(desk, asked.question, asked.turns, scope)
        except UserError as error:
            yield {"id": asked.id, "line": number, "error": error.message(desk.settings.language)}
            continue
        yield {"id": asked.id, **answer_to_json(answer, answer.reports)}


def _id_of(line: bytes) -> str | int | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row.get("id") if isinstance(row, dict) else None
