"""`/api/projects/<id>/invitations/`: people with and without an account are asked into a project."""

from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from organizations.actions import invitations as links
from organizations.models import Invitation, Notification, User
from projects.actions import project as projects
from projects.models import Access, Collaborator, Project
from tests.conftest import client_of

ACCOUNT = {"username": "new", "name": "New Person", "password": "four words on paper"}


@pytest.fixture
def shared(owner: User, editor: User) -> Project:
    made = projects.create(user=owner, title="Town hall", private=True)
    projects.add_collaborator(made, user=editor, access=Access.EDIT, actor=owner)
    return made


def url(project: Project, rest: str = "") -> str:
    return f"/api/projects/{project.pk}/invitations/{rest}"


def ask(user: User, project: Project, **body: Any) -> Any:
    return client_of(user).post(url(project), body)


def test_whoever_has_an_account_takes_part_at_once_and_is_told(owner: User, outsider: User, shared: Project) -> None:
    response = ask(owner, shared, email="OUTSIDER@example.org", access="edit")
    assert response.status_code == 201
    assert response.json() == {
        "user": outsider.pk,
        "invitation": None,
        "access": "edit",
        "link": None,
        "mailed": False,
    }
    assert Collaborator.objects.get(project=shared, user=outsider).access == Access.EDIT
    told = Notification.objects.get(user=outsider)
    assert (told.kind, told.data) == ("project.shared", {"project": shared.pk, "access": "edit", "by": owner.pk})
    assert ask(owner, shared, email=outsider.email).json()["code"] == "already_shared"


def test_everybody_else_is_invited(owner: User, shared: Project, outsider: User) -> None:
    body = ask(owner, shared, email="new@example.org", access="admin").json()
    assert (body["user"], body["access"], body["mailed"]) == (None, "admin", False)
    assert client_of(owner).get(url(shared)).json()["results"] == [body["invitation"]]
    assert ask(owner, shared, email="NEW@example.org").json()["code"] == "already_invited"
    address = f"/api/invitations/{body['link'].rstrip('/').rpartition('/')[2]}/"
    told = APIClient().get(address).json()
    assert (told["organization"], told["inviter"], "Town" in str(told)) == (None, "Owner", False)
    assert APIClient().post(address, ACCOUNT).status_code == 201
    new = User.objects.get(username="new")
    assert Collaborator.objects.get(project=shared, user=new).access == Access.ADMIN
    assert Notification.objects.get(user=owner).kind == "invitation.accepted"
    assert not Notification.objects.filter(user=new).exists()
    assert client_of(owner).get(url(shared)).json()["results"] == []


def test_accepting_takes_nothing_away(owner: User, editor: User, shared: Project) -> None:
    body = ask(owner, shared, email="new@example.org", access="view").json()
    token = body["link"].rstrip("/").rpartition("/")[2]
    assert client_of(editor).post(f"/api/invitations/{token}/").status_code == 200
    assert Collaborator.objects.get(project=shared, user=editor).access == Access.EDIT


def test_only_admins_ask_and_nobody_else_learns_who_has_an_account(
    owner: User, editor: User, outsider: User, anonymous: Any, shared: Project
) -> None:
    public = projects.create(user=owner, title="Open")
    body = {"email": "outsider@example.org"}
    for user, project, expected in (
        (editor, shared, 403),
        (outsider, shared, 404),
        (outsider, public, 403),
        (anonymous, public, 403),
    ):
        answers = [client_of(user).post(url(project), known) for known in (body, {"email": "x@example.org"}, {})]
        assert [answer.status_code for answer in answers] == [expected] * 3
        assert client_of(user).get(url(project)).status_code == expected
    assert client_of(owner).get(url(shared)).status_code == 200
    for wrong in ({"email": "x"}, {}, {"email": "x@example.org", "access": "own"}):
        assert client_of(owner).post(url(shared), wrong).status_code == 400


def test_resending_revoking_and_losing_the_right(owner: User, editor: User, shared: Project) -> None:
    body = ask(owner, shared, email="new@example.org").json()
    one = f"{body['invitation']['id']}/"
    again = client_of(owner).post(url(shared, f"{one}resend/")).json()
    token = again["link"].rstrip("/").rpartition("/")[2]
    Collaborator.objects.filter(project=shared, user=owner).update(access=Access.VIEW)
    assert APIClient().get(f"/api/invitations/{token}/").status_code == 404
    Collaborator.objects.filter(project=shared, user=owner).update(access=Access.ADMIN)
    assert APIClient().get(f"/api/invitations/{token}/").status_code == 200
    assert client_of(owner).delete(url(shared, one)).status_code == 204
    assert APIClient().get(f"/api/invitations/{token}/").status_code == 404
    assert client_of(owner).delete(url(shared, one)).status_code == 404


def test_where_mail_is_sent_only_the_mail_has_the_link(
    owner: User, shared: Project, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MAIL_IS_SENT = True
    with django_capture_on_commit_callbacks(execute=True):
        body = ask(owner, shared, email="new@example.org").json()
    assert (body["link"], body["mailed"]) == (None, True)
    assert "/accounts/invitation/" in mail.outbox[0].body
    assert "Town hall" not in mail.outbox[0].body


def test_one_person_has_fifty_open_invitations_at_most(owner: User, shared: Project) -> None:
    other = projects.create(user=owner, title="Other")
    for number in range(links.MOST_OPEN):
        assert ask(owner, (shared, other)[number % 2], email=f"{number}@example.org").status_code == 201
    assert ask(owner, shared, email="z@example.org").json()["code"] == "too_many_invitations"
    assert Invitation.objects.count() == links.MOST_OPEN
