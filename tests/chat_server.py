"""A local server that speaks the OpenAI protocol and replies as a script says: what is right, wrong or never ends."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[["Line"], None]
"""Called with the line to a client once its request was read; what it does is the server's reply."""


class Line:
    """The line to one client: sends headers, pieces of a reply, and raw bytes."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: dict[str, Any], closing: threading.Event) -> None:
        self._handler = handler
        self.request = request
        self.closing = closing
        """Set when the server is about to end, so that a script that waits can stop waiting."""

    def start(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self._handler.send_response(status)
        for name, value in {"content-type": kind, "connection": "close", **headers}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def raw(self, content: str) -> None:
        self._handler.wfile.write(content.encode())
        self._handler.wfile.flush()

    def piece(self, content: str) -> None:
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": None}],
        }
        self.raw(f"data: {json.dumps(chunk)}\n\n")

    def end(self) -> None:
        self.raw("data: [DONE]\n\n")

    def reset(self) -> None:
        """Breaks the connection without a goodbye."""
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._handler.connection.close()

    def is_closed(self, seconds: float) -> bool:
        """Whether the client goes away within so many seconds."""
        self._handler.connection.settimeout(seconds)
        try:
            return self._handler.connection.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True


@dataclass
class ChatServer:
    """The server: its address, what it does with the next requests, and the requests it got."""

    url: str
    acts: list[Act] = field(default_factory=list)
    """One for each request; the last one stays."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


def says(*pieces: str) -> Act:
    """A reply in these pieces."""

    def act(line: Line) -> None:
        line.start()
        for piece in pieces:
            line.piece(piece)
        line.end()

    return act


def refuses(status: int, message: str = "no", **headers: str) -> Act:
    """An error with this status."""

    def act(line: Line) -> None:
        line.start(status, "application/json", **headers)
        line.raw(json.dumps({"error": {"message": message, "type": "error", "code": None}}))

    return act


def as_reply(*statements: dict[str, Any]) -> str:
    """A whole reply that fits the schema."""
    return json.dumps({"statements": list(statements)}, ensure_ascii=False)


def statement(text: str, *quotes: tuple[int, str]) -> dict[str, Any]:
    return {"quotes": [{"hit": hit, "quote": quote} for hit, quote in quotes], "statement": text}


@contextmanager
def serve_chat() -> Iterator[ChatServer]:
    """A server on a free port of this machine, ended with the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # noqa: N802
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            chat.requests.append(request)
            act = chat.acts.pop(0) if len(chat.acts) > 1 else chat.acts[0]
            self.close_connection = True
            try:
                act(Line(self, request, chat.closing))
            except OSError:  # the client has gone
                pass

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    chat = ChatServer(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield chat
    chat.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()
