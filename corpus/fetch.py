"""An address on the public web goes in, the bytes behind it come out, or the reason why they must not.

Every connection, also that of a redirect, is made to an address that was looked up and checked here, so that
no name can lead to a machine inside the user's own network. Proxies and cookies are not used.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from corpus.document import Limits
from corpus.errors import LoadError
from corpus.load_html import parse_html

MOST_REDIRECTS = 10

_HEADERS = {"User-Agent": "wmo-assistant (report reader)", "Accept-Encoding": "identity"}
_PIECE_BYTES = 1 << 20
_SUFFIXES = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/epub+zip": ".epub",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
_NAME_CHARS = 100
_LOGIN_PATH = re.compile(
    r"(?:^|[/._?=&-])(?:log-?in|inloggen|sign-?in|aanmelden|sso|saml2?|oauth2?|adfs|auth)(?:[/._?=&-]|$)",
    re.IGNORECASE,
)
_LOGIN_WORDS = 150  # a page with a field for a password and fewer words than this is there to log in
_CARRIES_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


@dataclass(frozen=True)
class Fetched:
    """What an address gave: the bytes, a safe file name for them, the last address, and the type it stated."""

    data: bytes
    file_name: str
    url: str
    content_type: str


def fetch(url: str, limits: Limits, timeout_seconds: float = 30, allow_private: bool = False) -> Fetched:
    """What the server at ``url`` gives, following redirects.

    ``timeout_seconds`` is for everything together; ``allow_private`` lets a test use a server on this machine.

    Raises:
        LoadError: the address is none of the public web, the server cannot be reached in time, gives an error,
            asks to log in, or gives more than ``limits.max_bytes``.
    """
    return fetch_where(url, limits, timeout_seconds, (lambda address: True) if allow_private else is_public)


def fetch_where(url: str, limits: Limits, timeout_seconds: float, may_reach: Callable[[str], bool]) -> Fetched:
    """As ``fetch``, from those IP addresses only for which ``may_reach`` is true."""
    _check_url(url)
    deadline = time.monotonic() + timeout_seconds
    transport = _Transport(_CheckedNetwork(deadline, may_reach))
    try:
        with (
            httpx.Client(
                transport=transport, follow_redirects=True, max_redirects=MOST_REDIRECTS, trust_env=False
            ) as client,
            client.stream("GET", url, headers=_HEADERS, timeout=timeout_seconds) as response,
        ):
            _check_answer(response, url)
            data = _read(response, url, limits, deadline)
    except httpx.TooManyRedirects as error:
        raise _unreachable(url, "te veel omleidingen", "too many redirects") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol, UnicodeError) as error:
        raise _not_public_web(url) from error
    except (httpx.TimeoutException, httpcore.TimeoutException) as error:
        raise _too_slow(url, timeout_seconds) from error
    except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise _unreachable(url, str(error), str(error)) from error
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "html" in content_type and _asks_password(data, url):
        raise _needs_login(url)
    return Fetched(data, _file_name(response, content_type), str(response.url), content_type)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where it carries another one inside.

    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    ip: _Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in network for network in _CARRIES_IPV4):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


# The network


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects where ``may_reach`` allows, and to the very address that was checked, until ``deadline``."""

    def __init__(self, deadline: float, may_reach: Callable[[str], bool]) -> None:
        self._network = httpcore.SyncBackend()
        self._deadline = deadline
        self._may_reach = may_reach

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of ``host`` that answers, if all of them may be reached."""
        addresses = _look_up(host, port)
        if not all(self._may_reach(address) for address in addresses):
            raise LoadError(
                nl=f"{host} leidt naar een adres binnen een eigen netwerk ({', '.join(addresses)}). Download het "
                "bestand zelf en voeg dat toe.",
                en=f"{host} leads to an address inside a private network ({', '.join(addresses)}). Download the "
                "file yourself and add that.",
            )
        for number, address in enumerate(addresses, 1):
            try:
                stream = self._network.connect_tcp(
                    address, port, _remaining(self._deadline, timeout), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except httpcore.ConnectError:
                if number == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every step ends by the deadline, so that a server cannot drip for ever."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        remaining = _remaining(self._deadline, timeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, remaining), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Transport(httpx.BaseTransport):
    """httpx over a connection pool with a network of our own."""

    def __init__(self, network: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=ssl.create_default_context(), network_backend=network)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        _check_url(str(url))
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=cast(Iterable[bytes], request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer, as httpx takes it."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def _look_up(host: str, port: int) -> list[str]:
    """The IP addresses of ``host``, in the order in which to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def _remaining(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this download is over")
    return left if timeout is None else min(left, timeout)


# The answer


def _check_url(url: str) -> None:
    parts = _parts(url)
    if parts is None or parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise _not_public_web(url)
    if parts.username or parts.password:
        raise LoadError(
            nl=f"{parts.hostname}: een adres met een naam of wachtwoord erin wordt niet opgehaald. Download het zelf.",
            en=f"{parts.hostname}: an address with a name or password in it is not fetched. Download it yourself.",
        )


def _parts(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _check_answer(response: httpx.Response, url: str) -> None:
    status = response.status_code
    redirected = any(hop.url.path != response.url.path or hop.url.host != response.url.host for hop in response.history)
    to_login = redirected and _LOGIN_PATH.search(f"{response.url.host}{response.url.path}")
    if status in (401, 403, 407) or (to_login and not _LOGIN_PATH.search(url)):
        raise _needs_login(url)
    if status >= 400:
        later = status == 429 or status >= 500
        raise LoadError(
            nl=f"{url} geeft fout {status}. {'Probeer het later opnieuw.' if later else 'Controleer het adres.'}",
            en=f"{url} gives error {status}. {'Try again later.' if later else 'Check the address.'}",
        )
    if status >= 300:
        raise _unreachable(url, f"antwoord {status}", f"answer {status}")


def _read(response: httpx.Response, url: str, limits: Limits, deadline: float) -> bytes:
    """The body, unpacked, as long as it is within the limit."""
    data = bytearray()
    stated = response.headers.get("content-length", "")
    too_much = stated.isdigit() and int(stated) > limits.max_bytes
    for chunk in () if too_much else _unpacked(response, url):
        data += chunk
        too_much = len(data) > limits.max_bytes
        if too_much:
            break
        _remaining(deadline, None)
    if too_much:
        most = limits.max_bytes / 1e6
        raise LoadError(
            nl=f"{url} is groter dan de grens van {most:g} MB. Download en splits het, of verhoog de grens.",
            en=f"{url} is over the limit of {most:g} MB. Download and split it, or raise the limit.",
        )
    return bytes(data)


def _unpacked(response: httpx.Response, url: str) -> Iterator[bytes]:
    """The body in pieces of bearable size: gzip comes unasked from some servers, and shrinks zeros a thousandfold."""
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed in ("", "identity"):
        yield from response.iter_raw()
        return
    if packed not in ("gzip", "x-gzip"):
        raise _unreachable(url, f"ingepakt als {packed}", f"packed as {packed}")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for chunk in response.iter_raw():
        while chunk:
            try:
                yield unpacker.decompress(chunk, _PIECE_BYTES)
            except zlib.error as error:
                raise _unreachable(url, str(error), str(error)) from error
            chunk = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise _unreachable(url, "halverwege afgebroken", "cut off halfway")


def _asks_password(data: bytes, url: str) -> bool:
    """Whether a page has a field for a password and little text."""
    tree = parse_html(data.decode("utf-8", "replace"), url)
    if tree is None or not tree.xpath("//input[translate(@type, 'PASWORD', 'pasword') = 'password']"):
        return False
    words = " ".join(tree.xpath("//body//text()[not(parent::script) and not(parent::style)]")).split()
    return len(words) < _LOGIN_WORDS


def _file_name(response: httpx.Response, content_type: str) -> str:
    """A name without folders or odd characters, with the suffix of its type where it has no known one."""
    header = Message()
    header["content-disposition"] = response.headers.get("content-disposition", "")
    name = header.get_filename("") or unquote(PurePosixPath(response.url.path).name) or response.url.host
    name = re.sub(r"[^\w.() -]+", "-", name.replace("\\", "/").rpartition("/")[2]).strip(" .-") or "rapport"
    stem, dot, suffix = name.rpartition(".")
    known = f".{suffix.lower()}" if dot and stem else ""
    if content_type in _SUFFIXES and known not in (".htm", ".markdown", *_SUFFIXES.values()):
        return name[:_NAME_CHARS] + _SUFFIXES[content_type]
    return f"{stem[:_NAME_CHARS]}{known}" if known else name[:_NAME_CHARS]


def _not_public_web(url: str) -> LoadError:
    return LoadError(
        nl=f'"{url}" is geen adres op het web. Geef een adres dat met https:// of http:// begint.',
        en=f'"{url}" is no address on the web. Give one that begins with https:// or http://.',
    )


def _needs_login(url: str) -> LoadError:
    return LoadError(
        nl=f"{url} vraagt om in te loggen. Log in met uw browser, download het bestand en voeg dat toe.",
        en=f"{url} asks to log in. Log in with your browser, download the file and add that.",
    )


def _too_slow(url: str, timeout_seconds: float) -> LoadError:
    return LoadError(
        nl=f"{url} was niet binnen {timeout_seconds:g} seconden binnen. Probeer het later, of download het zelf.",
        en=f"{url} did not arrive within {timeout_seconds:g} seconds. Try later, or download it yourself.",
    )


def _unreachable(url: str, why_nl: str, why_en: str) -> LoadError:
    return LoadError(
        nl=f"{url} kan niet worden opgehaald ({why_nl}). Controleer het adres en de verbinding.",
        en=f"{url} cannot be fetched ({why_en}). Check the address and the connection.",
    )
