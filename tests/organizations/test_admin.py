"""The administration: it looks without counting, and its buttons call actions."""

from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from docplatform.lib.admin import EXACT, EstimatingPaginator
from organizations.actions import credits, invitations, organization
from organizations.admin.organization import OrganizationForm
from organizations.models import Event, Membership, Organization, Plan, User
from projects.actions import project


@pytest.fixture
def admin(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def press(admin: Client, button: str, *people: User) -> str:
    body = {"action": button, "_selected_action": [user.pk for user in people]}
    response = admin.post("/admin/organizations/user/", body, follow=True)
    return response.content.decode()


@pytest.mark.parametrize(
    "page",
    [
        *("organizations/user/", "organizations/organization/", "organizations/membership/", "organizations/plan/"),
        *("organizations/charge/", "organizations/event/", "projects/project/"),
        *("organizations/user/?q=own", "organizations/organization/?q=news", "organizations/membership/?q=own"),
        *("organizations/charge/?q=news", "organizations/event/?q=user+1", "organizations/event/?q=user"),
        f"organizations/event/?q=user+{'9' * 5000}",
        *("organizations/event/?q=", "projects/project/?q=town", "organizations/user/?is_staff__exact=1"),
    ],
)
def test_lists(admin: Client, owner: User, newsroom: Organization, page: str) -> None:
    credits.grant(newsroom, amount=5, actor=owner)
    credits.charge(newsroom, user=owner, amount=1)
    project.create(user=owner, title="Town hall")
    assert admin.get(f"/admin/{page}").status_code == 200


def test_a_list_costs_the_same_for_any_number_of_rows(
    admin: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    User.objects.bulk_create(User(username=f"u{number}") for number in range(60))
    with django_assert_max_num_queries(6):
        page = admin.get("/admin/organizations/user/").content.decode()
    assert page.count('class="field-username"') == 50


def test_other_people_stay_outside(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    response = client.get("/admin/", follow=True)
    assert unquote(response.redirect_chain[-1][0]) == "/accounts/sign-in/?next=/admin/"
    assert "may not open that page" in response.content.decode()


def test_big_tables_are_estimated(db: None) -> None:
    Plan.objects.bulk_create(Plan(name=str(number)) for number in range(EXACT + 10))
    plans = Plan.objects.order_by("pk")
    assert EstimatingPaginator(plans.filter(name="5"), 50).count == 1
    assert EstimatingPaginator(plans, 50).count >= EXACT
    assert EstimatingPaginator(plans.exclude(name="x"), 50).count == EXACT


def test_adding_a_person(admin: Client, staff: User) -> None:
    body = {"username": "eve", "name": "Eve", "email": "eve@example.org", "password": "four words on paper"}
    assert admin.post("/admin/organizations/user/add/", body).status_code == 302
    eve = User.objects.get(username="eve")
    assert eve.organization is not None
    assert (eve.organization.uuid, eve.check_password("four words on paper")) == (eve.uuid, True)
    assert Event.objects.get(kind="user.created", target_id=eve.pk).actor_id == staff.pk


def test_adding_a_person_without_a_password(admin: Client) -> None:
    admin.post("/admin/organizations/user/add/", {"username": "eve"})
    assert not User.objects.get(username="eve").has_usable_password()


def test_a_weak_password_is_refused(admin: Client) -> None:
    assert admin.post("/admin/organizations/user/add/", {"username": "eve", "password": "1234"}).status_code == 200
    assert not User.objects.filter(username="eve").exists()


def test_changing_a_person(admin: Client, owner: User) -> None:
    url = f"/admin/organizations/user/{owner.pk}/change/"
    assert admin.get(url).status_code == 200
    body = {"name": "Olga", "email": owner.email, "is_staff": "on", "username": "mallory"}
    assert admin.post(url, body).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.username, owner.is_staff, owner.is_superuser) == ("Olga", "owner", True, True)


def test_people_are_not_deleted(admin: Client, owner: User) -> None:
    assert admin.post(f"/admin/organizations/user/{owner.pk}/delete/", {"post": "yes"}).status_code == 403


def test_deactivating_everybody_but_oneself(admin: Client, owner: User, staff: User) -> None:
    assert "1 are deactivated" in press(admin, "deactivate", owner, staff)
    owner.refresh_from_db()
    staff.refresh_from_db()
    assert (owner.is_active, owner.token_epoch, staff.is_active) == (False, 1, True)
    press(admin, "reactivate", owner)
    owner.refresh_from_db()
    assert owner.is_active


def test_signing_somebody_out(admin: Client, owner: User) -> None:
    press(admin, "sign_out_everywhere", owner)
    owner.refresh_from_db()
    assert owner.token_epoch == 1


def test_links_to_set_a_password(admin: Client, owner: User) -> None:
    assert "http://127.0.0.1:8000/accounts/password-reset/" in press(admin, "show_a_link", owner)
    press(admin, "mail_a_link", owner)
    assert mail.outbox[0].to == [owner.email]


def test_founding_and_changing_an_organization(admin: Client) -> None:
    admin.post("/admin/organizations/organization/add/", {"name": "Town Paper", "verified": "on"})
    paper = Organization.objects.get(name="Town Paper")
    assert (paper.slug, paper.verified, paper.individual) == ("town-paper", True, False)
    plan = Plan.objects.create(name="Professional", monthly_credits=50)
    url = f"/admin/organizations/organization/{paper.pk}/change/"
    assert admin.get(url).status_code == 200
    admin.post(url, {"name": "Paper", "plan": plan.pk, "add_credits": "7"})
    paper.refresh_from_db()
    assert (paper.name, paper.plan, paper.verified) == ("Paper", plan, False)
    assert (paper.monthly_credits, paper.purchased_credits) == (50, 7)


def test_families_of_organizations(admin: Client, newsroom: Organization, staff: User) -> None:
    parent, group = (organization.create_organization(name=name) for name in ("Parent", "Group"))
    url = f"/admin/organizations/organization/{newsroom.pk}/change/"
    body = {"name": "Newsroom", "parent": parent.pk, "groups": [group.pk], "share_resources": "on"}
    assert admin.post(url, body).status_code == 302
    newsroom.refresh_from_db()
    assert (newsroom.parent, list(newsroom.groups.all()), newsroom.share_resources) == (parent, [group], True)
    for wrong in ({"parent": newsroom.pk}, {"groups": [newsroom.pk]}):
        assert "another organization than this one" in admin.post(url, body | wrong).content.decode()
    assert Event.objects.filter(kind="organization.updated", actor_id=staff.pk).count() == 2


def test_invitations_are_looked_at_and_revoked(admin: Client, owner: User, newsroom: Organization) -> None:
    sent = invitations.invite(newsroom, email="new@example.org", admin=False, actor=owner).invitation
    url = "/admin/organizations/invitation/"
    assert "new@example.org" in admin.get(url).content.decode()
    assert sent.digest not in admin.get(f"{url}{sent.pk}/change/").content.decode()
    admin.post(url, {"action": "revoke", "_selected_action": [sent.pk]})
    assert not invitations.waiting().exists()


def test_members(admin: Client, outsider: User, newsroom: Organization) -> None:
    url = "/admin/organizations/membership/"
    admin.post(f"{url}add/", {"user": outsider.pk, "organization": newsroom.pk})
    membership = Membership.objects.get(user=outsider, organization=newsroom)
    assert not membership.admin
    admin.post(f"{url}{membership.pk}/change/", {"admin": "on"})
    membership.refresh_from_db()
    assert membership.admin
    admin.post(f"{url}{membership.pk}/delete/", {"post": "yes"})
    assert not Membership.objects.filter(pk=membership.pk).exists()
    again = organization.add_member(newsroom, user=outsider)
    own = Membership.objects.get(user=outsider, organization__individual=True)
    body = {"action": "delete_selected", "_selected_action": [again.pk], "post": "yes"}
    admin.post(url, body)
    assert not Membership.objects.filter(pk=again.pk).exists()
    assert admin.post(f"{url}{own.pk}/delete/", {"post": "yes"}).status_code == 403


def test_nobody_joins_an_organization_of_one(admin: Client, owner: User, outsider: User) -> None:
    own = Organization.objects.get(uuid=owner.uuid)
    body = {"user": outsider.pk, "organization": own.pk}
    assert admin.post("/admin/organizations/membership/add/", body).status_code == 200
    assert not Membership.objects.filter(user=outsider, organization=own).exists()


def test_plans(admin: Client) -> None:
    body = {"name": "Professional", "feature_level": "1", "monthly_credits": "50"}
    admin.post("/admin/organizations/plan/add/", body)
    plan = Plan.objects.get(name="Professional")
    admin.post(f"/admin/organizations/plan/{plan.pk}/change/", body | {"monthly_credits": "60"})
    plan.refresh_from_db()
    assert plan.monthly_credits == 60


def test_ledger_log_and_projects_are_only_looked_at(admin: Client, owner: User) -> None:
    event, made = Event.objects.latest("id"), project.create(user=owner)
    for page in (f"organizations/event/{event.pk}", f"projects/project/{made.pk}"):
        assert admin.get(f"/admin/{page}/change/").status_code == 200
        assert admin.post(f"/admin/{page}/change/", {"kind": "x"}).status_code == 403
    for page in ("organizations/event", "organizations/charge", "projects/project"):
        assert admin.get(f"/admin/{page}/add/").status_code == 403


def test_credits_are_added_in_amounts_that_fit(db: None) -> None:
    assert "add_credits" in OrganizationForm({"name": "x", "add_credits": str(10**12)}).errors
    assert "add_credits" not in OrganizationForm({"name": "x", "add_credits": "5"}).errors


def test_those_who_may_only_look_have_no_buttons(owner: User, outsider: User) -> None:
    outsider.is_staff = True
    outsider.save(update_fields=["is_staff"])
    outsider.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = Client()
    client.force_login(outsider)
    assert client.get("/admin/organizations/user/").status_code == 200
    assert "password-reset" not in press(client, "show_a_link", owner)
    press(client, "deactivate", owner)
    owner.refresh_from_db()
    assert owner.is_active
