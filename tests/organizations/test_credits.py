"""The ledger: credits are taken exactly once, monthly ones first, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from organizations.actions import credits, organization, people
from organizations.models import Charge, Event, Organization, Plan, User


@pytest.fixture
def rich(newsroom: Organization) -> Organization:
    newsroom.monthly_credits, newsroom.purchased_credits = 10, 5
    newsroom.save()
    return newsroom


@pytest.mark.parametrize(
    ("amount", "taken", "left"),
    [(0, (0, 0), (10, 5)), (3, (3, 0), (7, 5)), (10, (10, 0), (0, 5)), (12, (10, 2), (0, 3)), (15, (10, 5), (0, 0))],
)
def test_monthly_credits_go_first(
    rich: Organization, owner: User, amount: int, taken: tuple[int, int], left: tuple[int, int]
) -> None:
    booked = credits.charge(rich, user=owner, amount=amount, note="OCR")
    rich.refresh_from_db()
    assert (booked.monthly, booked.purchased) == taken
    assert (rich.monthly_credits, rich.purchased_credits) == left
    lines = list(Charge.objects.values_list("organization", "user", "monthly", "purchased", "note"))
    assert lines == ([(rich.pk, owner.pk, *taken, "OCR")] if amount else [])


def test_a_shortfall_takes_nothing(rich: Organization, owner: User) -> None:
    with pytest.raises(credits.Shortfall) as caught:
        credits.charge(rich, user=owner, amount=18)
    assert (caught.value.status_code, caught.value.body()) == (400, {"amount": 3})
    rich.refresh_from_db()
    assert (rich.monthly_credits, rich.purchased_credits, Charge.objects.count()) == (10, 5, 0)


def test_a_charge_is_an_event(rich: Organization, owner: User) -> None:
    credits.charge(rich, user=owner, amount=2)
    event = Event.objects.get(kind="organization.charged")
    assert (event.organization_id, event.data) == (rich.pk, {"charge": Charge.objects.get().pk, "credits": 2})


def test_what_has_a_key_is_paid_once(rich: Organization, owner: User) -> None:
    for _ in range(3):
        booked = credits.charge(rich, user=owner, amount=12, key="page 7")
        assert (booked.monthly, booked.purchased) == (10, 2)
    credits.charge(rich, user=owner, amount=1, key="page 8")
    rich.refresh_from_db()
    assert (rich.monthly_credits, rich.purchased_credits, Charge.objects.count()) == (0, 2, 2)


def test_a_refund_gives_back_what_was_taken_once(rich: Organization, owner: User) -> None:
    credits.charge(rich, user=owner, amount=12, key="page 7")
    assert [credits.refund("page 7"), credits.refund("page 7"), credits.refund("page 8"), credits.refund("")] == [
        True,
        False,
        False,
        False,
    ]
    rich.refresh_from_db()
    assert (rich.monthly_credits, rich.purchased_credits) == (10, 5)
    assert Charge.objects.get().refunded_at is not None
    assert Event.objects.get(kind="organization.refunded").data == {"charge": Charge.objects.get().pk, "credits": 12}


def test_credits_of_a_month_that_is_over_do_not_come_back(newsroom: Organization, owner: User, staff: User) -> None:
    organization.set_plan(newsroom, plan=Plan.objects.create(name="P", monthly_credits=50), actor=staff)
    credits.grant(newsroom, amount=5, actor=staff)
    credits.charge(newsroom, user=owner, amount=52, key="page 7")
    Charge.objects.update(created_at=timezone.now() - timedelta(days=1))
    Organization.objects.filter(pk=newsroom.pk).update(credit_reset_date=timezone.localdate())
    credits.refund("page 7")
    newsroom.refresh_from_db()
    assert (newsroom.monthly_credits, newsroom.purchased_credits) == (50, 5)


@pytest.mark.parametrize(("amount", "left"), [(7, 12), (-3, 2), (-50, 0)])
def test_credits_are_granted_and_taken_back(rich: Organization, staff: User, amount: int, left: int) -> None:
    assert credits.grant(rich, amount=amount, actor=staff).purchased_credits == left


def test_monthly_credits_come_back_when_the_day_has_come(newsroom: Organization, owner: User, staff: User) -> None:
    organization.set_plan(newsroom, plan=Plan.objects.create(name="P", monthly_credits=50), actor=staff)
    credits.charge(newsroom, user=owner, amount=50)
    newsroom.refresh_from_db()
    assert credits.balance(newsroom).monthly == 0
    yesterday = timezone.localdate() - timedelta(days=1)
    Organization.objects.filter(pk=newsroom.pk).update(credit_reset_date=yesterday)
    newsroom.refresh_from_db()
    assert credits.balance(newsroom).monthly == 50
    credits.charge(newsroom, user=owner, amount=1)
    newsroom.refresh_from_db()
    assert newsroom.monthly_credits == 49
    assert newsroom.credit_reset_date == credits.next_reset(yesterday, today=timezone.localdate())


def test_without_a_plan_nothing_comes_back(rich: Organization) -> None:
    rich.credit_reset_date = timezone.localdate()
    assert credits.balance(rich).monthly == 0


@pytest.mark.parametrize(
    ("start", "today", "then"),
    [
        (date(2026, 1, 15), date(2026, 1, 15), date(2026, 2, 15)),
        (date(2026, 1, 15), date(2026, 2, 14), date(2026, 2, 15)),
        (date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)),
        (date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29)),
        (date(2025, 12, 31), date(2026, 3, 1), date(2026, 3, 31)),
        (date(2025, 11, 5), date(2027, 1, 20), date(2027, 2, 5)),
    ],
)
def test_the_day_of_the_next_refill(start: date, today: date, then: date) -> None:
    assert credits.next_reset(start, today=today) == then


def test_twenty_charges_at_once_never_spend_a_credit_twice(transactional_db: None) -> None:
    user = people.create_user(username="ada")
    paper = Organization.objects.create(name="Paper", slug="paper", monthly_credits=20, purchased_credits=10)

    def one(number: int) -> bool:
        try:
            credits.charge(paper, user=user, amount=4)
        except credits.Shortfall:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(one, range(20))) == 7
    paper.refresh_from_db()
    assert (paper.monthly_credits, paper.purchased_credits) == (0, 2)
    assert sum(charge.monthly + charge.purchased for charge in Charge.objects.all()) == 28


def test_one_key_charged_and_refunded_by_many_at_once_is_booked_once(transactional_db: None) -> None:
    user = people.create_user(username="ada")
    paper = Organization.objects.create(name="Paper", slug="paper", monthly_credits=3, purchased_credits=10)

    def one(number: int) -> bool:
        try:
            credits.charge(paper, user=user, amount=4, key="page 7")
            return number % 2 == 1 and credits.refund("page 7")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(one, range(20))) == 1
    paper.refresh_from_db()
    assert (paper.monthly_credits, paper.purchased_credits, Charge.objects.count()) == (3, 10, 1)
