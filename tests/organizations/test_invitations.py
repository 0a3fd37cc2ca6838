"""`/api/organizations/<id>/invitations/` and `/api/invitations/<token>/`: the way in, once and for a limited time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.http import Http404
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from docplatform.lib.errors import Refused
from organizations.actions import invitations as actions
from organizations.actions import organization, people
from organizations.models import Event, Invitation, Membership, Notification, Organization, User
from projects.actions import invitations
from tests.conftest import client_of, person
from tests.organizations.conftest import PASSWORD

ACCOUNT = {"username": "new", "name": "New Person", "password": PASSWORD}


@pytest.fixture
def boss(newsroom: Organization) -> User:
    boss = person("boss", newsroom)
    Membership.objects.filter(user=boss, organization=newsroom).update(admin=True)
    return boss


def url(newsroom: Organization, rest: str = "") -> str:
    return f"/api/organizations/{newsroom.pk}/invitations/{rest}"


def invite(boss: User, newsroom: Organization, email: str = "New@Example.org", **values: Any) -> dict[str, Any]:
    response = client_of(boss).post(url(newsroom), {"email": email, **values})
    assert response.status_code == 201, response.content
    body: dict[str, Any] = response.json()
    return body


def token(body: dict[str, Any]) -> str:
    return str(body["link"]).rstrip("/").rpartition("/")[2]


def accept(link: str, body: dict[str, str] | None = None, user: User | None = None) -> Any:
    client = client_of(user) if user else APIClient()
    return client.post(f"/api/invitations/{link}/", body or {})


def test_only_admins_invite(
    boss: User, owner: User, outsider: User, anonymous: Any, newsroom: Organization, staff: User
) -> None:
    hidden = organization.create_organization(name="Hidden", private=True)
    first = invite(boss, newsroom)["id"]
    for user in (owner, outsider, anonymous, staff):
        client = client_of(user)
        calls = [
            client.get(url(newsroom)),
            client.post(url(newsroom), {"email": "owner@example.org"}),
            client.post(url(newsroom, f"{first}/resend/")),
            client.delete(url(newsroom, f"{first}/")),
        ]
        assert [call.status_code for call in calls] == [403] * 4, user
    assert client_of(outsider).get(url(hidden)).status_code == 404
    assert client_of(boss).delete(url(Organization.objects.get(uuid=boss.uuid), f"{first}/")).status_code == 404


def test_the_link_is_shown_once_and_kept_as_a_hash(boss: User, newsroom: Organization) -> None:
    body = invite(boss, newsroom, admin=True)
    assert list(body) == ["id", "email", "admin", "inviter", "created_at", "expires_at", "link", "mailed"]
    assert body["link"].startswith("http://127.0.0.1:8000/accounts/invitation/")
    [row] = client_of(boss).get(url(newsroom)).json()["results"]
    assert row == {name: body[name] for name in row}
    assert "link" not in row
    assert Invitation.objects.get().digest == actions.digest(token(body))
    assert not any(token(body) in str(event.data) or "example" in str(event.data) for event in Event.objects.all())
    assert mail.outbox == []


def test_the_mail(boss: User, newsroom: Organization, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.MAIL_IS_SENT = True
    with django_capture_on_commit_callbacks(execute=True):
        body = invite(boss, newsroom)
    assert body["mailed"] is True
    [sent] = mail.outbox
    assert sent.to == ["New@Example.org"]
    assert body["link"] in sent.body and "Boss invites you to Newsroom" in sent.body


@pytest.mark.parametrize("email", ["", "x", "a@b", None])
def test_addresses_that_are_none(boss: User, newsroom: Organization, email: Any) -> None:
    assert list(client_of(boss).post(url(newsroom), {"email": email}).json()) == ["email"]


def test_an_address_is_invited_once_and_fifty_at_a_time(boss: User, newsroom: Organization) -> None:
    invite(boss, newsroom)
    assert client_of(boss).post(url(newsroom), {"email": "nEW@example.org"}).json()["code"] == "already_invited"
    for number in range(actions.MOST_OPEN - 1):
        invite(boss, newsroom, f"{number}@example.org")
    full = client_of(boss).post(url(newsroom), {"email": "z@example.org"})
    assert (full.status_code, full.json()["code"]) == (400, "too_many_invitations")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    invite(boss, newsroom, "new@example.org")
    assert Invitation.objects.filter(email__iexact="new@example.org").count() == 1
    own = Organization.objects.get(uuid=boss.uuid)
    assert client_of(boss).post(url(own), {"email": "z@example.org"}).json()["code"] == "individual"


def test_what_strangers_are_told(boss: User, newsroom: Organization) -> None:
    link = token(invite(boss, newsroom))
    body = APIClient().get(f"/api/invitations/{link}/").json()
    assert {**body, "expires_at": ""} == {"organization": "Newsroom", "inviter": "Boss", "expires_at": ""}
    for wrong in ("x", link[:-1], link + "x", "%00", "é"):
        assert APIClient().get(f"/api/invitations/{wrong}/").status_code == 404, wrong


def test_making_an_account(boss: User, newsroom: Organization) -> None:
    link = token(invite(boss, newsroom, admin=True))
    response = accept(link, ACCOUNT)
    assert response.status_code == 201, response.content
    new = User.objects.get(username="new")
    assert (new.email, new.name, new.check_password(PASSWORD)) == ("New@Example.org", "New Person", True)
    assert Membership.objects.get(user=new, organization=newsroom).admin
    program = APIClient(headers={"Authorization": f"Bearer {response.json()['access']}"})
    assert program.get("/api/users/me/").json()["username"] == "new"
    assert accept(link, ACCOUNT | {"username": "second"}).status_code == 404
    assert client_of(boss).get(url(newsroom)).json()["results"] == []
    told = Notification.objects.get(user=boss)
    assert (told.kind, told.data["user"]) == ("invitation.accepted", new.pk)
    kinds = list(Event.objects.filter(organization_id=newsroom.pk).order_by("id").values_list("kind", flat=True))
    assert kinds == ["invitation.created", "invitation.accepted", "organization.member_added"]


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"username": "boss"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"name": ""}, "name"),
        ({"password": "1234"}, "password"),
        ({"password": "new@example.org"}, "password"),
    ],
)
def test_an_account_that_is_refused_leaves_the_invitation_open(
    boss: User, newsroom: Organization, wrong: dict[str, str], answer: str
) -> None:
    link = token(invite(boss, newsroom))
    response = accept(link, ACCOUNT | wrong)
    assert (response.status_code, list(response.json())) == (400, [answer])
    assert accept(link, ACCOUNT).status_code == 201


def test_an_address_that_has_an_account_makes_no_second_one(boss: User, outsider: User, newsroom: Organization) -> None:
    link = token(invite(boss, newsroom, outsider.email))
    assert accept(link, ACCOUNT).json()["code"] == "account_exists"
    assert accept(link, user=outsider).json() == {"user": outsider.pk}
    assert Membership.objects.filter(user=outsider, organization=newsroom, admin=False).exists()


def test_whoever_has_an_account_may_accept_any_link_and_loses_nothing_by_it(
    boss: User, owner: User, outsider: User, newsroom: Organization
) -> None:
    assert accept(token(invite(boss, newsroom)), user=outsider).status_code == 200
    assert accept(token(invite(boss, newsroom)), user=boss).status_code == 200
    assert Membership.objects.get(user=boss, organization=newsroom).admin
    assert accept(token(invite(boss, newsroom, admin=True)), user=owner).status_code == 200
    assert Membership.objects.get(user=owner, organization=newsroom).admin


def test_links_that_do_not_count_any_more(boss: User, owner: User, newsroom: Organization) -> None:
    client = client_of(boss)
    body = invite(boss, newsroom)
    first = token(body)
    second = token(client.post(url(newsroom, f"{body['id']}/resend/")).json())
    assert (accept(first, ACCOUNT).status_code, second == first) == (404, False)
    Membership.objects.filter(user=boss, organization=newsroom).update(admin=False)
    assert accept(second, user=boss).status_code == 404
    Membership.objects.filter(user=boss, organization=newsroom).update(admin=True)
    Invitation.objects.update(expires_at=timezone.now())
    assert accept(second, ACCOUNT).status_code == 404
    third = token(client.post(url(newsroom, f"{body['id']}/resend/")).json())
    assert client.delete(url(newsroom, f"{body['id']}/")).status_code == 204
    assert accept(third, ACCOUNT).status_code == 404
    assert client.post(url(newsroom, f"{body['id']}/resend/")).status_code == 404
    assert Event.objects.filter(kind="invitation.revoked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_one_joins() -> None:
    boss = people.create_user(username="boss")
    paper = organization.create_organization(name="Paper")
    organization.add_member(paper, user=boss, admin=True)
    sent = actions.invite(paper, email="new@example.org", admin=False, actor=boss)
    link = token({"link": sent.link})
    guests = [people.create_user(username=f"u{number}") for number in range(6)]

    def one(number: int) -> bool:
        try:
            if number < 6:
                invitations.accept(link, user=guests[number])
            else:
                invitations.accept(link, account={"username": f"n{number}", "name": "N", "password": PASSWORD})
        except (Http404, Refused):
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(one, range(12))) == 1
    assert Membership.objects.filter(organization=paper).count() == 2
    assert User.objects.filter(username__startswith="n").count() <= 1


def test_the_page_for_those_without_an_account(boss: User, newsroom: Organization) -> None:
    link = invite(boss, newsroom)["link"].removeprefix("http://127.0.0.1:8000")
    client = Client(headers={"User-Agent": "Firefox"})
    page = client.get(link).content.decode()
    assert "Join Newsroom" in page and f"/accounts/sign-in/?next={link}" in page and "New@Example" not in page
    assert "already exists" in client.post(link, ACCOUNT | {"username": "boss"}).content.decode()
    assert "too short" in client.post(link, ACCOUNT | {"password": "1234"}).content.decode()
    assert client.post(link, ACCOUNT).headers["Location"] == "/"
    [row] = client.get("/api/users/me/sessions/").json()["results"]
    assert (row["device"], row["current"]) == ("Firefox", True)
    over = client.get(link)
    assert (over.status_code, "does not work any more" in over.content.decode()) == (404, True)


def test_the_page_for_those_who_are_signed_in(boss: User, outsider: User, newsroom: Organization) -> None:
    link = invite(boss, newsroom)["link"].removeprefix("http://127.0.0.1:8000")
    client = Client()
    client.force_login(outsider)
    assert "Signed in as" in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    assert Membership.objects.filter(user=outsider, organization=newsroom).exists()
