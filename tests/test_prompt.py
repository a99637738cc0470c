"""Templates and their holes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.prompt import PROMPTS, fill_prompt
from corpus.errors import UsageError

TOLD = (PROMPTS / "README.md").read_text("utf-8")
HOLES = {task: set(re.findall(r"`\{([a-z]+)\}`", row)) for task, row in re.findall(r"^\| `(\w+)` \|(.*)", TOLD, re.M)}


def test_the_list_names_every_template_in_both_languages() -> None:
    files = {path.name for path in PROMPTS.glob("*.txt")}
    assert files == {f"{task}.{language}.txt" for task in HOLES for language in ("nl", "en")}
    assert {"rules", "answer", "followup"} <= set(HOLES)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("task", HOLES)
def test_every_template_has_exactly_the_holes_of_the_list(task: str, language: str) -> None:
    filled = fill_prompt(task, language, **{hole: f"«{hole}»" for hole in HOLES[task]})
    assert all(f"«{hole}»" in filled for hole in HOLES[task])


def test_what_is_filled_in_is_not_read_for_holes(tmp_path: Path) -> None:
    (tmp_path / "t.nl.txt").write_text('{a} en {b}: {"hit": 1}', "utf-8")
    assert fill_prompt("t", "nl", tmp_path, a="{b}", b="x") == '{b} en x: {"hit": 1}'


@pytest.mark.parametrize(("template", "named"), [("{a} {b}", "b"), ("niets", "-")])
def test_a_missing_or_unknown_hole_is_named(tmp_path: Path, template: str, named: str) -> None:
    (tmp_path / "t.nl.txt").write_text(template, "utf-8")
    with pytest.raises(UsageError, match=rf"exactly these holes: a; not: .*{named}"):
        fill_prompt("t", "nl", tmp_path, a="x")


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"t\.en\.txt"):
        fill_prompt("t", "en", tmp_path)
