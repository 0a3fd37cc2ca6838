"""`/api/users/<id>/deactivate/`: an account is closed, and what it owned goes to a colleague."""

from typing import Any

import pytest

from documents.choices import Access, Status
from documents.models import Document
from documents.search import index
from organizations.actions import organization, people
from organizations.models import Event, Membership, Notification, Organization, User
from projects.models import Access as Role
from projects.models import Collaborator
from tests.conftest import client_of, person
from tests.documents.factories import make_document, share

PASSWORD = "four words on paper"


@pytest.fixture
def leaver(owner: User, settings: Any) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return people.change_password(owner, password=PASSWORD)


def close(actor: User, user: User, heir: User | None = None, **more: str) -> Any:
    body = {"hand_over_to": heir.pk if heir else None, **more}
    return client_of(actor).post(f"/api/users/{user.pk}/deactivate/", body)


def own(user: User) -> Organization:
    return Organization.objects.get(uuid=user.uuid)


def found(user: User, query: str = "") -> set[int]:
    rows = client_of(user).get(f"/api/documents/search/?q={query}&per_page=100").json()["results"]
    return {int(row["id"]) for row in rows}


def test_everything_goes_to_the_colleague_and_is_found_there(leaver: User, colleague: User, staff: User) -> None:
    documents = [
        make_document(leaver, access=Access.PRIVATE, data={"_tag": ["x"]}),
        make_document(leaver, access=Access.ORGANIZATION),
        make_document(leaver, access=Access.PUBLIC),
        make_document(leaver, access=Access.PRIVATE, organization=own(leaver)),
        make_document(leaver, access=Access.ORGANIZATION, organization=own(leaver)),
    ]
    trashed = make_document(leaver, status=Status.DELETED)
    project = share(documents[0])
    other = make_document(colleague)
    for document in [*documents, other]:
        index.write(document)
    response = close(staff, leaver, colleague)
    assert (response.status_code, response.json()) == (200, {"documents": 6, "projects": 1})
    rows = {document.pk: document for document in Document.objects.all()}
    assert {row.user_id for row in rows.values()} == {colleague.pk}
    assert [rows[document.pk].organization_id for document in documents[3:]] == [own(colleague).pk] * 2
    assert rows[documents[0].pk].organization_id == leaver.organization_id
    ids = {document.pk for document in documents}
    assert found(colleague) == ids | {other.pk}
    assert found(colleague, f"user:{leaver.pk}") == set()
    assert found(colleague, f"organization:{own(colleague).pk}") == {document.pk for document in documents[3:]}
    assert all(index.is_right(rows[pk]) for pk in ids)
    assert trashed.pk not in found(colleague)
    assert list(Collaborator.objects.filter(project=project).values_list("user", "access")) == [
        (colleague.pk, Role.ADMIN)
    ]
    told = Notification.objects.get(user=colleague)
    assert told.data == {"from": leaver.pk, "documents": 6, "projects": 1}
    events = Event.objects.filter(kind="document.updated", actor_id=staff.pk)
    assert events.count() == 6
    assert events.get(target_id=documents[3].pk).data == {
        "fields": ["organization_id", "user_id"],
        "user_id": [leaver.pk, colleague.pk],
        "organization_id": [own(leaver).pk, own(colleague).pk],
    }


def test_who_may_close_whose_account(
    leaver: User, colleague: User, outsider: User, anonymous: Any, staff: User, newsroom: Organization
) -> None:
    Membership.objects.filter(user=colleague, organization=newsroom).update(admin=True)
    table = {colleague: 403, outsider: 404, anonymous: 403, leaver: 400}
    for user, expected in table.items():
        assert close(user, leaver).status_code == expected, user
    assert list(close(leaver, leaver, password="wrong").json()) == ["password"]
    assert close(leaver, leaver, password=PASSWORD).json() == {"documents": 0, "projects": 0}
    leaver.refresh_from_db()
    assert not leaver.is_active
    url = f"/api/users/{leaver.pk}/reactivate/"
    statuses = {user: client_of(user).post(url).status_code for user in (colleague, outsider, staff)}
    assert list(statuses.values()) == [403, 404, 200]
    leaver.refresh_from_db()
    assert leaver.is_active


def test_only_colleagues_inherit(leaver: User, colleague: User, outsider: User, staff: User) -> None:
    document = make_document(leaver)
    gone = person("gone", leaver.organization)
    people.deactivate(gone, actor=staff)
    for heir in (outsider, gone, leaver):
        answer = close(staff, leaver, heir)
        assert (answer.status_code, answer.json()["code"]) == (400, "hand_over_to")
    for body in ({}, {"hand_over_to": "x"}):
        assert client_of(staff).post(f"/api/users/{leaver.pk}/deactivate/", body).status_code == 400
    unknown = client_of(staff).post(f"/api/users/{leaver.pk}/deactivate/", {"hand_over_to": 10**30})
    assert unknown.json()["code"] == "hand_over_to"
    leaver.refresh_from_db()
    document.refresh_from_db()
    assert (leaver.is_active, document.user_id) == (True, leaver.pk)


def test_what_was_left_behind_can_be_handed_over_later(leaver: User, colleague: User, staff: User) -> None:
    make_document(leaver)
    assert close(staff, leaver).json() == {"documents": 0, "projects": 0}
    assert close(staff, leaver, colleague).json() == {"documents": 1, "projects": 0}
    assert Event.objects.filter(kind="user.deactivated").count() == 1


def test_nobody_leaves_an_organization_without_an_admin(
    leaver: User, colleague: User, newsroom: Organization, staff: User
) -> None:
    organization.add_member(newsroom, user=leaver, admin=True)
    assert close(leaver, leaver, password=PASSWORD).json()["code"] == "last_admin"
    leaver.refresh_from_db()
    assert leaver.is_active
    assert close(leaver, leaver, colleague, password=PASSWORD).status_code == 200
    assert Membership.objects.get(user=colleague, organization=newsroom).admin


def test_a_thousand_documents_cost_no_more_statements_than_one(
    leaver: User, colleague: User, staff: User, django_assert_max_num_queries: Any
) -> None:
    plain = [
        Document(user=leaver, organization_id=leaver.organization_id, title="t", slug="t", access=Access.PRIVATE)
        for _ in range(1000)
    ]
    Document.objects.bulk_create(plain)
    with django_assert_max_num_queries(60):
        assert close(staff, leaver, colleague).json()["documents"] == 1000
