"""`/api/projects/<id>/users/`: whom a project is shared with, seen and changed by its admins only."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from organizations.models import Event, User
from projects.actions import project as actions
from projects.models import Access, Collaborator, Project
from tests.conftest import client_of, person


@pytest.fixture
def project(owner: User, viewer: User, editor: User) -> Project:
    made = actions.create(user=owner, title="Town hall")
    actions.add_collaborator(made, user=viewer, access=Access.VIEW, actor=owner)
    actions.add_collaborator(made, user=editor, access=Access.EDIT, actor=owner)
    return made


def url(project: Project, user: User | None = None) -> str:
    return f"/api/projects/{project.pk}/users/" + (f"{user.pk}/" if user else "")


def test_only_admins_see_and_change_who_takes_part(
    project: Project, owner: User, viewer: User, editor: User, outsider: User
) -> None:
    known, unknown = {"email": outsider.email}, {"email": "nobody@example.org"}
    for user in (AnonymousUser(), outsider, viewer, editor):
        client = client_of(user)
        assert client.get(url(project)).json()["results"] == []
        assert client.get(url(project, owner)).status_code == 404
        # whether an address is known is not told to them, nor whether what they send makes sense
        assert [client.post(url(project), body).status_code for body in (known, unknown, {})] == [403] * 3
        assert client.patch(url(project, viewer), {"access": "admin"}).status_code == 403
        assert client.delete(url(project, owner)).status_code == (403 if user.is_anonymous else 404)
    Project.objects.update(private=True)
    for user in (AnonymousUser(), outsider):
        assert client_of(user).get(url(project)).status_code == 404
        assert client_of(user).post(url(project), known).status_code == 404
    rows = client_of(owner).get(url(project)).json()["results"]
    assert rows == [
        {"user": owner.pk, "access": "admin"},
        {"user": viewer.pk, "access": "view"},
        {"user": editor.pk, "access": "edit"},
    ]
    shown = client_of(owner).get(url(project, viewer), {"expand": "user.organization"}).json()
    assert (shown["user"]["username"], shown["user"]["organization"]["individual"]) == ("viewer", True)


def test_people_are_added_by_their_address(project: Project, owner: User, outsider: User) -> None:
    client = client_of(owner)
    gone = person("gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    answer = client.post(url(project), {"email": "OUTSIDER@example.org"})
    assert (answer.status_code, answer.json()) == (201, {"user": outsider.pk, "access": "view"})
    for email in ("outsider@example.org", "nobody@example.org", "gone@example.org", "no address", ""):
        answer = client.post(url(project), {"email": email})
        assert (answer.status_code, list(answer.json())) == (400, ["email"]), email
    assert list(client.post(url(project), {"email": gone.email, "access": "all"}).json()) == ["access"]
    event = Event.objects.filter(kind="project.collaborator_added").latest("pk")
    assert event.data == {"user": outsider.pk, "access": "view"}


def test_access_is_changed(project: Project, owner: User, viewer: User) -> None:
    client = client_of(owner)
    answer = client.patch(url(project, viewer), {"access": "edit", "user": owner.pk})
    assert (answer.status_code, answer.json()) == (200, {"user": viewer.pk, "access": "edit"})
    assert list(client.put(url(project, viewer), {"access": "view"}).json()) == ["email"]
    assert list(client.put(url(project, viewer), {"access": "view", "email": owner.email}).json()) == ["email"]
    assert client.put(url(project, viewer), {"access": "view", "email": "Viewer@example.org"}).status_code == 200
    changes = Event.objects.filter(kind="project.collaborator_changed").order_by("pk").values_list("data", flat=True)
    assert [change["access"] for change in changes] == [["view", "edit"], ["edit", "view"]]


def test_a_project_keeps_an_admin(project: Project, owner: User, viewer: User) -> None:
    client = client_of(owner)
    assert list(client.patch(url(project, owner), {"access": "edit"}).json()) == ["access"]
    answer = client.delete(url(project, owner))
    assert (answer.status_code, type(answer.json())) == (400, list)
    client.patch(url(project, viewer), {"access": "admin"})
    assert client.patch(url(project, owner), {"access": "edit"}).json() == {"user": owner.pk, "access": "edit"}
    assert client.get(url(project)).json()["results"] == []


def test_people_leave_by_themselves(project: Project, viewer: User, editor: User) -> None:
    assert client_of(viewer).delete(url(project, editor)).status_code == 404
    assert client_of(viewer).delete(url(project, viewer)).status_code == 204
    assert not Collaborator.objects.filter(user=viewer).exists()
    assert Event.objects.get(kind="project.collaborator_removed").actor_id == viewer.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["patch", "delete"])
def test_of_two_admins_who_undo_each_other_one_remains(owner: User, outsider: User, verb: str) -> None:
    made = actions.create(user=owner)
    actions.add_collaborator(made, user=outsider, access=Access.ADMIN, actor=owner)

    def undo(pair: tuple[User, User]) -> int:
        try:
            client: Any = client_of(pair[0])
            return int(getattr(client, verb)(url(made, pair[1]), {"access": "view"}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(undo, [(owner, outsider), (outsider, owner)]))
    assert min(statuses) in (200, 204) and max(statuses) in (400, 403, 404)
    assert Collaborator.objects.filter(project=made, access=Access.ADMIN).count() == 1
