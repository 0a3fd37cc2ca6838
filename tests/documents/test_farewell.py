"""`/api/users/<id>/delete/`: an account is deleted, and what it owned goes on purpose to somebody or nowhere."""

from typing import Any

import pytest

from documents.choices import Access, Status
from documents.models import Document, Note, SavedSearch
from organizations.actions import people
from organizations.models import ApiKey, Event, Membership, Notification, Organization, Session, User
from projects.models import Access as Role
from projects.models import Collaborator, Project
from tests.conftest import client_of
from tests.documents.factories import make_document, make_project, share

PASSWORD = "four words on paper"


@pytest.fixture
def leaver(owner: User, settings: Any) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return people.change_password(owner, password=PASSWORD)


def leave(actor: User, user: User, **body: Any) -> Any:
    return client_of(actor).post(f"/api/users/{user.pk}/delete/", body)


def test_nothing_of_the_person_is_left(leaver: User, colleague: User) -> None:
    document = make_document(colleague, access=Access.ORGANIZATION)
    for access in (Access.PRIVATE, Access.ORGANIZATION):
        Note.objects.create(
            document=document, user=leaver, organization=document.organization, page_number=0, title="n", access=access
        )
    SavedSearch.objects.create(user=leaver, name="s")
    Notification.objects.create(user=leaver, kind="k")
    ApiKey.objects.create(user=leaver, name="n", start="dp_", digest="d" * 64, scopes=["read"])
    people.update(leaver, actor=leaver, avatar_url="https://example.org/me.png")
    assert leave(leaver, leaver, delete_documents=True, password=PASSWORD).status_code == 200
    left = User.objects.get(pk=leaver.pk)
    known = (left.name, left.email, left.avatar_url, left.mailkey, left.is_active, left.has_usable_password())
    assert known == ("", "", "", None, False, False)
    assert "owner" not in left.username
    assert not Organization.objects.filter(name__icontains="owner").exists()
    assert list(Note.objects.values_list("access", flat=True)) == ["organization"]
    for rows in (SavedSearch, Notification, ApiKey, Session, Collaborator):
        assert not rows.objects.filter(user=leaver).exists()
    assert list(Membership.objects.filter(user=leaver).values_list("organization__individual", flat=True)) == [True]
    assert client_of(colleague).get(f"/api/users/{leaver.pk}/").status_code == 404


def test_documents_are_removed_for_good(leaver: User, viewer: User) -> None:
    mine = [make_document(leaver, access=access) for access in (Access.PRIVATE, Access.ORGANIZATION, Access.PUBLIC)]
    trashed = make_document(leaver)
    assert client_of(leaver).delete(f"/api/documents/{trashed.pk}/").status_code == 204
    alone = share(mine[0], (viewer, Role.EDIT))
    together = make_project(leaver, "Together")
    Collaborator.objects.create(project=together, user=viewer, access=Role.ADMIN)
    answer = leave(leaver, leaver, delete_documents=True, password=PASSWORD)
    assert (answer.status_code, answer.json()) == (200, {"documents": 4, "projects": 1})
    assert set(Document.objects.values_list("status", "trashed_at")) == {(Status.DELETED, None)}
    assert list(Project.objects.all()) == [together]
    assert not Project.objects.filter(pk=alone.pk).exists()
    told = Event.objects.get(kind="user.deleted")
    assert (told.actor_id, told.target_id) == (leaver.pk, leaver.pk)
    assert told.data == {"heir": None, "documents": 4, "projects": 1}


def test_documents_are_handed_over(leaver: User, colleague: User, staff: User) -> None:
    document = make_document(leaver, access=Access.PRIVATE)
    share(document)
    answer = leave(staff, leaver, hand_over_to=colleague.pk)
    assert (answer.status_code, answer.json()) == (200, {"documents": 1, "projects": 1})
    document.refresh_from_db()
    assert (document.user, document.status) == (colleague, Status.SUCCESS)
    assert leave(staff, leaver, hand_over_to=colleague.pk).status_code == 400


def test_what_staff_hold_is_not_removed(leaver: User) -> None:
    make_document(leaver, is_held=True)
    make_document(leaver)
    assert leave(leaver, leaver, delete_documents=True, password=PASSWORD).status_code == 409
    assert Document.objects.filter(status=Status.SUCCESS).count() == 2
    assert User.objects.get(pk=leaver.pk).is_active


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"password": PASSWORD}, 400),
        ({"delete_documents": False, "password": PASSWORD}, 400),
        ({"delete_documents": True, "hand_over_to": 1, "password": PASSWORD}, 400),
        ({"delete_documents": True}, 400),
        ({"delete_documents": True, "password": "wrong"}, 400),
        ({"hand_over_to": 999_999, "password": PASSWORD}, 400),
    ],
)
def test_nothing_happens_by_mistake(leaver: User, body: dict[str, Any], status: int) -> None:
    make_document(leaver)
    assert leave(leaver, leaver, **body).status_code == status
    assert Document.objects.get().status == Status.SUCCESS
    assert User.objects.get(pk=leaver.pk).username == "owner"


def test_only_oneself_and_staff_may(leaver: User, colleague: User, outsider: User) -> None:
    assert leave(colleague, leaver, delete_documents=True, password=PASSWORD).status_code == 403
    assert leave(outsider, leaver, delete_documents=True).status_code == 404
