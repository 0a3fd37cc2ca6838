"""`/api/organizations/<id>/members/`: who belongs, who is an admin, who leaves."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from docplatform.lib.errors import Refused
from organizations.actions import organization, people
from organizations.models import Event, Membership, Organization, User
from tests.conftest import client_of, person


@pytest.fixture
def boss(newsroom: Organization) -> User:
    boss = person("boss", newsroom)
    Membership.objects.filter(user=boss, organization=newsroom).update(admin=True)
    return boss


def url(newsroom: Organization, user: User | None = None) -> str:
    return f"/api/organizations/{newsroom.pk}/members/" + (f"{user.pk}/" if user else "")


def members(newsroom: Organization) -> dict[str, bool]:
    return dict(newsroom.memberships.values_list("user__username", "admin"))


def test_members_see_each_other(
    boss: User, owner: User, outsider: User, newsroom: Organization, django_assert_num_queries: Any
) -> None:
    client = client_of(owner)
    rows = client.get(url(newsroom)).json()["results"]
    assert [(row["user"], row["admin"]) for row in rows] == [(boss.pk, True), (owner.pk, False)]
    assert client.get(f"{url(newsroom)}?version=1.0").json()["count"] == 2
    with django_assert_num_queries(5):  # two of them find out who may look
        rows = client.get(f"{url(newsroom)}?expand=user.organization").json()["results"]
    assert [row["user"]["organization"]["name"] for row in rows] == ["Newsroom", "Newsroom"]
    assert "plan" not in rows[0]["user"]["organization"]
    assert "email" not in rows[0]["user"]
    assert client.get(url(newsroom, boss)).json()["admin"] is True


def test_who_may_do_what(
    boss: User, owner: User, colleague: User, outsider: User, anonymous: Any, staff: User, newsroom: Organization
) -> None:
    hidden = organization.create_organization(name="Hidden", private=True)
    for user, expected in {boss: 200, owner: 200, outsider: 403, staff: 403, anonymous: 403}.items():
        assert client_of(user).get(url(newsroom)).status_code == expected, user
    assert client_of(outsider).get(url(hidden)).status_code == 404
    for user, expected in {owner: 403, outsider: 403, anonymous: 403, boss: 200}.items():
        assert client_of(user).patch(url(newsroom, colleague), {"admin": True}).status_code == expected, user
    for user, expected in {owner: 403, outsider: 403, anonymous: 403, colleague: 204}.items():
        assert client_of(user).delete(url(newsroom, colleague)).status_code == expected, user
    assert client_of(boss).delete(url(newsroom, outsider)).status_code == 404
    assert client_of(boss).patch(url(newsroom, owner), {}).status_code == 400
    assert members(newsroom) == {"boss": True, "owner": False}
    assert Event.objects.get(kind="organization.member_changed").data == {"user": colleague.pk, "admin": True}


def test_who_is_removed_goes_on_in_their_own_organization(boss: User, owner: User, newsroom: Organization) -> None:
    assert client_of(boss).delete(url(newsroom, owner)).status_code == 204
    owner.refresh_from_db()
    assert owner.organization is not None and owner.organization.uuid == owner.uuid
    assert client_of(owner).get(url(newsroom)).status_code == 403


def test_the_last_admin_stays_one(boss: User, owner: User, newsroom: Organization) -> None:
    client = client_of(boss)
    for response in (client.patch(url(newsroom, boss), {"admin": False}), client.delete(url(newsroom, boss))):
        assert (response.status_code, response.json()["code"]) == (400, "last_admin")
    client.patch(url(newsroom, owner), {"admin": True})
    people.deactivate(owner, actor=owner)
    assert client.delete(url(newsroom, boss)).json()["code"] == "last_admin"
    people.reactivate(owner, actor=owner)
    assert client.delete(url(newsroom, boss)).status_code == 204
    assert members(newsroom) == {"owner": True}


def test_nobody_leaves_an_organization_of_one(owner: User) -> None:
    own = Organization.objects.get(uuid=owner.uuid)
    assert client_of(owner).delete(url(own, owner)).json()["code"] == "individual"
    assert client_of(owner).patch(url(own, owner), {"admin": False}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_leave_at_once_leave_one_behind() -> None:
    paper = organization.create_organization(name="Paper")
    admins = [organization.add_member(paper, user=people.create_user(username=f"u{n}"), admin=True) for n in range(4)]

    def leave(membership: Membership) -> bool:
        try:
            organization.remove_member(membership, actor=membership.user)
        except Refused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(leave, admins)) == 3
    assert Membership.objects.filter(organization=paper, admin=True).count() == 1
