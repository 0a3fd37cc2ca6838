"""`/api/organizations/`: who sees which, and what of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from organizations.actions import organization
from organizations.models import Organization, Plan, User
from tests.conftest import client_of

PUBLIC_KEYS = ["id", "avatar_url", "individual", "name", "slug", "uuid"]
LEDGER_KEYS = ["monthly_credits", "purchased_credits", "credit_reset_date", "monthly_credit_allowance", "plan"]


@pytest.fixture
def secret(db: None) -> Organization:
    return organization.create_organization(name="Ünder Cover", private=True)


def names(user: User, query: str = "") -> list[str]:
    response = client_of(user).get(f"/api/organizations/{query}")
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


def test_only_for_people_with_an_account(newsroom: Organization) -> None:
    for url in ("/api/organizations/", f"/api/organizations/{newsroom.pk}/"):
        response = APIClient().get(url)
        assert response.status_code == 403
        assert response.json() == {"detail": "Authentication credentials were not provided."}


def test_one_sees_shared_ones_and_ones_own(owner: User, outsider: User, secret: Organization) -> None:
    assert names(owner) == ["Newsroom", "Owner"]
    assert names(outsider) == ["Newsroom", "Outsider"]
    organization.add_member(secret, user=outsider)
    assert set(names(outsider)) == {"Newsroom", "Outsider", "Ünder Cover"}


def test_an_invisible_one_is_not_found(owner: User, secret: Organization) -> None:
    assert client_of(owner).get(f"/api/organizations/{secret.pk}/").status_code == 404
    assert client_of(owner).get(f"/api/organizations/{10**30}/").status_code == 404


def test_members_see_credits_and_plan_of_one(owner: User, outsider: User, newsroom: Organization) -> None:
    url = f"/api/organizations/{newsroom.pk}/"
    body = client_of(owner).get(url).json()
    assert list(body) == PUBLIC_KEYS + LEDGER_KEYS
    assert body == {
        "id": newsroom.pk,
        "avatar_url": "",
        "individual": False,
        "name": "Newsroom",
        "slug": "newsroom",
        "uuid": str(newsroom.uuid),
        "monthly_credits": 0,
        "purchased_credits": 0,
        "credit_reset_date": None,
        "monthly_credit_allowance": 0,
        "plan": "Free",
    }
    assert list(client_of(outsider).get(url).json()) == PUBLIC_KEYS


def test_lists_never_tell_credits(owner: User) -> None:
    for row in client_of(owner).get("/api/organizations/").json()["results"]:
        assert list(row) == PUBLIC_KEYS


def test_the_plan_and_its_allowance(owner: User, staff: User, newsroom: Organization) -> None:
    plan = Plan.objects.create(name="Professional", feature_level=1, monthly_credits=50)
    organization.set_plan(newsroom, plan=plan, actor=staff)
    body = client_of(owner).get(f"/api/organizations/{newsroom.pk}/").json()
    assert (body["plan"], body["monthly_credits"], body["monthly_credit_allowance"]) == ("Professional", 50, 50)
    assert date.fromisoformat(body["credit_reset_date"]) > timezone.localdate() + timedelta(days=27)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?individual=true", ["Owner"]),
        ("?individual=false", ["Newsroom"]),
        ("?individual=0", ["Newsroom"]),
        ("?individual=True", ["Owner"]),
        ("?individual=", ["Newsroom", "Owner"]),
        ("?slug=newsroom", ["Newsroom"]),
        ("?name=Newsroom", ["Newsroom"]),
        ("?name=newsroom", []),
        ("?name__istartswith=news", ["Newsroom"]),
        ("?unknown=1", ["Newsroom", "Owner"]),
        ("?fields=name&omit=id", ["Newsroom", "Owner"]),
    ],
)
def test_filters(owner: User, query: str, found: list[str]) -> None:
    assert names(owner, query) == found


def test_filters_by_id_and_uuid(owner: User, newsroom: Organization, secret: Organization) -> None:
    assert names(owner, f"?id__in={newsroom.pk},{secret.pk},999999,{10**18}") == ["Newsroom"]
    assert names(owner, f"?uuid={newsroom.uuid}") == ["Newsroom"]
    for bad in ("id__in=x", "id__in=1.5", "individual=perhaps", f"id__in={10**30}", "uuid=x"):
        assert client_of(owner).get(f"/api/organizations/?{bad}").status_code == 400, bad


def test_sparse_fields(owner: User, newsroom: Organization) -> None:
    get = client_of(owner).get
    assert get(f"/api/organizations/{newsroom.pk}/?fields=name,plan").json() == {"name": "Newsroom", "plan": "Free"}
    assert "uuid" not in get(f"/api/organizations/{newsroom.pk}/?omit=uuid").json()
    assert get("/api/organizations/?fields=name").json()["results"] == [{"name": "Newsroom"}, {"name": "Owner"}]


def test_they_cannot_be_written(owner: User, newsroom: Organization) -> None:
    client = client_of(owner)
    assert client.post("/api/organizations/", {"name": "x"}).status_code == 405
    for method in (client.put, client.patch, client.delete):
        assert method(f"/api/organizations/{newsroom.pk}/").status_code == 405


def test_the_suffix_json(owner: User, newsroom: Organization) -> None:
    get = client_of(owner).get
    assert get("/api/organizations.json").json() == get("/api/organizations/?format=json").json()
    assert get(f"/api/organizations/{newsroom.pk}.json").json()["name"] == "Newsroom"


def test_a_list_is_one_query(owner: User, django_assert_num_queries: Any) -> None:
    Organization.objects.bulk_create(Organization(name=f"O{number}", slug="o") for number in range(30))
    client = client_of(owner)
    with django_assert_num_queries(1):
        assert len(client.get("/api/organizations/").json()["results"]) == 25
