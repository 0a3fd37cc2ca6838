"""How many requests the API takes: counted exactly, for accounts and for addresses, before any work is done."""

import math
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from organizations import tokens
from organizations.actions import rates
from organizations.actions.rates import Limit
from organizations.models import RateBucket, User
from tests.organizations.test_api_keys import make
from tests.organizations.test_tokens import bearer

HOUR = 3600
SLOW = Limit(3, HOUR)  # nothing comes back while a test runs


@pytest.fixture
def pace(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three requests at once, and so slow a refill that no test sees it."""
    settings.RATE_PER_SECOND, settings.RATE_BURST = 0.001, 3


@pytest.fixture
def day(settings: Any) -> None:
    settings.ANONYMOUS_PER_DAY = 3


def statuses(get: Callable[[], Any], times: int = 4) -> list[int]:
    return [get().status_code for _ in range(times)]


def test_a_bucket_empties_and_refills(db: None) -> None:
    assert [rates.take("x", SLOW) for _ in range(4)] == [True, True, True, False]
    assert HOUR / 3 - 5 < rates.wait("x", SLOW) <= HOUR / 3
    assert rates.wait("y", SLOW) == 0
    RateBucket.objects.update(at=timezone.now() - timedelta(seconds=2 * HOUR / 3 + 1))
    assert [rates.take("x", SLOW) for _ in range(3)] == [True, True, False]
    RateBucket.objects.update(at=timezone.now() + timedelta(days=1))  # the database got another clock
    assert not rates.take("x", SLOW)


def test_a_bucket_never_holds_more_than_its_most(db: None) -> None:
    rates.take("x", SLOW)
    RateBucket.objects.update(at=timezone.now() - timedelta(days=9))
    assert [rates.take("x", SLOW) for _ in range(4)] == [True, True, True, False]


def test_four_at_once_get_exactly_what_there_is(transactional_db: None) -> None:
    limit = Limit(50, 100 * HOUR)

    def one(number: int) -> bool:
        try:
            return rates.take("x", limit)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert Counter(pool.map(one, range(200))) == {True: 50, False: 150}


def test_what_refills_meanwhile_is_counted_too(transactional_db: None) -> None:
    def spend(_: int) -> int:
        try:
            return sum(rates.take("x", Limit(5, 0.1)) for _ in range(60))
        finally:
            connection.close()

    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(spend, range(4)))
    assert 5 <= taken <= 5 + math.ceil(50 * (time.monotonic() - began))


def test_full_buckets_are_forgotten(db: None) -> None:
    for name in "ab":
        rates.take(name, SLOW)
    RateBucket.objects.filter(key="a").update(at=timezone.now() - timedelta(hours=25))
    rates.forget_full()
    assert list(RateBucket.objects.values_list("key", flat=True)) == ["b"]


def test_one_account_has_one_bucket_however_it_comes(pace: None, owner: User, outsider: User) -> None:
    session = Client()
    session.force_login(owner)
    by_key, by_token = make(owner)[1], bearer(tokens.pair(owner)["access"])
    ways = [session, by_key, by_token, session]
    assert [client.get("/api/users/me/").status_code for client in ways] == [200, 200, 200, 503]
    other = Client()
    other.force_login(outsider)
    assert other.get("/api/users/me/").status_code == 200


def test_the_refusal_says_when_to_come_back(pace: None, db: None) -> None:
    answer = [APIClient().get("/api/documents/") for _ in range(4)][-1]
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json()["message"].startswith("Send at most")


def test_the_burst_comes_back_at_the_rate(settings: Any, db: None) -> None:
    settings.RATE_PER_SECOND, settings.RATE_BURST = 10, 20
    assert statuses(APIClient().get, 0) == []
    seen = Counter(APIClient().get("/api/").status_code for _ in range(60))
    assert seen[200] >= 20
    settings.RATE_PER_SECOND = 1  # the next request may take longer than a tenth of a second
    RateBucket.objects.update(tokens=0, at=timezone.now())
    assert APIClient().get("/api/").headers["Retry-After"] == "1"
    RateBucket.objects.update(at=timezone.now() - timedelta(seconds=1))
    assert APIClient().get("/api/").status_code == 200


def test_a_refusal_costs_nothing_but_the_count(pace: None, owner: User) -> None:
    client = Client()
    client.force_login(owner)
    statuses(lambda: client.get("/api/documents/"), 3)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/documents/").status_code == 503
    assert len(queries) == 4  # the session, the person, the bucket, and how long to wait
    with CaptureQueriesContext(connection) as queries:
        assert client.post("/api/documents/", b"{" * 100, content_type="application/json").status_code == 503
    assert len(queries) == 4


def test_strangers_have_so_many_a_day(day: None, db: None) -> None:
    answers = [APIClient().get("/api/documents/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3].headers["Retry-After"]) <= 24 * HOUR / 3
    assert "Sign in" in answers[3].json()["message"]


def test_bad_credentials_are_a_strangers(day: None, owner: User) -> None:
    key, client = make(owner)
    assert client.delete(f"/api/keys/{key.pk}/").status_code == 204
    assert statuses(lambda: client.get("/api/documents/"), 2) == [403, 403]
    assert statuses(lambda: bearer("nonsense").get("/api/documents/"), 2) == [403, 429]


def test_people_have_no_count_of_the_day(day: None, owner: User) -> None:
    assert statuses(lambda: make(owner)[1].get("/api/users/me/")) == [200] * 4


def test_a_stranger_may_still_sign_in(day: None, db: None) -> None:
    statuses(lambda: APIClient().get("/api/"))
    body = {"username": "x", "password": "x"}
    assert APIClient().post("/api/token/", body).status_code == 401
    assert APIClient().post("/api/refresh/", {"refresh": "x"}).status_code == 401


@pytest.mark.parametrize(
    "path", ["/files/documents/1/x.pdf", "/public/documents/1/x.pdf", "/storage/x", "/accounts/sign-in/", "/"]
)
def test_what_is_not_counted(pace: None, day: None, db: None, path: str) -> None:
    assert not {429, 503} & set(statuses(lambda: Client().get(path)))
    assert not RateBucket.objects.exists()


FORWARDED = """
    proxies      remote       forwarded                  counts as
    -            203.0.113.1  -                          203.0.113.1
    -            203.0.113.1  198.51.100.9               203.0.113.1
    203.0.113.1  203.0.113.1  198.51.100.9               198.51.100.9
    203.0.113.1  203.0.113.1  192.0.2.7,198.51.100.9     198.51.100.9
    203.0.113.1  203.0.113.2  198.51.100.9               203.0.113.2
    -            2001:db8::1  -                          2001:db8::/64
"""


@pytest.mark.parametrize("row", FORWARDED.strip().splitlines()[1:])
def test_addresses_are_believed_only_from_our_proxies(day: None, settings: Any, db: None, row: str) -> None:
    proxies, remote, forwarded, expected = row.split()
    settings.TRUSTED_PROXIES = [] if proxies == "-" else [proxies]
    headers = {} if forwarded == "-" else {"X-Forwarded-For": forwarded}
    APIClient(REMOTE_ADDR=remote).get("/api/", headers=headers)
    assert RateBucket.objects.get().key == rates.key("day", expected)


def test_nothing_is_counted_where_the_limits_are_off(db: None) -> None:
    APIClient().get("/api/")
    assert not RateBucket.objects.exists()
