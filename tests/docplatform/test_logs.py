"""Logs: one line of JSON per request and step; ids in, secrets and document text out."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.db import DataError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from docplatform.lib import logs
from docplatform.middleware import SANE_ID
from organizations.models import User


def crash(request: HttpRequest, token: str) -> HttpResponse:
    raise RuntimeError("first line\nthe words of a document")


urlpatterns = [path("reset/<str:token>/", crash)]


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the program's own loggers write."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines())
    loggers = [logging.getLogger(name) for name in ("docplatform", "django.request")]
    for logger in loggers:
        logger.addHandler(handler)
    logging.getLogger("docplatform").setLevel(logging.INFO)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)


def read(stream: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.django_db
def test_a_request_is_one_line_without_its_query(lines: StringIO, client: Client) -> None:
    answer = client.get("/nowhere/?token=hidden", headers={"X-Request-Id": "from-the-proxy-17"})
    assert answer["X-Request-Id"] == "from-the-proxy-17"
    (line,) = read(lines)
    assert line["event"] == "request"
    assert line["request"] == "from-the-proxy-17"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/nowhere/", 404)
    assert isinstance(line["ms"], int)
    assert "hidden" not in lines.getvalue()


@pytest.mark.django_db
def test_the_person_is_named_by_id(lines: StringIO, client: Client, staff: User) -> None:
    client.force_login(staff)
    client.get("/healthz", headers={"X-Forwarded-For": "192.0.2.1"}, REMOTE_ADDR="192.0.2.2")
    assert read(lines)[-1]["user"] == staff.pk


@pytest.mark.parametrize("brought", ["", "short", "x" * 65, 'a"b{}cdefgh', "line\nbreak-line", "ümlaut-id-id"])
@pytest.mark.django_db
def test_an_odd_request_id_is_replaced(lines: StringIO, client: Client, brought: str) -> None:
    given = client.get("/nowhere/", headers={"X-Request-Id": brought})["X-Request-Id"]
    assert given != brought
    assert SANE_ID.fullmatch(given)


@pytest.mark.urls("tests.docplatform.test_logs")
def test_a_crash_is_told_without_secrets_or_text(lines: StringIO, client: Client) -> None:
    client.raise_request_exception = False
    assert client.get("/reset/open-sesame/").status_code == 500
    failure, request = read(lines)
    assert failure["error"][0] == "RuntimeError: first line"  # type: ignore[index]
    assert request["path"] == "/reset/…/"
    assert "open-sesame" not in lines.getvalue()
    assert "words of a document" not in lines.getvalue()


@pytest.mark.django_db
def test_a_database_error_does_not_show_the_row(lines: StringIO) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE t (body varchar(3)); INSERT INTO t VALUES ('the words')")
    except DataError:
        logging.getLogger("docplatform").exception("it failed")
    (line,) = read(lines)
    assert "DataError: value too long" in line["error"][0]  # type: ignore[index]
    assert "the words" not in lines.getvalue()


def test_ids_end_with_their_block() -> None:
    logger = logging.getLogger("docplatform.test")
    record = logger.makeRecord("x", logging.INFO, "f", 1, "hello", (), None)
    with logs.about(request="outer"), logs.about(document=1):
        inside = json.loads(logs.Lines().format(record))
    outside = json.loads(logs.Lines().format(record))
    assert (inside["request"], inside["document"]) == ("outer", 1)
    assert "request" not in outside
    assert inside["at"].endswith("Z")


def test_an_unknown_path_is_cut(rf: RequestFactory) -> None:
    request = rf.get("/" + "x" * 5000)
    assert len(logs.safe_path(request)) == logs.LONGEST


@pytest.mark.django_db
def test_secrets_are_left_out_of_requests_that_reach_no_route(lines: StringIO, client: Client) -> None:
    assert client.get("/files/signed/secret/b.pdf", headers={"Host": "evil.example"}).status_code == 400
    assert "secret" not in lines.getvalue()
