"""``wmo`` as typed in a terminal, run in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from eval.cli import main


class Result(NamedTuple):
    """What a command left behind: exit code, standard output and standard error."""

    code: int
    out: str
    err: str


Wmo = Callable[..., Result]


def in_this_process(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    program: Callable[[], object] = main,
    language: str = "nl",
) -> Wmo:
    """Runs ``wmo`` with arguments, and with bytes on standard input where they are given."""

    def call(*arguments: object, stdin: bytes | None = None, language: str = language) -> Result:
        monkeypatch.setenv("WMO_LANGUAGE", language)
        monkeypatch.setattr(sys, "argv", ["wmo", *map(str, arguments)])
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            program()
        printed = capsys.readouterr()
        return Result(int(ended.value.code or 0), printed.out, printed.err)

    return call
