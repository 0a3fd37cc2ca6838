"""What a change costs the index, by rows: sharing touches one, people none, and access is right from the commit on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.actions.bulk import chunks
from documents.models import Document
from organizations.models import Membership, Organization, User
from tests.conftest import client_of
from tests.documents.factories import make_project
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(owner: User) -> list[Document]:
    return [write(owner, f"Levy {number}", "the harbour budget") for number in range(5)]


def rows() -> dict[int, str]:
    """Where each entry lies in its table: another place each time it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT document_id, ctid::text FROM documents_searchdoc")
        return dict(cursor.fetchall())


@contextmanager
def touching(*documents: Document) -> Iterator[None]:
    """Exactly these entries are written, and no text of a page is."""
    before = rows()
    with CaptureQueriesContext(connection) as queries:
        yield
    after = rows()
    assert {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)} == {d.pk for d in documents}
    assert not [query for query in queries if "INSERT INTO documents_pagetext" in query["sql"]]


def hits(user: Any) -> int:
    count: int = client_of(user).get("/api/documents/search/", {"q": "harbour"}).json()["count"]
    return count


def test_a_changed_document_is_written_once(owner: User, documents: list[Document]) -> None:
    with touching(documents[0]), CaptureQueriesContext(connection) as queries:
        answer = client_of(owner).patch(f"/api/documents/{documents[0].pk}/", {"title": "Tax"})
        assert answer.status_code == 200
    assert len([query for query in queries if "UPDATE documents_searchdoc" in query["sql"]]) == 1


def test_a_project_shares_a_document_by_one_row_and_people_cost_none(
    owner: User, viewer: User, documents: list[Document]
) -> None:
    project = make_project(owner)
    url = f"/api/projects/{project.pk}"
    with touching(documents[0]):
        assert client_of(owner).post(f"{url}/documents/", {"document": documents[0].pk}).status_code == 201
    with touching():
        answer = client_of(owner).post(f"{url}/users/", {"email": viewer.email, "access": "view"})
        assert answer.status_code == 201, answer.json()
    assert hits(viewer) == 1
    with touching():
        assert client_of(owner).patch(f"{url}/users/{viewer.pk}/", {"access": "edit"}).status_code == 200
        assert client_of(owner).delete(f"{url}/users/{viewer.pk}/").status_code == 204
    assert hits(viewer) == 0


def test_an_organization_gets_and_loses_people_without_a_row(
    outsider: User, newsroom: Organization, documents: list[Document]
) -> None:
    for document in documents:
        client_of(document.user).patch(f"/api/documents/{document.pk}/", {"access": "organization"})
    assert hits(outsider) == 0
    with touching():
        place = Membership.objects.create(user=outsider, organization=newsroom)
    assert hits(outsider) == 5
    with touching():
        place.delete()
    assert hits(outsider) == 0


def test_access_is_widened_bit_by_bit_and_narrowed_at_once(
    owner: User, anonymous: Any, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 2)
    wanted = {"query": "", "action": "access", "options": {"access": "public"}}
    job = client_of(owner).post("/api/bulk/", wanted).json()
    for seen, waiting in ((2, 3), (4, 1), (5, 0)):
        chunks.carry_on()
        told = client_of(owner).get(f"/api/bulk/{job['id']}/").json()
        assert (told["done"], told["waiting"], hits(anonymous)) == (seen, waiting, seen)
    with touching(*documents):
        items = [{"id": document.pk, "access": "private"} for document in documents]
        assert client_of(owner).patch("/api/documents/", items).status_code == 200
    assert hits(anonymous) == 0
