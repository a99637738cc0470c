"""A template in ``prompts/`` and the values of its holes go in; the words for a chat model come out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from corpus.errors import UsageError

PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
_HOLE = re.compile(r"\{([a-z_]+)\}")


def fill_prompt(task: str, language: str, folder: Path = PROMPTS, /, **values: object) -> str:
    """The template ``TASK.LANGUAGE.txt`` with each ``{hole}`` filled; what is filled in is not read for holes again.

    Raises:
        UsageError: the template cannot be read, or its holes are not exactly those that are filled.
    """
    path = folder / f"{task}.{language}.txt"
    template = _read(path)
    found = set(_HOLE.findall(template))
    if found != set(values):
        expected, got = (", ".join(sorted(names)) or "-" for names in (values, found))
        raise UsageError(
            nl=f"De sjabloon {path} moet precies deze gaten hebben: {expected}; niet: {got}. Zie prompts/README.md.",
            en=f"The template {path} must have exactly these holes: {expected}; not: {got}. See prompts/README.md.",
        )
    return _HOLE.sub(lambda match: str(values[match[1]]), template)


@cache
def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            nl=f"De sjabloon {path} kan niet worden gelezen ({error}). Zet hem terug, als tekst in UTF-8.",
            en=f"The template {path} cannot be read ({error}). Put it back, as text in UTF-8.",
        ) from error
