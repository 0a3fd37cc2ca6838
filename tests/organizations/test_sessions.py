"""`/api/users/me/sessions/` and `/api/users/me/password/`: where one is signed in, and ending it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from organizations import sessions
from organizations.actions import people
from organizations.models import ApiKey, Event, Session, User
from tests.conftest import client_of
from tests.organizations.conftest import PASSWORD

URL = "/api/users/me/sessions/"
NEW = "another four words"


def browser(agent: str, password: str = PASSWORD, username: str = "ada") -> Client:
    client = Client(headers={"User-Agent": agent})
    response = client.post("/accounts/sign-in/", {"username": username, "password": password})
    assert response.status_code == 302, response.content
    return client


def is_in(client: Any) -> bool:
    return bool(client.get("/api/users/me/").status_code == 200)


def test_where_one_is_signed_in(ada: User, outsider: User) -> None:
    here, there = browser("Here"), browser("There" * 100)
    Client().get("/accounts/sign-in/")
    rows = {row["device"][:5]: row for row in here.get(URL).json()["results"]}
    assert set(rows) == {"Here", "There"}
    assert list(rows["Here"]) == [
        *("id", "device", "address", "signed_in_at", "last_seen_at", "expires_at", "current"),
    ]
    assert (rows["Here"]["address"], rows["Here"]["current"], rows["There"]["current"]) == ("127.0.0.1", True, False)
    assert len(rows["There"]["device"]) == 300
    keys = [client.cookies["sessionid"].value for client in (here, there)]
    assert not any(key in here.get(URL).content.decode() for key in keys)
    assert client_of(outsider).get(URL).json()["results"] == []
    assert client_of(outsider).delete(f"{URL}{rows['There']['id']}/").status_code == 404
    assert here.delete(f"{URL}{rows['There']['id']}/").status_code == 204
    assert (is_in(here), is_in(there)) == (True, False)
    assert here.delete(f"{URL}{rows['There']['id']}/").status_code == 404
    assert Event.objects.filter(kind="user.session_ended").count() == 1


def test_the_last_use_is_noted_every_five_minutes(ada: User, django_assert_num_queries: Any) -> None:
    here = browser("Here")
    here.get("/api/users/me/")
    past = timezone.now() - sessions.NOTED - timedelta(seconds=1)
    seen: list[Any] = []
    for moment in (past, timezone.now() - timedelta(minutes=1)):
        Session.objects.update(seen_at=moment)
        assert is_in(here)
        seen.append(Session.objects.get().seen_at - moment)
    assert seen[0] >= sessions.NOTED
    assert seen[1] == timedelta()


def test_ending_all(ada: User) -> None:
    here, there = browser("Here"), browser("There")
    assert here.delete(URL).status_code == 204
    assert (is_in(here), is_in(there), Session.objects.filter(user=ada).exists()) == (False, False, False)
    assert Event.objects.filter(kind="user.signed_out_everywhere").count() == 1


def test_a_new_password(ada: User) -> None:
    here, there = browser("Here"), browser("There")
    response = here.post("/api/users/me/password/", {"current": PASSWORD, "new": NEW}, "application/json")
    assert (response.status_code, sorted(response.json())) == (200, ["access", "refresh"])
    assert (is_in(here), is_in(there)) == (True, False)
    program = APIClient(headers={"Authorization": f"Bearer {response.json()['access']}"})
    assert is_in(program)
    assert [row["current"] for row in here.get(URL).json()["results"]] == [True]
    assert browser("Again", NEW)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"current": "wrong", "new": NEW}, "current"),
        ({"current": PASSWORD, "new": "1234"}, "new"),
        ({"current": PASSWORD, "new": "ada@example.org"}, "new"),
        ({"current": PASSWORD}, "new"),
        ({"new": NEW}, "current"),
    ],
)
def test_a_password_that_is_refused(ada: User, body: dict[str, str], field: str) -> None:
    response = client_of(ada).post("/api/users/me/password/", body)
    assert (response.status_code, list(response.json())) == (400, [field])
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_the_password_cannot_be_guessed_here(ada: User, anonymous: Any) -> None:
    client = client_of(ada)
    body = {"current": "wrong", "new": NEW}
    statuses = [client.post("/api/users/me/password/", body).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    assert client_of(anonymous).post("/api/users/me/password/", body).status_code == 403


def test_closing_an_account_ends_everything(ada: User) -> None:
    here = browser("Here")
    ApiKey.objects.create(user=ada, name="k", start="dp_", digest="x", scopes=["read"])
    people.deactivate(ada, actor=ada)
    assert not is_in(here)
    assert not Session.objects.filter(user=ada).exists()
    assert ApiKey.objects.get().revoked_at is not None
