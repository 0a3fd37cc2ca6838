"""A front end on another origin: what its scripts may do, how its visitors sign in and out, and what others may not."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from docplatform.middleware import content_policy
from organizations.actions import people
from organizations.models import User
from tests.documents.factories import make_document
from tests.organizations.conftest import PASSWORD, cheap_passwords  # noqa: F401  (argon2 is slow on purpose)

OURS, OTHER = "https://www.example.org", "https://evil.example.com"
JSON = "application/json"


@pytest.fixture(autouse=True)
def site(settings: Any, db: None) -> None:
    settings.ALLOWED_ORIGINS = [OURS]
    settings.CSRF_TRUSTED_ORIGINS = ["http://testserver", OURS]
    settings.SESSION_COOKIE_DOMAIN = settings.CSRF_COOKIE_DOMAIN = ".example.org"


@pytest.fixture
def ada() -> User:
    return people.create_user(username="ada", password=PASSWORD)


def seen(answer: Any) -> tuple[str, str]:
    """What a script may read of the answer: the origin it is for, and whether with cookies."""
    headers = answer.headers
    return headers.get("Access-Control-Allow-Origin", "-"), headers.get("Access-Control-Allow-Credentials", "-")


ANSWERS = """
    status  method  path                          body
    200     GET     /api/documents/               -
    400     GET     /api/documents/?user=x        -
    403     POST    /api/documents/               {}
    403     GET     /api/users/me/                -
    404     GET     /api/documents/0/             -
    404     GET     /api/nowhere/                 -
    405     PUT     /api/documents/0/process/     {}
    413     POST    /api/documents/               too long
    429     GET     /api/documents/               -
    500     GET     /api/documents/               -
"""


@pytest.mark.parametrize("row", ANSWERS.strip().splitlines()[1:])
def test_every_answer_can_be_read_by_its_scripts(settings: Any, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    status, method, path, *body = row.split(maxsplit=3)
    client = Client(raise_request_exception=False)
    more: dict[str, Any] = {"CONTENT_LENGTH": str(2**30)} if body == ["too long"] else {}
    if status == "429":
        settings.ANONYMOUS_PER_DAY = 1
        client.get(path)
    if status == "500":
        monkeypatch.setattr("documents.views.documents.ordered", None)
    for origin, expected in ((OURS, (OURS, "true")), (OTHER, ("*", "-")), ("null", ("*", "-"))):
        answer = client.generic(method, path, "{}", JSON, headers={"Origin": origin}, **more)
        assert (answer.status_code, seen(answer)) == (int(status), expected)
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("origin", "path", "expected", "methods"),
    [
        (OURS, "/api/documents/1/", (OURS, "true"), "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"),
        (OURS, "/files/documents/1/x.pdf", (OURS, "true"), "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"),
        (OTHER, "/api/documents/1/", ("*", "-"), "GET, HEAD, OPTIONS"),
        (OTHER, "/files/documents/1/x.pdf", ("-", "-"), "-"),
        (OURS.upper(), "/api/documents/1/", ("*", "-"), "GET, HEAD, OPTIONS"),
        (OURS + ".evil.com", "/api/documents/1/", ("*", "-"), "GET, HEAD, OPTIONS"),
        (OURS.replace("https", "http"), "/api/documents/1/", ("*", "-"), "GET, HEAD, OPTIONS"),
        (OURS, "/accounts/", ("-", "-"), "-"),
        (OURS, "/admin/", ("-", "-"), "-"),
    ],
)
def test_questions_before_requests(origin: str, path: str, expected: tuple[str, str], methods: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    answer = Client().options(path, headers=headers | {"Access-Control-Request-Headers": "content-type,x-csrftoken"})
    assert seen(answer) == expected
    assert answer.headers.get("Access-Control-Allow-Methods", "-") == methods
    if methods != "-":
        permitted = answer.headers["Access-Control-Allow-Headers"].lower()
        assert answer.status_code == 200 and "x-csrftoken" in permitted and "content-type" in permitted


def sign_in(client: Client, target: str) -> str:
    """As a visitor does: from the front end's link over the form back to the front end; where that is."""
    form = client.get(f"/accounts/login/squarelet?{urlencode({'next': target})}", follow=True)
    body = {"username": "ada", "password": PASSWORD, "next": form.context["next"]}
    return client.post("/accounts/sign-in/", body).headers["Location"]


def test_a_visitor_signs_in_writes_and_signs_out(ada: User) -> None:
    client = Client()
    assert sign_in(client, f"{OURS}/documents/?q=a%20b") == f"{OURS}/documents/?q=a%20b"
    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["domain"] == csrf["domain"] == ".example.org"
    assert session["httponly"] and not csrf["httponly"]
    client.handler.enforce_csrf_checks = True
    written = {(OURS, csrf.value): 200, (OTHER, csrf.value): 403, (OURS, "x" * 32): 403}
    for (origin, token), status in written.items():
        headers = {"Origin": origin, "X-CSRFToken": token}
        assert client.patch("/api/users/me/", {}, content_type=JSON, headers=headers).status_code == status
    assert client.get(f"/accounts/login/squarelet?next={OURS}/x").headers["Location"] == f"{OURS}/x"
    assert client.get(f"/accounts/logout/?next={OURS}/").headers["Location"] == f"{OURS}/"
    assert client.get("/api/users/me/").status_code == 403


def test_who_is_signed_in_gets_the_cookie_that_scripts_need(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    client.get(f"/accounts/login/squarelet?next={OURS}/")
    assert client.cookies["csrftoken"].value


TARGETS = [
    (f"{OURS}/x?y=1#z", True),
    ("/documents/1-x/", True),
    ("http://testserver/x", True),
    (OTHER, False),
    ("//evil.example.com/", False),
    ("http://www.example.org/", False),
    ("https://www.example.org:8443/", False),
    ("https://www.example.org@evil.example.com/", False),
    ("https://user@www.example.org/", False),
    ("https://www.example.org\\@evil.example.com/", False),
    ("https:/\\evil.example.com", False),
    ("javascript:alert(1)//https://www.example.org", False),
    ("https://[", False),
    ("", False),
]


@pytest.mark.parametrize(("target", "goes"), TARGETS)
def test_nobody_is_sent_elsewhere(ada: User, target: str, goes: bool) -> None:
    client = Client()
    there = sign_in(client, target)
    again = client.get("/accounts/login/squarelet", {"next": target}).headers["Location"]
    out = client.get("/accounts/logout/", {"next": target}).headers["Location"]
    assert {there, again, out} == {target if goes else "/"}


@pytest.mark.parametrize(
    ("headers", "is_out"),
    [
        ({}, True),
        ({"Referer": f"{OURS}/documents/"}, True),
        ({"Referer": f"{OURS}/", "Sec-Fetch-Site": "cross-site"}, True),
        ({"Referer": f"{OTHER}/"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
    ],
)
def test_pages_of_others_sign_nobody_out(ada: User, headers: dict[str, str], is_out: bool) -> None:
    client = Client()
    client.force_login(ada)
    client.get("/accounts/logout/", headers=headers)
    assert (client.get("/api/users/me/").status_code == 403) is is_out


def test_cookies_open_private_files_to_the_front_end_only(ada: User) -> None:
    pk = make_document(ada, pages=["words"]).pk
    client = Client()
    client.force_login(ada)
    headers = {"Accept": JSON}
    answer = client.get(f"/files/documents/{pk}/budget-2024.pdf", headers=headers | {"Origin": OURS})
    assert (answer.status_code, seen(answer)) == (200, (OURS, "true"))
    assert seen(client.get(f"/files/documents/{pk}/budget-2024.pdf", headers=headers | {"Origin": OTHER})) == ("-", "-")


def test_the_form_may_lead_back_to_the_front_end() -> None:
    assert f"form-action 'self' {OURS};" in content_policy(framed=False)
