"""Sections: the outline of a document, of which a page begins one at most."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from documents.models import Document, Section
from organizations.models import Event, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, share
from tests.documents.modifying import section, sections


def url(document: Document, pk: int | None = None) -> str:
    return f"/api/documents/{document.pk}/sections/" + (f"{pk}/" if pk else "")


def test_sections_are_written_read_changed_and_deleted(owner: User) -> None:
    document = make_document(owner, pages=["one", "two", "three"])
    client = client_of(owner)
    response = client.post(url(document), {"title": "Intro", "page_number": 1})
    body = response.json()
    assert (response.status_code, body) == (201, {"id": body["id"], "page_number": 1, "title": "Intro"})
    assert client.get(url(document, body["id"])).json() == body
    assert client.get(f"{url(document)[:-1]}.json").json()["results"] == [body]
    assert client.patch(url(document, body["id"]), {"title": "Start", "page_number": 1}).json()["title"] == "Start"
    assert client.put(url(document, body["id"]), {"title": "End", "page_number": 2}).json()["page_number"] == 2
    assert client.delete(url(document, body["id"])).status_code == 204
    assert client.get(url(document, body["id"])).status_code == 404
    kinds = Event.objects.filter(target_type="section").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["section.created", "section.updated", "section.updated", "section.deleted"]


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"page_number": 0}, "page_number"),
        ({"page_number": 3}, "page_number"),
        ({"page_number": -1}, "page_number"),
        ({"page_number": "x"}, "page_number"),
    ],
)
def test_what_cannot_be_is_refused_by_field(owner: User, said: dict[str, Any], key: str) -> None:
    document = make_document(owner, pages=["one", "two", "three"])
    section(document, 0, "taken")
    other = section(document, 1, "other")
    client, full = client_of(owner), {"title": "A", "page_number": 2, **said}
    for response in (
        client.post(url(document), full),
        client.put(url(document, other.pk), full),
        client.patch(url(document, other.pk), said),
    ):
        assert (response.status_code, list(response.json())) == (400, [key])
    assert sections(document) == [(0, "taken"), (1, "other")]


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("anonymous", 404, 404),
        ("outsider", 404, 404),
        ("colleague", 404, 404),
        ("viewer", 200, 403),
        ("editor", 200, 0),
        ("owner", 200, 0),
    ],
)
def test_readers_read_and_editors_write(
    request: pytest.FixtureRequest, owner: User, viewer: User, editor: User, name: str, read: int, write: int
) -> None:
    document = make_document(owner, pages=["one", "two"])
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    one = section(document, 0, "A")
    client = client_of(request.getfixturevalue(name))
    assert [client.get(address).status_code for address in (url(document), url(document, one.pk))] == [read, read]
    assert client.post(url(document), {"title": "B", "page_number": 1}).status_code == (write or 201)
    assert client.patch(url(document, one.pk), {"title": "B"}).status_code == (write or 200)
    assert client.put(url(document, one.pk), {"title": "B", "page_number": 0}).status_code == (write or 200)
    assert client.delete(url(document, one.pk)).status_code == (write or 204)


def test_strangers_read_sections_of_published_documents_and_write_none(owner: User, anonymous: Any) -> None:
    document = make_document(owner, access="public", pages=["one"])
    assert client_of(anonymous).get(url(document)).status_code == 200
    assert client_of(anonymous).post(url(document), {"title": "B", "page_number": 0}).status_code == 403


@pytest.mark.parametrize(("version", "order"), [("1.0", "bca"), ("2.0", "abc")])
def test_lists_have_the_order_of_their_version(owner: User, version: str, order: str) -> None:
    document = make_document(owner, pages=["one", "two", "three"])
    for title, page in (("a", 2), ("b", 0), ("c", 1)):
        section(document, page, title)
    body = client_of(owner).get(url(document), {"version": version}).json()
    assert "".join(row["title"] for row in body["results"]) == order


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_a_page_at_once_one_gets_it(owner: User) -> None:
    document = make_document(owner, pages=["one"])

    def begin(number: int) -> int:
        try:
            said = {"title": str(number), "page_number": 0}
            return int(client_of(owner).post(url(document), said).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(begin, range(6)))
    assert statuses == [201] + [400] * 5
    assert Section.objects.filter(document=document).count() == 1
