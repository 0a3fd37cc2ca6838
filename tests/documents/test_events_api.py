"""`/api/events/` for admins of organizations, and `/api/documents/<id>/events/` for editors."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.choices import Access
from documents.models import Note, Section
from organizations import events
from organizations.models import Membership, Organization, User
from projects.models import Access as Role
from tests.conftest import client_of, person
from tests.documents.factories import make_document, make_project, share

URL = "/api/events/"
KEYS = ["id", "at", "kind", "actor", "api_key", "organization", "target_type", "target", "data"]
BOX = {"page_number": 0, "x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2}


@pytest.fixture
def chief(newsroom: Organization) -> User:
    chief = person("chief", newsroom)
    Membership.objects.filter(user=chief, organization=newsroom).update(admin=True)
    return chief


def rows(user: User, query: str = "", url: str = URL) -> list[Any]:
    response = client_of(user).get(url + query)
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def kinds(user: User, query: str = "", url: str = URL) -> list[str]:
    return [row["kind"] for row in rows(user, query, url)]


def happen(kind: str, target: Any, actor: User | None, organization: Organization, **data: Any) -> Any:
    return events.record(kind, target=target, actor=actor, organization_id=organization.pk, data=data)


def test_admins_read_what_was_done_to_what_they_may_see(
    chief: User, owner: User, outsider: User, newsroom: Organization
) -> None:
    seen, hidden = make_document(owner, access=Access.ORGANIZATION), make_document(owner, access=Access.PRIVATE)
    secret, shown = make_project(owner), make_project(owner, private=False)
    moved = {"fields": ["user_id"], "access": ["private", "organization"], "user_id": [outsider.pk, owner.pk]}
    happen("document.updated", seen, owner, newsroom, **moved)
    happen("document.updated", hidden, owner, newsroom)
    happen("project.updated", secret, owner, newsroom)
    happen("project.updated", shown, owner, newsroom)
    happen("user.updated", outsider, owner, newsroom)
    happen("document.processed", seen, outsider, newsroom, job=1)
    happen("organization.updated", newsroom, None, newsroom)
    happen("document.updated", seen, owner, Organization.objects.get(uuid=owner.uuid))
    here = f"?organization={newsroom.pk}"
    found = rows(chief, here)
    assert [(row["kind"], row["actor"], row["data"]) for row in found] == [
        ("organization.updated", None, {}),
        ("document.processed", None, {}),
        ("project.updated", owner.pk, {}),
        ("document.updated", owner.pk, {"fields": ["user_id"], "access": ["private", "organization"]}),
    ]
    assert all(list(row) == KEYS and row["organization"] == newsroom.pk for row in found)
    assert client_of(chief).get(f"{URL}{here}&version=1.0").json()["count"] == 4
    assert kinds(chief, "?per_page=1") == ["organization.updated"]


def test_only_admins_read_them(owner: User, newsroom: Organization, anonymous: Any) -> None:
    happen("organization.updated", newsroom, owner, newsroom)
    assert "organization.updated" not in kinds(owner)
    assert client_of(owner).get(f"{URL}?organization={newsroom.pk}").status_code == 400
    assert client_of(anonymous).get(URL).status_code == 403


def test_filters(chief: User, owner: User, outsider: User, newsroom: Organization) -> None:
    first, second = (make_document(owner, access=Access.ORGANIZATION) for _ in range(2))
    happen("document.updated", first, owner, newsroom)
    event = happen("document.deleted", second, chief, newsroom)
    happen("document.deleted", second, outsider, newsroom)
    assert kinds(chief, f"?actor={owner.pk}") == ["document.updated"]
    assert kinds(chief, f"?actor={outsider.pk}") == []
    assert kinds(chief, f"?target_type=document&target={first.pk}") == ["document.updated"]
    assert len(kinds(chief, "?kind=document.deleted")) == 2
    assert len(kinds(chief, f"?organization={newsroom.pk}")) == 3
    when = event.at.isoformat().replace("+00:00", "Z")
    assert (len(kinds(chief, f"?since={when}")), kinds(chief, f"?until={when}&kind=document.updated")) == (
        2,
        ["document.updated"],
    )
    for wrong in ("target=x", f"target={2**70}", "since=yesterday", "actor=me", "organization=0"):
        assert client_of(chief).get(f"{URL}?{wrong}").status_code == 400


def test_editors_read_what_was_done_to_a_document(
    owner: User, viewer: User, editor: User, outsider: User, newsroom: Organization, anonymous: Any
) -> None:
    document = make_document(owner, pages=["one"], access=Access.PRIVATE)
    share(document, (viewer, Role.VIEW), (editor, Role.EDIT))
    url = f"/api/documents/{document.pk}/events/"
    section = Section.objects.create(document=document, title="s", page_number=0)
    about = {"document": document, "organization": newsroom, "title": "n", **BOX}
    public = Note.objects.create(user=owner, access="public", **about)
    private = Note.objects.create(user=owner, access="private", **about)
    for kind, target in (("document.started", document), ("section.created", section), ("note.created", public)):
        happen(kind, target, owner, newsroom, document=document.pk)
    happen("note.updated", private, owner, newsroom, fields=["content"])
    happen("document.updated", make_document(owner), owner, newsroom)
    common = ["note.created", "section.created", "document.started"]
    assert kinds(editor, url=url)[:3] == common
    assert kinds(owner, url=url)[:4] == ["note.updated", *common]
    assert rows(owner, url=url)[0]["data"] == {"fields": ["content"]}
    assert client_of(viewer).get(url).status_code == 403
    assert {client_of(user).get(url).status_code for user in (outsider, anonymous)} == {404}


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_the_number_of_queries_is_constant(chief: User, owner: User, newsroom: Organization, version: str) -> None:
    counts = []
    document = make_document(owner, pages=["one"], access=Access.ORGANIZATION)
    for _ in range(2):
        for _ in range(8):
            happen("document.updated", make_document(owner, access=Access.ORGANIZATION), owner, newsroom)
            happen("project.updated", make_project(chief), chief, newsroom)
            happen("document.updated", document, owner, newsroom)
        client = client_of(chief)
        for url in (URL, f"/api/documents/{document.pk}/events/"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(f"{url}?version={version}").status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) < 12
