"""`GET /api/documents/<id>/similar/`: more like this."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.actions import document as actions
from documents.choices import Access
from documents.models import Document
from documents.search import similar, slots
from organizations.models import User
from tests.conftest import client_of
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db
Person = User | AnonymousUser


def ask(user: Person, document: Document, **params: Any) -> dict[str, Any]:
    response = client_of(user).get(f"/api/documents/{document.pk}/similar/", params)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    assert body["count"] == len(body["results"])
    return body


def titles(user: Person, document: Document, **params: Any) -> list[str]:
    return [hit["title"] for hit in ask(user, document, **params)["results"]]


def test_documents_that_share_telling_words_come_first(owner: User) -> None:
    bridge = write(owner, "Bridge inspection", "The inspectors found corrosion in the cables of the suspension bridge.")
    write(owner, "Second look", "Cables of the bridge: the corrosion that inspectors found has spread.")
    write(owner, "Weather", "The rain has spread, and the sun is gone.")
    write(owner, "Cables", "A shop for cables.")
    write(owner, "Lunch", "Soup and bread of the day.")
    assert titles(owner, bridge)[0] == "Second look"
    assert "Lunch" not in titles(owner, bridge)
    assert len(titles(owner, bridge, per_page=1)) == 1
    assert titles(owner, write(owner, "Zzyzx")) == []


def test_hits_look_like_those_of_a_search(owner: User) -> None:
    first, second = (write(owner, "Levy", "levy", access=Access.PUBLIC) for _ in range(2))
    body = ask(owner, first, expand="user")
    [found] = (
        client_of(owner).get("/api/documents/search/", {"q": f"id:{second.pk}", "expand": "user"}).json()["results"]
    )
    assert body == {"count": 1, "next": None, "previous": None, "results": [found]}
    with CaptureQueriesContext(connection) as few:
        ask(owner, first)
    for _ in range(12):
        write(owner, "Levy", "levy", access=Access.PUBLIC)
    with CaptureQueriesContext(connection) as many:
        assert ask(owner, first)["count"] == 10
    assert len(many) == len(few)


def test_nobody_sees_what_is_not_theirs(owner: User, outsider: User, anonymous: AnonymousUser) -> None:
    shown = write(owner, "Levy", "levy", access=Access.PUBLIC)
    other = write(owner, "Levy too", "levy", access=Access.PUBLIC)
    secret = write(owner, "Secret levy", "levy")
    assert set(titles(owner, shown)) == {"Levy too", "Secret levy"}
    for user in (outsider, anonymous):
        assert titles(user, shown) == ["Levy too"]
        assert client_of(user).get(f"/api/documents/{secret.pk}/similar/").status_code == 404
    actions.update({other.pk: {"access": Access.PRIVATE}}, actor=owner)
    assert titles(outsider, shown) == titles(anonymous, shown) == []
    assert client_of(owner).get("/api/documents/0/similar/").status_code == 404


def test_hidden_documents_decide_nothing(owner: User, outsider: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "WORDS", 1)
    write(outsider, "Cable")
    shown = write(outsider, "Bridge cable")
    assert titles(outsider, shown) == ["Cable"]
    write(owner, "Bridge")
    for _ in range(3):
        write(owner, "Hidden cable")
    assert titles(outsider, shown) == ["Cable"]


def test_it_waits_for_a_slot(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise slots.Busy

    document = write(owner, "Levy")
    monkeypatch.setattr(slots, "wait", refuse)
    assert client_of(owner).get(f"/api/documents/{document.pk}/similar/")["Retry-After"] == "5"
