"""Guesses of passwords are counted exactly, whichever door they come through."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from organizations.actions import attempts, people, signin
from organizations.models import RateBucket, User
from tests.organizations.conftest import PASSWORD


def by_token(username: str, password: str, address: str = "203.0.113.7") -> Any:
    body = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post("/api/token/", body, content_type="application/json")


def by_page(username: str, password: str, address: str = "203.0.113.7") -> Any:
    body = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post("/accounts/sign-in/", body)


def guess(times: int, username: str = "ada", door: Callable[..., Any] = by_token) -> list[int]:
    return [door(username, f"guess {number}").status_code for number in range(times)]


def test_a_name_is_locked_after_ten_guesses_even_for_the_right_password(ada: User) -> None:
    assert guess(11) == [401] * 10 + [429]
    response = by_token("ada", PASSWORD)
    assert response.status_code == 429
    assert response.json()["detail"] == "There were too many attempts. Try again in 2 minutes."
    assert 0 < int(response.headers["Retry-After"]) <= 90


def test_both_doors_count_together(ada: User) -> None:
    assert guess(5, door=by_page) == [200] * 5
    assert guess(6) == [401] * 5 + [429]
    page = by_page("ada", PASSWORD)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "too many attempts" in page.content.decode()


def test_the_administration_has_no_door_of_its_own(ada: User) -> None:
    response = Client().post("/admin/login/?next=/admin/", {"username": "ada", "password": PASSWORD})
    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/sign-in/?next=/admin/"
    assert Client().get("/admin/password_change/").headers["Location"] == "/accounts/"


def test_names_that_nobody_has_are_counted_alike(ada: User) -> None:
    assert guess(11, username="nobody") == [401] * 10 + [429]


def test_other_names_are_not_locked(ada: User) -> None:
    guess(11, username="nobody")
    assert by_token("ada", PASSWORD).status_code == 200


def test_upper_case_is_no_way_around(ada: User) -> None:
    guess(5)
    assert guess(6, username="ADA") == [401] * 5 + [429]


def test_an_address_is_locked_after_a_hundred_guesses(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "PER_ADDRESS", 3)
    for name in "abc":
        assert by_token(name, "x").status_code == 401
    assert by_token("ada", PASSWORD).status_code == 429
    assert by_token("ada", PASSWORD, address="203.0.113.8").status_code == 200


def test_a_network_of_version_six_is_one_address(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "PER_ADDRESS", 1)
    by_token("x", "x", address="2001:db8:1:2::1")
    assert by_token("ada", PASSWORD, address="2001:db8:1:2:ffff::9").status_code == 429
    assert by_token("ada", PASSWORD, address="2001:db8:1:3::1").status_code == 200


def test_success_forgives_nothing(ada: User) -> None:
    guess(9)
    assert by_token("ada", PASSWORD).status_code == 200
    assert guess(2) == [401, 429]


def test_time_forgives(ada: User) -> None:
    guess(11)
    RateBucket.objects.update(at=timezone.now() - timedelta(seconds=91))
    assert by_token("ada", PASSWORD).status_code == 200
    assert guess(2) == [401, 429]
    RateBucket.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert guess(11) == [401] * 10 + [429]


def test_neither_names_nor_addresses_are_stored(ada: User) -> None:
    guess(1)
    assert {len(key) for key in RateBucket.objects.values_list("key", flat=True)} == {64}
    assert RateBucket.objects.count() == 2


@pytest.mark.parametrize(
    ("wait", "words"), [(20, "a minute"), (60, "a minute"), (61, "2 minutes"), (900, "15 minutes")]
)
def test_how_long_to_wait(wait: int, words: str) -> None:
    assert attempts.TooManyAttempts(wait).message == f"There were too many attempts. Try again in {words}."


def test_thirty_guesses_at_once_are_not_one_more_than_ten(transactional_db: None) -> None:
    people.create_user(username="ada", password=PASSWORD)

    def one(number: int) -> int:
        try:
            status: int = by_token("ada", f"guess {number}").status_code
            return status
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert Counter(pool.map(one, range(30))) == {401: 10, 429: 20}


def test_ten_right_passwords_at_once_all_count(transactional_db: None) -> None:
    people.create_user(username="ada", password=PASSWORD)

    def one(number: int) -> int:
        try:
            status: int = by_token("ada", PASSWORD).status_code
            return status
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(one, range(20))) == {200}
