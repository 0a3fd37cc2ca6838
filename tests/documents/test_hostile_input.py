"""Whatever strangers send, to any route, is refused in words and never crashes."""

import base64
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from docplatform.lib.parsers import MAX_BYTES, MAX_DEPTH, MAX_STRANGERS_BYTES
from documents.models import Document
from organizations.models import User
from tests.documents.factories import make_document

HUGE = "9" * 30
NESTED = "[" * 900 + "]" * 900
INTS = ("{pk}", HUGE, "9" * 5000)
TEXTS = (
    "%00",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "x" * 3000,
    "x.pdf",
    "pages/x-p1-xlarge.gif",
    f"pages/x-p{HUGE}.txt",
)
VALUES = ("", "%00", "%ff", "-1", HUGE, "9" * 5000, "1e999", "²", "a,1,%00", "[[")
PARAMETERS = {
    "documents/": "id__in user project access created_at__lt page_count page_count__gt ordering expand fields version",
    "documents/search/": "q sort hl page per_page cursor version",
    "users/": "id__in organization name__istartswith uuid expand",
    "organizations/": "id__in individual slug name",
    "schema/": "lang version format",
}
JSON_VALUES = ("1e999", "9" * 4000, '"\\u0000"', '"\\ud800"', '[["x"]]', '{"a":{}}', NESTED)
FIELDS = (
    "title access data publish_at published_url projects user organization pages file_url ocr_engine id ids".split()
)
BODIES = (b"", b"null", b"[null]", b'"x"', b"{", b"\xff", b"[" * 9000, NESTED.encode(), b"9" * 5000, b"NaN")
COOKIES = ('sessionid="\\000aaaaaaaaaa"', 'csrftoken="\\000"', 'messages="\\000[["', "sessionid=" + "x" * 3000)


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


DEEP, ODD, BYTES = b"[" * 3000, b'{"alg":[]}', b"\xff"
TOKENS = ("", "a b", "a.b.c", f"{coded(DEEP)}.e30.x", f"{coded(ODD)}.e30.x", f"{coded(BYTES)}.e30.x")


def routes(patterns: Iterable[Any], before: str = "/") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every route outside the administration: its address with holes, and what fills them."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and not address.startswith("/admin/"):
            yield from routes(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern) and "format_suffix" not in address and "^" not in address:
            yield address, pattern.pattern.converters


def filled(address: str, converters: dict[str, Any]) -> Iterator[str]:
    """The address with every hostile value in every hole."""
    choices = [INTS if type(converter).__name__ == "IntConverter" else TEXTS for converter in converters.values()]
    for values in itertools.product(*choices):
        whole = address
        for name, value in zip(converters, values, strict=True):
            hole = whole[whole.rindex("<", 0, whole.index(f"{name}>")) : whole.index(f"{name}>") + len(name) + 1]
            whole = whole.replace(hole, value)
        yield whole


ADDRESSES = [whole for route in routes(get_resolver().url_patterns) for whole in filled(*route)]


@pytest.fixture
def document(owner: User) -> Document:
    return make_document(owner, pages=["one"], access="public")


@pytest.fixture(params=["anonymous", "owner"])
def client(request: Any, owner: User) -> Client:
    client = Client()
    if request.param == "owner":
        client.force_login(owner)
    return client


def survives(client: Client, method: str, url: str, **extra: Any) -> int:
    """The status of the answer; what crashes raises here, and 503 says that a part of the site is away."""
    answer = client.generic(method, url, **extra)
    assert answer.status_code < 500 or (url, answer.status_code) == ("/healthz", 503), (method, url, extra)
    return answer.status_code


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
def test_every_address(client: Client, document: Document, method: str) -> None:
    for address in ADDRESSES:
        if "sign-out" not in address:
            survives(client, method, address.format(pk=document.pk))


def test_every_parameter(owner: User, document: Document) -> None:
    client = Client()
    client.force_login(owner)
    for address, names in PARAMETERS.items():
        for name, value in itertools.product(names.split(), VALUES if address != "schema/" else VALUES[:2]):
            survives(client, "GET", f"/api/{address}?{name}={value}")


@pytest.mark.parametrize("ordering", ["", "title", "created_at", "-page_count"])
def test_forged_cursors(client: Client, document: Document, ordering: str) -> None:
    for position in ("p=%00", "p=\xff", f"p={HUGE}", "o=-1", f"o={HUGE}", "r=x&p=", "p=2024-13-45"):
        cursor = base64.b64encode(position.encode("latin-1")).decode()
        survives(client, "GET", f"/api/documents/?ordering={ordering}&cursor={cursor}")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_bodies(client: Client, document: Document, content_type: str) -> None:
    for address in ("documents/", f"documents/{document.pk}/", "documents/process/", "users/me/", "token/", "refresh/"):
        for method, body in itertools.product(("POST", "PATCH"), BODIES):
            survives(client, method, f"/api/{address}", data=body, content_type=content_type)


def test_fields(owner: User, document: Document) -> None:
    client = Client()
    client.force_login(owner)
    for name, value in itertools.product(FIELDS, JSON_VALUES):
        item = f'{{"title": "x", "id": {document.pk}, "{name}": {value}}}'
        survives(client, "POST", "/api/documents/", data=item, content_type="application/json")
        survives(client, "PATCH", "/api/documents/", data=f"[{item}]", content_type="application/json")
        if name in ("data", "pages"):
            form = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value * 9}\r\n--x--\r\n'
            url = f"/api/documents/{document.pk}/"
            survives(client, "PATCH", url, data=form, content_type="multipart/form-data; boundary=x")
        if name == "organization":
            survives(client, "PATCH", "/api/users/me/", data=item, content_type="application/json")


@pytest.mark.parametrize("url", ["/", "/api/documents/", "/accounts/sign-in/"])
def test_cookies(url: str, document: Document) -> None:
    for cookie in COOKIES:
        assert survives(Client(), "GET", url, headers={"Cookie": cookie}) == 200


def test_tokens(document: Document) -> None:
    for token in TOKENS:
        header = {"Authorization": f"Bearer {token}"}
        assert survives(Client(), "GET", "/api/documents/", headers=header) == 403
        body = json.dumps({"refresh": token})
        assert survives(Client(), "POST", "/api/refresh/", data=body, content_type="application/json") in (400, 401)


def test_what_would_fill_the_memory_is_not_read(document: Document) -> None:
    for url in ("/accounts/sign-in/", "/api/token/", "/api/documents/"):
        assert survives(Client(), "POST", url, data=b"x", CONTENT_LENGTH=str(MAX_BYTES + 1)) == 413
        assert survives(Client(), "POST", url, data=b"x", CONTENT_LENGTH="²") == 413
    lists = b"[" + b"[]," * (MAX_STRANGERS_BYTES // 3) + b"[]]"
    assert survives(Client(), "POST", "/api/token/", data=lists, content_type="application/json") == 413


def test_json_is_nested_no_deeper_than_needed(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    for depth, status in ((MAX_DEPTH - 2, 201), (MAX_DEPTH, 400)):
        body = f'{{"title": "x", "unknown": {"[" * depth}{"]" * depth}}}'
        assert survives(client, "POST", "/api/documents/", data=body, content_type="application/json") == status


def test_far_pages_are_refused_in_every_spelling(client: Client, document: Document) -> None:
    for page in ("5000", "%2B5000", "5_000", "%205000", "²", "last%00", HUGE, "9" * 5000):
        assert survives(client, "GET", f"/api/documents/?version=1.0&page={page}") == 404
    assert survives(client, "GET", "/api/documents/?version=1.0&page=last") == 200
