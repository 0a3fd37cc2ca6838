"""People and organizations: what the actions promise."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from docplatform.lib.errors import Refused
from organizations import permissions
from organizations.actions import organization, people, plans
from organizations.models import Event, Membership, Organization, Plan, User
from tests.conftest import client_of


def kinds(**about: Any) -> list[str]:
    return list(Event.objects.filter(**about).order_by("id").values_list("kind", flat=True))


def test_a_person_has_an_organization_of_their_own(db: None) -> None:
    user = people.create_user(username="ünïcode", name="Ünï")
    own = user.organization
    assert own is not None
    assert (own.uuid, own.name, own.slug, own.individual, own.private) == (user.uuid, "Ünï", "unicode", True, True)
    assert Membership.objects.get(user=user).admin
    assert not user.has_usable_password()
    assert kinds(target_type="user", target_id=user.pk) == ["user.created"]


def test_two_people_do_not_share_a_name_or_an_address(owner: User) -> None:
    with pytest.raises(IntegrityError):
        people.create_user(username="other", email="OWNER@example.org")


def test_two_people_may_have_no_address(db: None) -> None:
    people.create_user(username="a")
    people.create_user(username="b")


def test_a_shared_organization_and_its_members(outsider: User, staff: User) -> None:
    paper = organization.create_organization(name="Town Paper", actor=staff, verified=True)
    assert (paper.slug, paper.individual) == ("town-paper", False)
    organization.add_member(paper, user=outsider, actor=staff)
    membership = organization.add_member(paper, user=outsider, admin=True, actor=staff)
    assert Membership.objects.get(user=outsider, organization=paper) == membership
    assert membership.admin
    people.set_active_organization(outsider, organization=paper)
    organization.remove_member(membership, actor=staff)
    outsider.refresh_from_db()
    assert outsider.organization is not None
    assert outsider.organization.uuid == outsider.uuid
    assert kinds(organization_id=paper.pk) == [
        "organization.created",
        "organization.member_added",
        "organization.member_added",
        "user.organization_changed",
        "organization.member_removed",
    ]


def test_nobody_joins_or_leaves_an_organization_of_one(owner: User, outsider: User) -> None:
    own = Organization.objects.get(uuid=owner.uuid)
    with pytest.raises(Refused):
        organization.add_member(own, user=outsider)
    with pytest.raises(Refused):
        organization.remove_member(Membership.objects.get(user=owner, organization=own), actor=owner)


def test_choosing_what_is_chosen_says_nothing(owner: User, newsroom: Organization) -> None:
    people.set_active_organization(owner, organization=newsroom)
    assert "user.organization_changed" not in kinds()


def test_the_log_holds_no_personal_data(owner: User, staff: User) -> None:
    people.update(owner, actor=staff, name="New Name", email="new@example.org")
    people.change_password(owner, password="secret words")
    owner.refresh_from_db()
    assert (owner.name, owner.email) == ("New Name", "new@example.org")
    for event in Event.objects.all():
        assert not any(word in str(event.data) for word in ("New Name", "new@", "secret"))
    assert Event.objects.get(kind="user.updated").data == {"fields": ["email", "name"]}


def test_deactivate_and_back(owner: User, staff: User) -> None:
    people.deactivate(owner, actor=staff)
    people.reactivate(owner, actor=staff)
    owner.refresh_from_db()
    assert (owner.is_active, owner.token_epoch) == (True, 1)
    assert kinds(actor_id=staff.pk, target_id=owner.pk) == ["user.deactivated", "user.reactivated"]


def test_plans(staff: User) -> None:
    plan = plans.keep(Plan(name="Professional", feature_level=1), actor=staff)
    plan.monthly_credits = 10
    plans.keep(plan, actor=staff)
    assert kinds(target_type="plan") == ["plan.created", "plan.updated"]


def test_changing_an_organization(newsroom: Organization, staff: User) -> None:
    organization.update(newsroom, actor=staff, name="New", verified=False)
    newsroom.refresh_from_db()
    assert (newsroom.name, newsroom.slug, newsroom.verified) == ("New", "newsroom", False)


@pytest.mark.parametrize(("asked", "by_owner", "by_outsider"), [(False, True, True), (True, True, False)])
def test_who_may_upload(
    owner: User, outsider: User, settings: Any, asked: bool, by_owner: bool, by_outsider: bool
) -> None:
    settings.UPLOAD_NEEDS_VERIFIED = asked
    assert permissions.may_upload(owner) is by_owner
    assert permissions.may_upload(outsider) is by_outsider
    assert permissions.may_upload(AnonymousUser()) is False


def test_the_level_of_features(owner: User, newsroom: Organization, anonymous: AnonymousUser, settings: Any) -> None:
    assert permissions.feature_level(owner) == 0
    settings.FEATURE_LEVEL = 1  # what organizations without a plan have, unless the site says otherwise
    assert permissions.feature_level(owner) == 1
    assert client_of(owner).get("/api/users/me/").json()["feature_level"] == 1
    newsroom.plan = Plan.objects.create(name="Organization", feature_level=2)
    newsroom.save()
    assert permissions.feature_level(owner) == 2
    assert permissions.feature_level(anonymous) == 0


def test_people_without_an_account_see_nobody(owner: User, anonymous: AnonymousUser) -> None:
    assert not User.objects.filter(permissions.view_people(anonymous)).exists()
    assert not Organization.objects.filter(permissions.view_organizations(anonymous)).exists()
    assert not permissions.organization_ids(anonymous).exists()
    assert permissions.signed_in(owner) == owner
    with pytest.raises(PermissionDenied):
        permissions.signed_in(anonymous)


@pytest.mark.django_db(transaction=True)
def test_nobody_stays_active_in_an_organization_that_they_left_meanwhile(outsider: User, staff: User) -> None:
    paper = organization.create_organization(name="Town Paper")
    membership = organization.add_member(paper, user=outsider)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            people.set_active_organization(User.objects.get(pk=outsider.pk), organization=paper)
            leaving = pool.submit(_leave, membership, staff)
            time.sleep(0.3)
        leaving.result(timeout=10)
    outsider.refresh_from_db()
    assert outsider.organization_id != paper.pk


def _leave(membership: Membership, actor: User) -> None:
    try:
        organization.remove_member(membership, actor=actor)
    finally:
        connection.close()
