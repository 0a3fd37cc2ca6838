"""`/api/organizations/<id>/ai_credits/`, and organizations that pay together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from organizations.actions import credits, organization, people
from organizations.models import Charge, Event, Organization, Plan, User
from tests.conftest import client_of

Family = dict[str, Organization]


@pytest.fixture
def family(newsroom: Organization) -> Family:
    """A newsroom, its parent and two groups that share, and one of each that does not."""
    made = {
        name: Organization.objects.create(
            name=name,
            slug=name,
            monthly_credits=3,
            purchased_credits=2,
            share_resources="miser" not in name,
            private=True,
        )
        for name in ("parent", "group 1", "group 2", "miser")
    }
    newsroom.monthly_credits, newsroom.purchased_credits, newsroom.parent = 10, 5, made["parent"]
    newsroom.save()
    newsroom.groups.set([made["group 2"], made["group 1"], made["miser"]])
    return {"newsroom": newsroom, **made}


def purses(family: Family) -> dict[str, tuple[int, int]]:
    rows = {name: Organization.objects.get(pk=one.pk) for name, one in family.items()}
    return {name: (row.monthly_credits, row.purchased_credits) for name, row in rows.items()}


def pay(user: User, where: Organization, body: Any) -> tuple[int, Any]:
    response = client_of(user).post(f"/api/organizations/{where.pk}/ai_credits/", body)
    return response.status_code, response.json()


FULL = {"newsroom": (10, 5), "parent": (3, 2), "group 1": (3, 2), "group 2": (3, 2), "miser": (3, 2)}


@pytest.mark.parametrize(
    ("amount", "answer", "left"),
    [
        (0, {"monthly": 0, "regular": 0}, {}),
        (4, {"monthly": 4, "regular": 0}, {"newsroom": (6, 5)}),
        (12, {"monthly": 10, "regular": 2}, {"newsroom": (0, 3)}),
        (17, {"monthly": 12, "regular": 5}, {"newsroom": (0, 0), "parent": (1, 2)}),
        (21, {"monthly": 14, "regular": 7}, {"newsroom": (0, 0), "parent": (0, 0), "group 1": (2, 2)}),
        (30, {"monthly": 19, "regular": 11}, {name: (0, 0) for name in FULL if name != "miser"}),
    ],
)
def test_own_credits_go_first_then_the_parents_then_the_groups(
    owner: User, family: Family, amount: int, answer: Any, left: dict[str, tuple[int, int]]
) -> None:
    assert pay(owner, family["newsroom"], {"ai_credits": amount, "note": "x" * 1000}) == (200, answer)
    assert purses(family) == FULL | left
    spent = sum(event.data["credits"] for event in Event.objects.filter(kind="organization.charged", actor_id=owner.pk))
    assert spent == amount


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"ai_credits": 31}, {"amount": 1}),
        ({"ai_credits": 10**12}, {"amount": 10**12 - 30}),
        ({"ai_credits": -1}, ["ai_credits"]),
        ({"ai_credits": 10**30}, ["ai_credits"]),
        ({}, ["ai_credits"]),
        ({"ai_credits": "many"}, ["ai_credits"]),
        ({"ai_credits": 1, "note": "x" * 1001}, ["note"]),
        ({"ai_credits": 1, "addonrun_id": 5}, ["addonrun_id"]),
        ({"ai_credits": 1, "addonrun_id": "3f1d3bfe-8a9b-4d4c-9c1c-3f36f8d63d3a"}, ["addonrun_id"]),
        ([1], ["non_field_errors"]),
    ],
)
def test_what_is_refused_takes_nothing(owner: User, family: Family, body: Any, answer: Any) -> None:
    status, found = pay(owner, family["newsroom"], body)
    assert (status, list(found) if isinstance(answer, list) else found) == (400, answer)
    assert purses(family) == FULL
    assert not Charge.objects.exists()


def test_only_members_pay(owner: User, outsider: User, anonymous: Any, family: Family, staff: User) -> None:
    assert pay(outsider, family["newsroom"], {"ai_credits": -1})[0] == 403
    assert pay(staff, family["newsroom"], {"ai_credits": 1})[0] == 403
    assert pay(outsider, family["miser"], {"ai_credits": 1})[0] == 404
    assert pay(anonymous, family["newsroom"], {"ai_credits": 1})[0] == 403
    assert pay(owner, family["newsroom"], {"ai_credits": 1, "addonrun_id": None})[0] == 200
    assert client_of(owner).get(f"/api/organizations/{family['newsroom'].pk}/ai_credits/").status_code == 405


def test_members_see_what_they_can_spend(owner: User, family: Family, django_assert_num_queries: Any) -> None:
    family["parent"].plan = Plan.objects.create(name="Professional", monthly_credits=3)
    family["parent"].save()
    body = client_of(owner).get(f"/api/organizations/{family['newsroom'].pk}/").json()
    assert (body["monthly_credits"], body["purchased_credits"], body["monthly_credit_allowance"]) == (19, 11, 3)
    assert body["plan"] == "Free"


def test_a_refund_gives_each_part_back_to_who_paid_it(owner: User, family: Family) -> None:
    newsroom = family["newsroom"]
    taken = credits.charge(newsroom, user=owner, amount=21, key="page 7")
    assert credits.charge(newsroom, user=owner, amount=21, key="page 7") == taken
    assert Charge.objects.filter(key="page 7").count() == 3
    assert [credits.refund("page 7"), credits.refund("page 7")] == [True, False]
    assert purses(family) == FULL
    assert Event.objects.filter(kind="organization.refunded").count() == 3


def test_a_parent_is_refilled_when_its_day_has_come_and_only_once(owner: User, family: Family) -> None:
    parent = family["parent"]
    parent.plan, parent.credit_reset_date = Plan.objects.create(name="P", monthly_credits=50), timezone.localdate()
    parent.save()
    for _ in range(2):
        assert pay(owner, family["newsroom"], {"ai_credits": 20})[0] == 200
    parent.refresh_from_db()
    assert (parent.monthly_credits, parent.purchased_credits) == (25, 2)
    assert parent.credit_reset_date is not None and parent.credit_reset_date > timezone.localdate() + timedelta(days=20)


def at_once(work: Callable[[int], bool], times: int) -> int:
    def one(number: int) -> bool:
        try:
            return work(number)
        except credits.Shortfall:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(one, range(times)))


def test_twenty_at_once_with_crossing_families_lose_nothing_and_never_wait_in_a_circle(transactional_db: None) -> None:
    user = people.create_user(username="ada")
    desks = [
        Organization.objects.create(
            name=f"d{n}", slug="d", monthly_credits=2, purchased_credits=1, share_resources=True
        )
        for n in range(4)
    ]
    for number, desk in enumerate(desks):  # everybody pays for everybody, each in another order
        desk.parent = desks[number - 1]
        desk.save(update_fields=["parent"])
        desk.groups.set(desks[number + 1 :] + desks[:number])
    paid = at_once(lambda number: bool(credits.charge(desks[number % 4], user=user, amount=5, key=f"k{number}")), 20)
    assert paid == 2
    assert sum(desk.monthly_credits + desk.purchased_credits for desk in Organization.objects.filter(slug="d")) == 2
    assert sum(charge.monthly + charge.purchased for charge in Charge.objects.all()) == 10
    assert at_once(lambda number: credits.refund(f"k{number}"), 20) == 2
    assert sum(desk.monthly_credits + desk.purchased_credits for desk in Organization.objects.filter(slug="d")) == 12


def test_the_first_charge_of_a_month_refills_once_however_many_come(transactional_db: None) -> None:
    user = people.create_user(username="ada")
    plan = Plan.objects.create(name="P", monthly_credits=10)
    today = timezone.localdate()
    paper = Organization.objects.create(name="Paper", slug="p", plan=plan, credit_reset_date=today)
    assert at_once(lambda _: bool(credits.charge(paper, user=user, amount=1)), 20) == 10
    paper.refresh_from_db()
    assert paper.monthly_credits == 0
    assert paper.credit_reset_date == credits.next_reset(today, today=today)
    assert organization.set_plan(paper, plan=None, actor=user).credit_reset_date is None
