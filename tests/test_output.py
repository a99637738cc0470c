"""What ``wmo`` does where its standard output takes no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = [sys.executable, "-c", "from assistant.cli import app, run; run(app)", "list"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(LIST, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "geschreven" in done.stderr


def test_a_closed_pipe_is_silent() -> None:
    with subprocess.Popen(LIST, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout and program.stderr
        program.stdout.close()
        assert program.stderr.read() == ""
