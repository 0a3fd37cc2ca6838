"""Proxies are believed only when they are ours, and every answer carries the headers that protect browsers."""

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django import Settings

from docplatform import middleware
from docplatform.lib import client as clients


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        ([], "192.0.2.1", "198.51.100.1", "192.0.2.1"),
        (["10.0.0.0/8"], "192.0.2.1", "198.51.100.1", "192.0.2.1"),
        (["10.0.0.0/8"], "10.0.0.5", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.5", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.5", "198.51.100.1, 10.0.0.6", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.5", "198.51.100.1, rubbish", "10.0.0.5"),
        (["10.0.0.0/8"], "10.0.0.5", "", "10.0.0.5"),
        (["10.0.0.0/8"], "::ffff:10.0.0.5", "2001:db8::1", "2001:db8::1"),
        ([], "", "", ""),
    ],
)
def test_the_address_of_a_client(
    rf: RequestFactory, settings: Settings, proxies: list[str], remote: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})
    assert clients.address(request) == expected


@pytest.mark.parametrize(("remote", "kept"), [("10.0.0.5", True), ("192.0.2.1", False)])
def test_what_strangers_say_about_the_request_is_dropped(
    rf: RequestFactory, settings: Settings, remote: str, kept: bool
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    seen: list[HttpRequest] = []
    request = rf.get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-Proto": "https"})
    middleware.believe_only_our_proxies(lambda request: seen.append(request))(request)  # type: ignore[arg-type, func-returns-value]
    assert seen[0].is_secure() is kept


@pytest.mark.django_db
def test_every_answer_protects_the_browser(client: Client) -> None:
    answer = client.get("/nowhere/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in answer


@pytest.mark.django_db
def test_https_is_remembered_by_browsers(client: Client, settings: Settings) -> None:
    settings.IS_HTTPS, settings.SECURE_HSTS_SECONDS = True, 600
    assert client.get("/nowhere/")["Strict-Transport-Security"] == "max-age=600"


def test_files_of_other_places_may_be_loaded(settings: Settings) -> None:
    settings.ASSET_ORIGINS = ["https://files.example.org"]
    policy = middleware.content_policy(framed=True)
    assert "img-src 'self' data: blob: https://files.example.org;" in policy
    assert "connect-src 'self' https://files.example.org;" in policy
    assert "frame-ancestors *" in policy


@pytest.mark.django_db
def test_other_sites_may_read_the_api_but_not_as_the_visitor(client: Client) -> None:
    answer = client.get("/api/nowhere/", headers={"Origin": "https://news.example.org"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Access-Control-Allow-Origin" not in client.get("/nowhere/", headers={"Origin": "https://news.example.org"})
