"""An address is fetched from the public web alone, within its limits, and a refusal says why and what to do."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from corpus.document import Limits
from corpus.errors import LoadError
from corpus.fetch import Fetched, fetch, fetch_where, is_public

PAGE = "<html><body><article><p>" + "De gemeente biedt hulp aan inwoners. " * 40 + "</p></article></body></html>"
LOGIN = '<html><body><form>Log in: <input name="u"><input type="Password" name="p"></form></body></html>'


class Site(BaseHTTPRequestHandler):
    """A small site with every kind of answer; ``asked`` holds the paths it was asked for."""

    asked: list[str] = []

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        status, headers, body = self.answer(path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for part in body:
                self.wfile.write(part)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def answer(self, path: str) -> tuple[int, dict[str, str], list[bytes] | Iterator[bytes]]:
        port = self.server.server_port  # type: ignore[attr-defined]
        html = {"Content-Type": "text/html; charset=utf-8"}
        redirects = {
            "/door": "/pagina",
            "/rond": "/rond",
            "/intern": f"http://127.0.0.2:{port}/geheim",
            "/bestand": "file:///etc/passwd",
            "/afgeschermd": "/account/login?terug=1",
        }
        if path in redirects:
            return 302, {"Location": redirects[path]}, []
        if path.isascii() and path.strip("/").isdigit():
            return int(path.strip("/")), html, [b"fout"]
        answers: dict[str, tuple[dict[str, str], list[bytes] | Iterator[bytes]]] = {
            "/pagina": (html, [PAGE.encode()]),
            "/account/login": (html, [PAGE.encode()]),
            "/wachtwoord": (html, [LOGIN.encode()]),
            "/rapport.pdf": ({"Content-Type": "application/pdf"}, [b"%PDF-1.7"]),
            "/download": (
                {
                    "Content-Type": "application/pdf",
                    "Content-Disposition": 'attachment; filename="../../Het rapport.pdf"',
                },
                [b"%PDF-1.7"],
            ),
            "/groot": ({"Content-Length": "99999999"}, [b"x"]),
            "/lang": ({}, (b"x" * 10_000 for _ in range(10_000))),
            "/ingepakt": ({"Content-Encoding": "gzip"}, [gzip.compress(b"x" * 5_000_000)]),
            "/gzip": (html | {"Content-Encoding": "gzip"}, [gzip.compress(PAGE.encode())]),
            "/half": ({"Content-Encoding": "gzip"}, [gzip.compress(PAGE.encode())[:-9]]),
            "/dubbel": ({"Content-Encoding": "gzip, gzip"}, [gzip.compress(gzip.compress(b"x"))]),
            "/stuk": ({"Content-Encoding": "gzip"}, [b"geen gzip"]),
            "/druppel": ({}, (time.sleep(0.05) or b"x" for _ in range(200))),
        }
        headers, body = answers[path]
        return 200, headers, body

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("0.0.0.0", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def get(url: str, max_bytes: int = 1_000_000, timeout_seconds: float = 10) -> Fetched:
    return fetch(url, Limits(max_bytes=max_bytes), timeout_seconds, allow_private=True)


def test_a_page_is_fetched_with_its_name_and_type(site: str) -> None:
    assert get(f"{site}/pagina") == Fetched(PAGE.encode(), "pagina.html", f"{site}/pagina", "text/html")


def test_a_redirect_is_followed_and_the_last_address_given(site: str) -> None:
    assert get(f"{site}/door").url == f"{site}/pagina"


@pytest.mark.parametrize(
    ("path", "name"),
    [("/rapport.pdf", "rapport.pdf"), ("/download", "Het rapport.pdf"), ("/rapport.pdf?v=2#p", "rapport.pdf")],
)
def test_the_file_name_is_safe_and_has_its_suffix(site: str, path: str, name: str) -> None:
    assert get(site + path).file_name == name


@pytest.mark.parametrize(
    "url",
    ["ftp://voorbeeld.nl/x", "file:///etc/passwd", "voorbeeld.nl", "https://", "javascript:alert(1)", "http://[x"],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(LoadError, match="no address on the web"):
        fetch(url, Limits())


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(LoadError) as caught:
        fetch("https://jan:geheim@voorbeeld.nl/", Limits())
    assert "geheim" not in caught.value.nl + caught.value.en


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_address_leads_to_this_machine(site: str, host: str) -> None:
    before = list(Site.asked)
    with pytest.raises(LoadError, match="private network|cannot be fetched"):
        fetch(f"http://{host}:{site.rpartition(':')[2]}/pagina", Limits(), 5)
    assert Site.asked == before


def test_no_redirect_leads_to_another_machine_inside(site: str) -> None:
    with pytest.raises(LoadError, match="127.0.0.2.*private network"):
        fetch_where(f"{site}/intern", Limits(), 5, lambda address: address == "127.0.0.1")
    assert "/geheim" not in Site.asked


def test_no_redirect_leads_to_a_file(site: str) -> None:
    with pytest.raises(LoadError, match="no address on the web"):
        get(f"{site}/bestand")


def test_a_name_with_one_private_address_among_public_ones_is_refused(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(site.rpartition(":")[2])
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
    with pytest.raises(LoadError, match="10.0.0.1"):
        fetch(f"http://voorbeeld.nl:{port}/pagina", Limits(), 5)


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(site.rpartition(":")[2])
    answers = iter(["127.0.0.1", "127.0.0.2"])

    def look_up(*args: object, **kwargs: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with monkeypatch.context() as patch:
        connect = socket.create_connection
        patch.setattr(socket, "getaddrinfo", look_up)
        patch.setattr(socket, "create_connection", lambda place, *rest, **named: direct(connect, place, *rest, **named))
        fetched = fetch_where(f"http://rebind.test:{port}/pagina", Limits(), 5, lambda ip: ip == "127.0.0.1")
    assert fetched.data == PAGE.encode() and next(answers) == "127.0.0.2"


def direct(connect: object, place: tuple[str, int], *rest: object, **named: object) -> socket.socket:
    """Connect to an address in figures without looking it up again."""
    assert place[0] == "127.0.0.1"
    connection = socket.socket()
    connection.connect(place)
    return connection


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
    ]
    + ["::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:192.168.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
    + ["fec0::1", "2001:db8::1", "::127.0.0.1"],
)
def test_an_address_inside_a_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2a00:1450:400e:80c::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(("path", "limit"), [("/groot", 1000), ("/lang", 50_000), ("/ingepakt", 100_000)])
def test_more_than_the_limit_is_refused_while_it_comes_in(site: str, path: str, limit: int) -> None:
    with pytest.raises(LoadError, match="over the limit"):
        get(site + path, limit)


def test_a_server_that_drips_is_left_when_the_time_is_over(site: str) -> None:
    with pytest.raises(LoadError, match=r"within 0.4 seconds"):
        get(f"{site}/druppel", timeout_seconds=0.4)


def test_a_page_that_comes_packed_unasked_is_unpacked(site: str) -> None:
    assert get(f"{site}/gzip").data == PAGE.encode()


@pytest.mark.parametrize("path", ["/401", "/403", "/afgeschermd", "/wachtwoord"])
def test_a_page_behind_a_login_is_recognised(site: str, path: str) -> None:
    with pytest.raises(LoadError, match="asks to log in"):
        get(site + path)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/404", "error 404. Check"),
        ("/503", "error 503. Try again"),
        ("/rond", "too many redirects"),
        ("/stuk", "fetched"),
        ("/half", "cut off"),
        ("/dubbel", "packed as gzip, gzip"),
    ],
)
def test_an_error_of_the_server_is_told_with_what_to_do(site: str, path: str, words: str) -> None:
    with pytest.raises(LoadError, match=words):
        get(site + path)


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(LoadError, match="cannot be fetched"):
        get(f"http://127.0.0.1:{port}/")
