"""API keys: what they open, who makes them, and how they end."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from organizations import keys
from organizations.actions import api_keys, people
from organizations.models import ApiKey, Event, User
from tests.conftest import client_of
from tests.documents.factories import make_document
from tests.organizations.test_tokens import NOT_VALID, bearer

Scope = ApiKey.Scope
ALL = Scope.values


def make(user: User, *wanted: str, days: float | None = None) -> tuple[ApiKey, APIClient]:
    """A key with these scopes, all by default, and a client that uses it."""
    expires_at = timezone.now() + timedelta(days=days) if days else None
    key, text = api_keys.create(user=user, name="script", scopes=wanted or ALL, expires_at=expires_at)
    return key, bearer(text)


def test_a_key_is_shown_once_and_kept_as_a_hash(owner: User) -> None:
    client = client_of(owner)
    answer = client.post("/api/keys/", {"name": "nightly", "scopes": ["write", "read", "read"]})
    assert answer.status_code == 201
    made = answer.json()
    text = made.pop("key")
    assert text.startswith("dp_") and len(text) == 46 and text.startswith(made["start"])
    assert made["scopes"] == ["read", "write"]
    assert (made["expires_at"], made["last_used_at"], made["revoked_at"]) == (None, None, None)
    assert client.get(f"/api/keys/{made['id']}/").json() == made
    assert client.get("/api/keys.json?version=1.0&fields=id,name").json()["results"] == [
        {"id": made["id"], "name": "nightly"}
    ]
    row = ApiKey.objects.get()
    assert text not in str(vars(row)) and row.digest == keys.digest(text)
    assert bearer(text).get("/api/users/me/").json()["username"] == "owner"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_what_is_no_key(owner: User, changed: dict[str, Any], field: str) -> None:
    answer = client_of(owner).post("/api/keys/", {"name": "script", "scopes": ["read"]} | changed)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_everybody_sees_only_their_own(owner: User, outsider: User) -> None:
    key, _ = make(owner)
    stranger = client_of(outsider)
    assert stranger.get("/api/keys/").json()["results"] == []
    assert {stranger.get(f"/api/keys/{key.pk}/").status_code, stranger.delete(f"/api/keys/{key.pk}/").status_code} == {
        404
    }
    assert APIClient().get("/api/keys/").status_code == 403


def revoked(owner: User, key: ApiKey) -> None:
    client = client_of(owner)
    assert {client.delete(f"/api/keys/{key.pk}/").status_code for _ in range(2)} == {204}
    assert Event.objects.filter(kind="api_key.revoked").count() == 1


def expired(owner: User, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())


def deactivated(owner: User, key: ApiKey) -> None:
    people.deactivate(owner, actor=owner)
    people.reactivate(owner, actor=owner)


def signed_out_everywhere(owner: User, key: ApiKey) -> None:
    people.sign_out_everywhere(owner, actor=owner)


@pytest.mark.parametrize("end", [revoked, expired, deactivated, signed_out_everywhere])
def test_how_keys_end(owner: User, end: Any) -> None:
    key, client = make(owner, days=1)
    assert client.get("/api/users/me/").status_code == 200
    end(owner, key)
    for url in ("/api/users/me/", "/api/documents/"):  # also where nobody needs one
        answer = client.get(url)
        assert (answer.status_code, answer.json()) == (403, NOT_VALID)


@pytest.mark.parametrize("text", ["dp_", "dp_nonsense", "dp_\xff\xfe", "dp_" + "x" * 5000])
def test_what_was_never_a_key(db: None, text: str) -> None:
    answer = bearer(text).get("/api/documents/")
    assert (answer.status_code, answer.json()) == (403, NOT_VALID)


def test_a_new_password_leaves_keys_alone(owner: User) -> None:
    _, client = make(owner)
    people.change_password(owner, password="another four words")
    assert client.get("/api/users/me/").status_code == 200


def test_a_key_needs_no_csrf_token(owner: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    _, text = api_keys.create(user=owner, name="x", scopes=["admin"], expires_at=None)
    headers = {"Authorization": f"Bearer {text}"}
    assert client.patch("/api/users/me/", {}, headers=headers).status_code == 200


SCOPES = """
    method  path                        needs
    GET     /api/documents/             read
    HEAD    /api/documents/             read
    OPTIONS /api/documents/             read
    GET     /api/users/me/              read
    POST    /api/documents/             write
    PATCH   /api/documents/{pk}/        write
    DELETE  /api/documents/{pk}/        write
    POST    /api/documents/{pk}/process/        process
    DELETE  /api/documents/{pk}/process/        process
    POST    /api/documents/process/             process
    POST    /api/documents/{pk}/redactions/     process
    POST    /api/documents/{pk}/modifications/  process
    PATCH   /api/users/me/              admin
    GET     /api/keys/                  admin
    POST    /api/keys/                  admin
    DELETE  /api/keys/0/                admin
"""


def test_every_method_needs_its_scope(owner: User) -> None:
    pk = make_document(owner).pk
    clients = {scope: make(owner, scope)[1] for scope in ALL}
    for row in SCOPES.strip().splitlines()[1:]:
        method, path, needs = row.split()
        for scope, client in clients.items():
            lacks = client.generic(method, path.format(pk=pk), b"[]", "application/json").status_code == 403
            assert lacks == (scope != needs), (row, scope)


def views(patterns: Any) -> Any:
    """Every view class of the API."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
            yield pattern.callback.cls


def test_no_view_passes_by_the_scopes() -> None:
    own_doors = {view.__name__ for view in views(get_resolver().url_patterns) if not view.authentication_classes}
    assert own_doors == {"TokenView", "RefreshView"}, "they look at no key at all"


def test_a_key_makes_no_stronger_one(owner: User) -> None:
    _, client = make(owner, "admin", "read", days=1)
    soon, later = ((timezone.now() + timedelta(hours=hours)).isoformat() for hours in (1, 48))

    def status(*wanted: str, until: str | None = soon) -> int:
        body = {"name": "child", "scopes": wanted, "expires_at": until}
        return int(client.post("/api/keys/", body).status_code)

    assert status("read") == status("read", "admin") == 201
    assert status("write") == status("read", "process") == 403
    assert status("read", until=later) == status("read", until=None) == 403
    assert ApiKey.objects.count() == 3


def test_nobody_hoards_keys(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MOST", 2)
    body = {"name": "x", "scopes": ["read"]}
    client = client_of(owner)
    assert [client.post("/api/keys/", body).status_code for _ in range(3)] == [201, 201, 409]
    revoked(owner, ApiKey.objects.all()[0])
    assert client.post("/api/keys/", body).status_code == 201


def test_the_log_names_the_key(owner: User) -> None:
    key, client = make(owner)
    other = make_document(owner)
    assert client.patch(f"/api/documents/{other.pk}/", {"title": "New"}).status_code == 200
    client_of(User.objects.get(pk=owner.pk)).patch(f"/api/documents/{other.pk}/", {"title": "Newer"})
    rows = Event.objects.filter(target_type="document", target_id=other.pk, kind="document.updated").order_by("id")
    assert list(rows.values_list("actor_id", "api_key_id")) == [(owner.pk, key.pk), (owner.pk, None)]


def test_the_use_is_noted_once_a_minute_and_a_key_costs_one_query(owner: User) -> None:
    key, client = make(owner)
    client.get("/api/organizations/")
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/organizations/")
    assert len(queries) == 2  # the key with its person, and the list
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    client.get("/api/organizations/")
    key.refresh_from_db()
    assert key.last_used_at and key.last_used_at > first


def test_a_read_is_answered_where_the_use_cannot_be_noted(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("read-only")

    _, client = make(owner)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", fail)
    assert client.get("/api/organizations/").status_code == 200
