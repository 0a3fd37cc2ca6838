"""Idempotency-Key: the same create twice happens once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from docplatform.lib.errors import Refused
from organizations.actions import idempotency, people
from organizations.models import IdempotencyKey, Plan, User


class Maker:
    """Creates one plan per call."""

    def __init__(self) -> None:
        self.numbers = count()

    def __call__(self) -> list[int]:
        return [Plan.objects.create(name=f"plan {next(self.numbers)}").pk]


def test_a_repeated_request_is_answered_and_not_carried_out(owner: User) -> None:
    make = Maker()
    first = idempotency.once(user=owner, key="k", fingerprint="f", create=make)
    assert idempotency.once(user=owner, key="k", fingerprint="f", create=make) == first
    assert Plan.objects.count() == 1


def test_no_key_no_memory(owner: User) -> None:
    make = Maker()
    idempotency.once(user=owner, key="", fingerprint="f", create=make)
    idempotency.once(user=owner, key="", fingerprint="f", create=make)
    assert (Plan.objects.count(), IdempotencyKey.objects.count()) == (2, 0)


def test_another_request_with_the_same_key_is_refused(owner: User) -> None:
    idempotency.once(user=owner, key="k", fingerprint="f", create=Maker())
    with pytest.raises(Refused) as caught:
        idempotency.once(user=owner, key="k", fingerprint="g", create=Maker())
    assert (caught.value.status_code, caught.value.code) == (422, "idempotency_key_reused")
    assert Plan.objects.count() == 1


def test_keys_are_ones_own(owner: User, outsider: User) -> None:
    make = Maker()
    idempotency.once(user=owner, key="k", fingerprint="f", create=make)
    idempotency.once(user=outsider, key="k", fingerprint="g", create=make)
    assert Plan.objects.count() == 2


def test_a_failed_create_leaves_the_key_free(owner: User) -> None:
    def fail() -> list[int]:
        Plan.objects.create(name="half made")
        raise Refused("no", "No.")

    with pytest.raises(Refused):
        idempotency.once(user=owner, key="k", fingerprint="f", create=fail)
    assert (Plan.objects.count(), IdempotencyKey.objects.count()) == (0, 0)


def test_a_key_that_is_too_long(owner: User) -> None:
    idempotency.once(user=owner, key="k" * 255, fingerprint="f", create=Maker())
    with pytest.raises(Refused) as caught:
        idempotency.once(user=owner, key="k" * 256, fingerprint="f", create=Maker())
    assert caught.value.status_code == 400


def test_keys_are_forgotten_after_a_day(owner: User) -> None:
    make = Maker()
    for key in ("k", "other"):
        idempotency.once(user=owner, key=key, fingerprint="f", create=make)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    idempotency.once(user=owner, key="k", fingerprint="another body", create=make)
    assert Plan.objects.count() == 3
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["k"]


def test_what_makes_two_requests_the_same() -> None:
    same = idempotency.fingerprint("/api/documents/", {"a": 1, "b": [2]})
    assert idempotency.fingerprint("/api/documents/", {"b": [2], "a": 1}) == same
    assert idempotency.fingerprint("/api/documents/", [{"a": 1, "b": [2]}]) != same
    assert idempotency.fingerprint("/api/projects/", {"a": 1, "b": [2]}) != same
    assert idempotency.fingerprint("/", QueryDict("a=1&a=2")) != idempotency.fingerprint("/", QueryDict("a=2"))


def test_the_same_request_many_times_at_once(transactional_db: None) -> None:
    user, make = people.create_user(username="ada"), Maker()

    def one(number: int) -> list[int]:
        try:
            return idempotency.once(user=user, key="k", fingerprint="f", create=make)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(16)))
    assert Plan.objects.count() == 1
    assert all(answer == [Plan.objects.get().pk] for answer in answers)
