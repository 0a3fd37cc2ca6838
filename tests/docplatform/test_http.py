"""Requests to other servers go to public addresses only, hop by hop, and stay within their limits."""

import gzip
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest
from pytest_django import Settings

from docplatform.lib import http
from docplatform.lib.http import addresses, urls
from tests.web import Request, Web, serving

MIB = 1024 * 1024


@pytest.fixture
def web(settings: Settings) -> Iterator[Web]:
    with serving() as server:
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        yield server


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A resolver: name → the addresses of its first answer, of its second and so on; the last one stays."""
    known: dict[str, list[list[str]]] = {}

    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **how: Any) -> Any:
        if host[0].isdigit():
            return real(host, port, *args, **how)
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", resolve)
    return known


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that connections are made to; none is ever made."""
    made: list[str] = []

    def connect(self: object, host: str, port: int, **how: Any) -> Any:
        made.append(host)
        raise httpcore.ConnectError(host)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return made


def get(
    url: str,
    tmp_path: Path,
    *,
    most: int = MIB,
    seconds: float = 20,
    go_on: Callable[[int, int | None], bool] = lambda received, size: True,
) -> bytes:
    http.download(url, tmp_path / "file", most=most, seconds=seconds, go_on=go_on)
    return (tmp_path / "file").read_bytes()


def refusal(url: str, tmp_path: Path, **limits: Any) -> str:
    with pytest.raises(http.Failed) as failed:
        get(url, tmp_path, **limits)
    return failed.value.code


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("198.18.0.1", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2001:db8::1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, is_public: bool) -> None:
    assert addresses.is_public(address) is is_public


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:5432/",
        "http://no-such-name.invalid/",
    ],
)
def test_private_and_unknown_hosts_get_the_same_answer(tmp_path: Path, connections: list[str], url: str) -> None:
    assert refusal(url, tmp_path) == "not_public"
    assert connections == []


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/a", "file:///etc/passwd", "//example.org/a", "example.org", "http://", ""],
)
def test_what_is_no_address_on_the_web_is_refused(tmp_path: Path, url: str) -> None:
    assert refusal(url, tmp_path) == "bad_address"


def test_user_names_and_passwords_are_refused(tmp_path: Path) -> None:
    assert refusal("https://ada:secret@example.org/a.pdf", tmp_path) == "bad_address"


def test_the_connection_goes_to_the_address_that_was_judged(
    tmp_path: Path, names: dict[str, list[list[str]]], connections: list[str]
) -> None:
    """A name server that answers otherwise the second time is not asked a second time."""
    names["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    assert refusal("http://rebinding.example/", tmp_path) == "unreachable"
    assert connections == ["93.184.216.34"]
    assert refusal("http://rebinding.example/", tmp_path) == "not_public"
    assert connections == ["93.184.216.34"]


def test_private_addresses_of_a_public_name_are_passed_over(
    tmp_path: Path, names: dict[str, list[list[str]]], connections: list[str]
) -> None:
    names["mixed.example"] = [["10.0.0.1", "93.184.216.34", "64:ff9b::a00:1"]]
    assert refusal("http://mixed.example/", tmp_path) == "unreachable"
    assert connections == ["93.184.216.34"]


@pytest.mark.parametrize(
    ("entry", "is_allowed"),
    [
        ("files.internal", True),
        ("FILES.internal:{port}", True),
        ("files.internal:1", False),
        ("internal", False),
        ("127.0.0.1", False),
    ],
)
def test_a_private_host_is_permitted_by_its_name(
    tmp_path: Path, web: Web, names: dict[str, list[list[str]]], settings: Settings, entry: str, is_allowed: bool
) -> None:
    names["files.internal"] = [["127.0.0.1"]]
    settings.ALLOWED_PRIVATE_HOSTS = [entry.format(port=web.server_port)]
    web.says("/a", (200, b"inside"))
    url = web.url("/a", host="files.internal")
    if is_allowed:
        assert get(url, tmp_path) == b"inside"
    else:
        assert refusal(url, tmp_path) == "not_public"


def test_a_file_arrives_whole_and_the_request_says_little(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    content = bytes(range(256)) * 2000
    assert get(web.says("/r%C3%A9sum%C3%A9.pdf", (200, content)) + "?a=b#page=2", tmp_path) == content
    [(path, headers)] = web.seen
    assert path == "/r%C3%A9sum%C3%A9.pdf?a=b"
    assert sorted(headers) == ["Accept", "Accept-Encoding", "Connection", "Host", "User-Agent"]
    assert headers["User-Agent"] == "DocPlatform/1"


def moved(web: Web, path: str, location: str) -> str:
    web.answers[path] = lambda request: request.send(302, Location=location, Set_Cookie="a=b")
    return web.url(path)


def test_redirects_are_followed_without_cookies(tmp_path: Path, web: Web) -> None:
    web.says("/c", (200, b"here"))
    moved(web, "/b", web.url("/c"))
    assert get(moved(web, "/a", "b?x=1"), tmp_path) == b"here"
    assert [path for path, _ in web.seen] == ["/a", "/b?x=1", "/c"]
    assert not any("Cookie" in headers for _, headers in web.seen)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://127.0.0.1:1/", "not_public"),
        ("http://169.254.169.254/latest/", "not_public"),
        ("file:///etc/passwd", "bad_address"),
        ("http://ada:secret@127.0.0.1/", "bad_address"),
        ("/a", "too_many_redirects"),
    ],
)
def test_each_redirect_is_judged_like_the_first_address(tmp_path: Path, web: Web, location: str, code: str) -> None:
    assert refusal(moved(web, "/a", location), tmp_path) == code


def test_encryption_is_not_given_up_on_the_way() -> None:
    with pytest.raises(http.Failed, match="without encryption"):
        urls.follow(http.parse("https://example.org/"), "http://example.org/")


@pytest.mark.parametrize(
    ("status", "is_passing"), [(404, False), (403, False), (204, False), (429, True), (500, True), (503, True)]
)
def test_a_refusal_names_the_status(tmp_path: Path, web: Web, status: int, is_passing: bool) -> None:
    with pytest.raises(http.Failed, match=f"answered HTTP {status} [A-Z]") as failed:
        get(web.says("/a", (status, b"")), tmp_path)
    assert (failed.value.code, failed.value.is_passing) == (f"http_{status}", is_passing)


def test_a_file_that_says_it_is_too_large_is_not_begun(tmp_path: Path, web: Web) -> None:
    assert refusal(web.says("/a", (200, b"x" * 1001)), tmp_path, most=1000) == "too_large"
    assert not (tmp_path / "file").exists()


def endless(request: Request) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"x" * 65536)


def trickle(request: Request) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 1000:
        request.wfile.write(bytes([letter]))
        time.sleep(0.1)


def short(request: Request) -> None:
    request.send(200, b"half", Content_Length="100")


def bomb(request: Request) -> None:
    request.send(200, gzip.compress(b"\0" * 50 * MIB), Content_Encoding="gzip")


@pytest.mark.parametrize(
    ("answer", "code"),
    [(endless, "too_large"), (trickle, "too_slow"), (short, "cut_short"), (bomb, "too_large")],
)
def test_bad_servers_are_left(tmp_path: Path, web: Web, answer: Any, code: str) -> None:
    web.answers["/a"] = answer
    began = time.monotonic()
    assert refusal(web.url("/a"), tmp_path, seconds=2) == code
    assert time.monotonic() - began < 8
    if (tmp_path / "file").exists():
        assert (tmp_path / "file").stat().st_size <= MIB


def test_files_packed_without_need_are_unpacked(tmp_path: Path, web: Web) -> None:
    packed = gzip.compress(b"%PDF-" * 100_000)
    web.answers["/a"] = lambda request: request.send(200, packed, Content_Encoding="gzip")
    web.answers["/half"] = lambda request: request.send(200, packed[:-9], Content_Encoding="gzip")
    web.answers["/odd"] = lambda request: request.send(200, packed, Content_Encoding="br")
    assert get(web.url("/a"), tmp_path) == b"%PDF-" * 100_000
    assert refusal(web.url("/half"), tmp_path) == "cut_short"
    assert refusal(web.url("/odd"), tmp_path) == "bad_encoding"


def test_the_caller_may_stop_it_while_the_server_is_silent(tmp_path: Path, web: Web) -> None:
    web.answers["/a"] = lambda request: time.sleep(5)
    asked: list[float] = []

    def go_on(received: int, size: int | None) -> bool:
        asked.append(time.monotonic())
        return len(asked) < 3

    with pytest.raises(http.Stopped):
        get(web.url("/a"), tmp_path, go_on=go_on)
    assert asked[2] - asked[0] < 2


def certificate(folder: Path) -> Path:
    """One that nobody vouches for, with its key."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=files.example -keyout both.pem -out c.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(both.read_text() + (folder / "c.pem").read_text())
    return both


def test_a_server_with_a_wrong_certificate_is_not_trusted(tmp_path: Path, web: Web) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    web.socket = context.wrap_socket(web.socket, server_side=True)
    web.says("/a", (200, b"x"))
    assert refusal(web.url("/a").replace("http:", "https:"), tmp_path) == "bad_certificate"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda request: request.send(200, b"[" + b" " * 999 + b"]"), "too_large"),
        (endless, "too_large"),
        (trickle, "too_slow"),
        (lambda request: request.send(200, b"[]", Content_Length="3"), "cut_short"),
    ],
)
def test_an_answer_in_json_stays_within_its_limits(web: Web, answer: Any, code: str) -> None:
    web.answers["/a"] = answer
    with pytest.raises(http.Failed) as failed:
        http.fetch_json(web.url("/a"), most=1000, seconds=2)
    assert failed.value.code == code


def test_an_answer_in_json_is_read_and_no_redirect_followed(web: Web) -> None:
    asked = http.fetch_json(web.says("/a", (200, b"[" + b" " * 998 + b"]")), most=1000, headers={"X-Key": "k"})
    assert (asked.status, asked.body, web.seen[0][1]["X-Key"]) == (200, [], "k")
    assert http.fetch_json(web.says("/b", (500, b"<html>"))).body is None
    assert http.fetch_json(moved(web, "/c", web.url("/a"))).status == 302
    assert [path for path, _ in web.seen] == ["/a", "/b", "/c"]
    with pytest.raises(http.Failed, match="public internet"):
        http.fetch_json("http://127.0.0.1:1/")
