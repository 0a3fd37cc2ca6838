"""What the platform finds in the text of a document by itself: begun by editors, read by everybody, never stale."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from documents.choices import JobKind, Status
from documents.models import Document, DocumentError, Entity, Extract, Job, Mention, Revision
from documents.pipeline import extracts, sandbox
from documents.pipeline.work import Spot, Value
from documents.search import index
from organizations.models import Event, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, make_job, share
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain

pytestmark = pytest.mark.django_db


def url(document: Document, name: str = "legacy_entities_2") -> str:
    return f"/api/documents/{document.pk}/{name}/"


def written(owner: User, *texts: str, **fields: Any) -> Document:
    """A document with these pages, as search holds them."""
    document = make_document(owner, pages=texts, **fields)
    entries = document.version.entries.order_by("number").select_related("page")  # type: ignore[union-attr]
    index.add_pages([(entry.page, text) for entry, text in zip(entries, texts, strict=True)])
    return document


def found(document: Document, **values: Any) -> Extract:
    """Something that was found in it."""
    Document.objects.filter(pk=document.pk).update(extracted_at=timezone.now())
    place = {"page": 0, "offset": 1, "content": "x", "page_offset": 1, "kind": "unknown"}
    row = {"kind": "price", "name": "5 EUR", "relevance": 0.5, "count": 1, "occurrences": [place], **values}
    return Extract.objects.create(document=document, **row)


def rows(owner: User, document: Document, name: str = "legacy_entities_2", **query: Any) -> list[Any]:
    response = client_of(owner).get(url(document, name), query)
    assert response.status_code == 200, response.json()
    results: list[Any] = response.json()["results"]
    return results


@pytest.mark.slow
def test_a_document_is_searched_while_everybody_reads_on(owner: User, anonymous: Any) -> None:
    texts = ("Paid $1,200 on March 5, 2024.", "Call (202) 456-1111. Due 2024-03-05; $1,200 more.")
    document = written(owner, *texts, access="public", revision_control=True)
    client = client_of(owner)
    assert client.post(url(document)).json() == "OK"
    body = client_of(anonymous).get(f"/api/documents/{document.pk}/").json()
    assert body["status"] == "readable"
    [pending] = client.get("/api/documents/pending/").json()
    assert (pending["doc_id"], pending["texts"], pending["pages"]) == (document.pk, 2, 2)
    assert rows(owner, document) == []
    again = client.post(url(document))
    assert (again.status_code, again.json()["code"]) == (400, "processing")
    drain()
    document.refresh_from_db()
    assert (document.status, document.version.pk) == (Status.SUCCESS, body and document.version_id)  # type: ignore[union-attr]
    assert not Revision.objects.filter(document=document).exists()
    said = {row["entity"]["name"]: row for row in rows(owner, document)}
    assert {name: len(row["occurrences"]) for name, row in said.items()} == {
        "1200 USD": 2,
        "2024-03-05": 2,
        "+1 202-456-1111": 1,
    }
    price = said["1200 USD"]
    assert price == {
        "entity": {
            "name": "1200 USD",
            "kind": "price",
            "description": "",
            "mid": "",
            "wikipedia_url": "",
            "metadata": {"value": "1200", "currency": "USD"},
        },
        "relevance": 0.4,
        "occurrences": [
            {"page": 0, "offset": 5, "content": "$1,200", "page_offset": 5, "kind": "unknown"},
            {"page": 1, "offset": 68, "content": "$1,200", "page_offset": 37, "kind": "unknown"},
        ],
    }
    whole = "\n\n".join(texts)
    for row in said.values():
        for place in row["occurrences"]:
            assert whole[place["offset"] :].startswith(place["content"])
    assert [row["date"] for row in rows(owner, document, "dates")] == [str(date(2024, 3, 5))]
    values = rows(owner, document, "legacy_entities")
    assert {(row["kind"], row["value"]) for row in values} == {
        ("price", "1200 USD"),
        ("phone_number", "+1 202-456-1111"),
    }
    again = client.post(url(document))
    assert (again.status_code, again.json()["code"]) == (400, "extracted")
    assert client.delete(url(document)).status_code == 204
    assert rows(owner, document) == []
    assert client.post(url(document, "entities")).json() == "OK"
    kinds = Event.objects.filter(target_type="document").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [
        "document.started",
        "document.processed",
        "document.extracts_deleted",
        "document.started",
    ]


def test_steps_add_to_the_rows_of_each_other(owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracts, "BATCH", 2)
    document = written(owner, "a one", "a two", "a three")
    assert client_of(owner).post(url(document)).status_code == 200
    drain()
    assert steps.kinds() == ["extract", "extract"]
    [first, *others] = rows(owner, document, version="1.0")
    assert [(place["page"], place["offset"]) for place in first["occurrences"]] == [(0, 0), (1, 7), (2, 14)]
    assert (first["entity"]["name"], first["relevance"], len(others)) == ("a", 0.5, 3)


def test_one_page_that_no_program_survives_costs_that_page_only(owner: User, steps: FakeSteps) -> None:
    def die(kind: Any, work: Any) -> None:
        if 1 in work.pages:
            raise sandbox.Crashed("killed by SIGSEGV")

    steps.before = die
    document = written(owner, "one", "two", "three")
    client_of(owner).post(url(document))
    drain()
    assert {row["entity"]["name"] for row in rows(owner, document)} == {"one", "three"}


def test_cancelled_it_leaves_the_document_as_it_was(owner: User) -> None:
    document = written(owner, "one", access="public")
    client = client_of(owner)
    client.post(url(document))
    assert client.delete(url(document)).json()["code"] == "processing"
    assert client.delete(f"/api/documents/{document.pk}/process/").status_code == 200
    document.refresh_from_db()
    assert (document.status, document.extracted_at) == (Status.SUCCESS, None)
    assert DocumentError.objects.get(document=document).code == "cancelled"
    assert client.post(url(document)).status_code == 200


def test_what_a_step_says_is_not_trusted(owner: User) -> None:
    document = make_document(owner, pages=["one"])
    spot = Spot(0, 0, 0, "x\0" * 300)
    said = [
        Value("url", "a\0b", {"k" * 999: "v\0"}, spot),
        Value("secret", "x", {}, spot),
        Value("url", "", {}, spot),
        Value("url", "y", {}, Spot(7, 0, 0, "y")),
    ]
    extracts.add(document.pk, [0], said)
    row = Extract.objects.get(document=document)
    assert "\0" not in row.name and len(row.occurrences[0]["content"]) == 200
    assert [len(key) for key in row.metadata] == [500]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"kind": "price,date"}, {"price", "date"}),
        ({"kind": "person"}, set()),
        ({"relevance__gt": "0.3"}, {"price"}),
        ({"mid": "true"}, set()),
        ({"mid": "false"}, {"price", "date", "url"}),
        ({"wikipedia_url": "1"}, set()),
        ({"occurrences": "proper"}, set()),
        ({"occurences": "common,unknown"}, {"price", "date", "url"}),
    ],
)
def test_filters(owner: User, query: dict[str, str], names: set[str]) -> None:
    document = make_document(owner, pages=["one"])
    for kind, relevance in {"price": 0.5, "date": 0.3, "url": 0.2}.items():
        found(document, kind=kind, relevance=relevance)
    assert {row["entity"]["kind"] for row in rows(owner, document, **query)} == names
    assert {row["entity"]["kind"] for row in rows(owner, document, version="1.0", **query)} == names


@pytest.mark.parametrize("query", [{"kind": "x"}, {"relevance__gt": "nan"}, {"mid": "x"}, {"occurrences": "x"}])
def test_filters_refuse_what_they_do_not_know(owner: User, query: dict[str, str]) -> None:
    document = make_document(owner, pages=["one"])
    assert client_of(owner).get(url(document), query).status_code == 400


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [("anonymous", 404, 404), ("outsider", 404, 404), ("viewer", 200, 403), ("editor", 200, 0)],
)
def test_readers_read_and_editors_extract(
    request: pytest.FixtureRequest, owner: User, viewer: User, editor: User, name: str, read: int, write: int
) -> None:
    document = written(owner, "one")
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    client = client_of(request.getfixturevalue(name))
    for shape in ("legacy_entities_2", "legacy_entities", "dates", "entities"):
        assert client.get(url(document, shape)).status_code == read
        if shape in ("legacy_entities_2", "entities"):
            assert client.delete(url(document, shape)).status_code == (write or 204)
    assert client.post(url(document)).status_code == (write or 200)


@pytest.mark.parametrize("status", [Status.NOFILE, Status.PENDING, Status.ERROR])
def test_what_has_no_finished_pages_is_not_searched(owner: User, status: Status) -> None:
    document = make_document(owner, status=status)
    response = client_of(owner).post(url(document))
    assert (response.status_code, set(response.json())) == (400, {"error", "code"})
    assert not Job.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind in JobKind if kind != JobKind.EXTRACT])
def test_another_text_makes_it_stale(owner: User, kind: JobKind) -> None:
    document = make_document(owner, pages=["one"])
    found(document)
    entity = Entity.objects.create(name="Ada", user=owner)
    Mention.objects.create(document=document, entity=entity)
    extracts.after(make_job(document, kind=kind))
    document.refresh_from_db()
    assert (document.extracted_at, Extract.objects.exists()) == (None, False)
    assert Mention.objects.exists() == (kind != JobKind.MODIFY)
