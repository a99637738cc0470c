"""Requests go in; those that another web site had a visitor's browser send are answered 403.

A site can give its own name the address of this machine (DNS rebinding), and its pages then reach the program as if
they were its own; only the name in the request tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnSite:
    """Lets through what the page itself sends; with ``only_here`` also none but what calls this machine by its name."""

    def __init__(self, app: ASGIApp, only_here: bool) -> None:
        self._app = app
        self._only_here = only_here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or has it answered."""
        if scope["type"] == "http" and not is_from_page(Headers(scope=scope), self._only_here):
            refusal = PlainTextResponse("This page answers only to its own address.", status_code=403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_from_page(headers: Mapping[str, str], only_here: bool) -> bool:
    """Whether a request comes from the page itself, and not from another site that is open in the same browser.

    With ``only_here`` it must also have been sent to this machine by its own name, which no other site can have.

    >>> is_from_page({"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:7860"}, True)
    True
    >>> is_from_page({"host": "127.0.0.1:7860", "origin": "https://voorbeeld.nl"}, True)
    False
    """
    host, origin = headers.get("host", ""), headers.get("origin", "")
    here = is_this_machine(urlsplit(f"//{host}").hostname or "")
    return (not origin or urlsplit(origin).netloc == host) and (here or not only_here)


def is_this_machine(host: str) -> bool:
    """Whether an address leads to this machine alone.

    >>> [is_this_machine(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "192.168.1.5", "voorbeeld.nl")]
    [True, True, True, False, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
