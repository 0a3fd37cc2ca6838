"""Entities that come with nothing but an id of Wikidata are looked up there, where the installation allows it."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from documents.models import Entity
from organizations.models import Event, User
from tests.conftest import client_of
from tests.web import Web, serving

pytestmark = pytest.mark.django_db
URL = "/api/entities/"


@pytest.fixture
def wikidata(settings: Any) -> Iterator[Web]:
    """A server in Wikidata's place, whose address is configured."""
    with serving() as server:
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
        settings.WIKIDATA_URL = server.url("/w/api.php")
        yield server


def said(value: str, language: str) -> dict[str, str]:
    return {"language": language, "value": value}


def knows(server: Web, entities: dict[str, Any], status: int = 200) -> None:
    server.says("/w/api.php", (status, json.dumps({"entities": entities, "success": 1}).encode()))


LONDON = {
    "id": "Q84",
    "labels": {"en": said("London", "en"), "ru": said("Лондон", "ru"), "fr": said("London", "en")},
    "descriptions": {"en": said("capital of the UK", "en"), "de": said("Hauptstadt", "de")},
    "sitelinks": {"enwiki": {"url": "https://en.wikipedia.org/wiki/London"}, "dewiki": {"url": "javascript:alert(1)"}},
}
BARE = {"id": "Q5", "labels": {"en": said("x" * 501, "en"), "uk": said("Людина", "mul")}, "descriptions": []}


def test_it_is_told_in_six_languages(wikidata: Web, owner: User, anonymous: Any) -> None:
    knows(wikidata, {"Q84": LONDON})
    response = client_of(owner).post(URL, {"wikidata_id": "Q84"}, format="json")
    assert (response.status_code, response.json()["access"], response.json()["user"]) == (201, "public", None)
    [(path, headers)] = wikidata.seen
    asked = parse_qs(urlsplit(path).query)
    assert (asked["ids"], asked["languages"]) == (["Q84"], ["en|es|fr|de|ru|uk"])
    assert headers["User-Agent"].startswith("DocPlatform/1 (http")
    shown = {
        "": ("London", "capital of the UK", "https://en.wikipedia.org/wiki/London"),
        "ru, en;q=0.5": ("Лондон", "capital of the UK", "https://en.wikipedia.org/wiki/London"),
        "de-AT": ("London", "Hauptstadt", "https://en.wikipedia.org/wiki/London"),
        "fr": ("London", "capital of the UK", "https://en.wikipedia.org/wiki/London"),
    }
    for language, texts in shown.items():
        body = client_of(anonymous).get(f"{URL}{response.json()['id']}/", HTTP_ACCEPT_LANGUAGE=language).json()
        assert (body["name"], body["description"], body["wikipedia_url"]) == texts
    assert client_of(owner).post(URL, {"wikidata_id": "Q84"}, format="json").status_code == 400
    assert len(wikidata.seen) == 1  # what is here already is not asked for


def test_many_are_asked_for_at_once_and_given_names_stay(wikidata: Web, owner: User) -> None:
    knows(wikidata, {"Q84": LONDON, "Q5": BARE})
    items = [{"wikidata_id": "Q84"}, {"wikidata_id": "Q1", "name": "All"}, {"wikidata_id": "Q5"}]
    response = client_of(owner).post(URL, items, format="json")
    assert [row["name"] for row in response.json()] == ["London", "All", "Людина"]
    assert [parse_qs(urlsplit(path).query)["ids"] for path, _ in wikidata.seen] == [["Q84|Q5"]]


@pytest.mark.parametrize(
    ("status", "body", "answer", "key"),
    [
        (200, {"entities": {"Q84": {"id": "Q84", "missing": ""}}}, 400, "wikidata_id"),
        (200, {"error": {"code": "no-such-entity", "id": "Q84"}}, 400, "wikidata_id"),
        (200, {"error": {"code": "maxlag"}}, 503, "error"),
        (200, {"entities": []}, 503, "error"),
        (200, [], 503, "error"),
        (429, {}, 503, "error"),
    ],
)
def test_a_look_up_that_fails_leaves_nothing(
    wikidata: Web, owner: User, status: int, body: Any, answer: int, key: str
) -> None:
    wikidata.says("/w/api.php", (status, json.dumps(body).encode()))
    items = [{"wikidata_id": "Q1", "name": "All"}, {"wikidata_id": "Q84"}]
    response = client_of(owner).post(URL, items, format="json")
    assert (response.status_code, next(iter(response.json()))) == (answer, key)
    assert not Entity.objects.exists() and not Event.objects.filter(target_type="entity").exists()


def test_a_server_out_of_reach_is_told_and_private_ones_are_never_looked_up(owner: User, settings: Any) -> None:
    settings.WIKIDATA_URL = "http://127.0.0.1:9/"
    response = client_of(owner).post(URL, {"wikidata_id": "Q84"}, format="json")
    assert (response.status_code, response.json()["code"]) == (503, "wikidata_unavailable")
    assert client_of(owner).post(URL, {"description": "x"}, format="json").json() == {"name": ["Send a name."]}
    assert not Entity.objects.exists()
