"""Signing in for programs: tokens, what is in them, and when they stop to count."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from organizations.actions import people
from organizations.models import User
from tests.organizations.conftest import PASSWORD


def sign_in(**credentials: str) -> Any:
    return APIClient().post("/api/token/", {"username": "ada", "password": PASSWORD} | credentials)


def bearer(token: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def refresh(token: str) -> Any:
    return APIClient().post("/api/refresh/", {"refresh": token})


NOT_VALID = {
    "detail": "Given token not valid for any token type",
    "code": "token_not_valid",
    "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid"}],
}


def test_a_pair_of_tokens(ada: User) -> None:
    response = sign_in()
    assert response.status_code == 200
    assert set(response.json()) == {"refresh", "access"}
    for kind, seconds in (("access", 300), ("refresh", 86400)):
        token = claims(response.json()[kind])
        assert token["token_type"] == kind
        assert token["user_id"] == str(ada.uuid)
        assert "documentcloud" in token["aud"]
        assert token["iss"] == "http://127.0.0.1:8000"
        assert token["exp"] - token["iat"] == seconds
        assert token["jti"]


def test_forms_sign_in_too(ada: User) -> None:
    response = APIClient().post("/api/token/", {"username": "ada", "password": PASSWORD}, format="multipart")
    assert response.status_code == 200


def test_the_access_token_opens_the_api(ada: User) -> None:
    body = bearer(sign_in().json()["access"]).get("/api/users/me/").json()
    assert body["username"] == "ada"


def test_signing_in_is_remembered(ada: User) -> None:
    sign_in()
    ada.refresh_from_db()
    assert ada.last_login is not None


@pytest.mark.parametrize("credentials", [{"password": "wrong"}, {"username": "nobody"}, {"password": PASSWORD + " "}])
def test_wrong_credentials(ada: User, credentials: dict[str, str]) -> None:
    response = sign_in(**credentials)
    assert response.status_code == 401
    assert response.json() == {"detail": "No active account found with the given credentials"}
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_deactivated_person_looks_like_a_wrong_password(ada: User) -> None:
    people.deactivate(ada, actor=ada)
    assert (sign_in().status_code, sign_in().json()) == (401, sign_in(password="wrong").json())


@pytest.mark.parametrize(
    ("url", "body", "fields"),
    [
        ("/api/token/", {}, {"username", "password"}),
        ("/api/token/", {"username": "ada"}, {"password"}),
        ("/api/token/", {"username": "a\x00", "password": "b"}, {"username"}),
        ("/api/refresh/", {}, {"refresh"}),
    ],
)
def test_missing_fields(db: None, url: str, body: dict[str, str], fields: set[str]) -> None:
    response = APIClient().post(url, body)
    assert response.status_code == 400
    assert set(response.json()) == fields


def test_refreshing_gives_a_new_pair_and_keeps_the_old_one(ada: User) -> None:
    first = sign_in().json()
    second = refresh(first["refresh"])
    assert second.status_code == 200
    assert set(second.json()) == {"refresh", "access"}
    assert second.json()["refresh"] != first["refresh"]
    assert bearer(second.json()["access"]).get("/api/users/me/").status_code == 200
    assert refresh(first["refresh"]).status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c", "é"])
def test_a_bad_refresh_token(db: None, token: str) -> None:
    response = refresh(token)
    assert response.status_code == 401
    assert response.json()["code"] == "token_not_valid"
    assert isinstance(response.json()["detail"], str)


def test_an_access_token_refreshes_nothing(ada: User) -> None:
    assert refresh(sign_in().json()["access"]).status_code == 401


def test_a_refresh_token_opens_nothing(ada: User) -> None:
    response = bearer(sign_in().json()["refresh"]).get("/api/users/me/")
    assert (response.status_code, response.json()["code"]) == (403, "token_not_valid")


@pytest.mark.parametrize("url", ["/api/users/me/", "/api/documents/"])
def test_a_bad_token_is_refused_even_where_none_is_needed(db: None, url: str) -> None:
    response = bearer("nonsense").get(url)
    assert (response.status_code, response.json()) == (403, NOT_VALID)


def test_no_credentials(db: None) -> None:
    response = APIClient().get("/api/users/me/")
    assert response.status_code == 403
    assert response.json() == {"detail": "Authentication credentials were not provided."}


def test_tokens_end_with_time(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def pair(*, age: timedelta) -> dict[str, str]:
        issued = timezone.now() - age
        monkeypatch.setattr("rest_framework_simplejwt.tokens.aware_utcnow", lambda: issued)
        issued_pair: dict[str, str] = sign_in().json()
        monkeypatch.undo()
        return issued_pair

    old, older = pair(age=timedelta(minutes=6)), pair(age=timedelta(hours=25))
    response = bearer(old["access"]).get("/api/users/me/")
    assert (response.status_code, response.json()["code"]) == (403, "token_not_valid")
    assert response.json()["messages"][0]["message"] == "Token is expired"
    assert refresh(old["refresh"]).status_code == 200
    assert refresh(older["refresh"]).status_code == 401


@pytest.mark.parametrize("action", ["sign_out_everywhere", "change_password", "deactivate"])
def test_actions_that_end_all_tokens_at_once(ada: User, action: str) -> None:
    pair = sign_in().json()
    if action == "change_password":
        people.change_password(ada, password="another four words")
    else:
        getattr(people, action)(ada, actor=ada)
    response = bearer(pair["access"]).get("/api/users/me/")
    assert (response.status_code, response.json()) == (403, NOT_VALID)
    answer = refresh(pair["refresh"])
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")


def test_new_tokens_count_after_signing_out_everywhere(ada: User) -> None:
    people.sign_out_everywhere(ada, actor=ada)
    assert bearer(sign_in().json()["access"]).get("/api/users/me/").status_code == 200


def test_a_token_costs_one_query(ada: User, django_assert_num_queries: Any) -> None:
    client = bearer(sign_in().json()["access"])
    with django_assert_num_queries(2):  # the person, and the list
        client.get("/api/organizations/")
