"""Narrowing and ordering lists of documents."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from documents.models import Document
from organizations.models import User
from projects.models import ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_document, make_project, share

URL = "/api/documents/"
START = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def shelf(owner: User, outsider: User) -> dict[str, Document]:
    """Documents by letter; only `d` is a stranger's, and only `d` and `e` are public."""
    made = {
        "a": make_document(owner, title="alpha", page_count=3, source="x"),
        "b": make_document(owner, title="Beta", page_count=1, status="error", source="x"),
        "c": make_document(owner, title="gamma", page_count=3, access="organization", source="w"),
        "d": make_document(outsider, title="delta", page_count=2, access="public", source=""),
        "e": make_document(owner, title="alpha", page_count=9, access="public", source="z"),
    }
    for number, document in enumerate(made.values()):
        at = START + timedelta(days=number)
        Document.objects.filter(pk=document.pk).update(created_at=at, updated_at=at - timedelta(days=30 * number))
    return made


def letters(user: Any, shelf: dict[str, Document], query: str) -> str:
    response = client_of(user).get(f"{URL}?{query}")
    assert response.status_code == 200, response.content
    names = {document.pk: letter for letter, document in shelf.items()}
    return "".join(names[row["id"]] for row in response.json()["results"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abcde"),
        ("access=public", "de"),
        ("access=public,organization", "cde"),
        ("access=public&access=organization", "cde"),
        ("access[]=public&access[]=organization", "cde"),
        ("access=", "abcde"),
        ("status=error", "b"),
        ("status=error,success&access=private", "ab"),
        ("page_count=3", "ac"),
        ("page_count__lt=3", "bd"),
        ("page_count__gt=2&page_count__lt=9", "ac"),
        ("page_count__lt=9223372036854775807", "abcde"),
        ("created_at__lt=2024-01-02", "a"),
        ("created_at__gt=2024-01-04T00:00:00Z", "e"),
        ("created_at__gt=2024-01-03+12:30:00", "de"),
        ("created_at__lt=2024-01-01T01:00:00.5%2B02:00", ""),
        ("created_at__gt=0001-01-01T00:00:00%2B14:00", "abcde"),
        ("updated_at__lt=2023-11-04", "de"),
        ("updated_at__gt=2023-12-02T00:00:00Z&updated_at__lt=2024-01-01", "b"),
        ("unknown=1&remaining=1", "abcde"),
        ("ordering=nonsense", "abcde"),
    ],
)
def test_filters_narrow(owner: User, shelf: dict[str, Document], query: str, expected: str) -> None:
    assert letters(owner, shelf, query) == expected


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("access=invisible", "access"),
        ("access=0", "access"),
        ("status=deleted", "status"),
        ("status=done,success", "status"),
        ("user=0", "user"),
        ("user=x", "user"),
        ("organization=999999999", "organization"),
        ("project=-1", "project"),
        ("page_count=many", "page_count"),
        ("page_count__lt=99999999999999999999", "page_count__lt"),
        ("created_at__lt=yesterday", "created_at__lt"),
        ("updated_at__gt=now", "updated_at__gt"),
        ("id__in=1,x", "id__in"),
        ("id__in=99999999999999999999", "id__in"),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(owner: User, query: str, key: str) -> None:
    response = client_of(owner).get(f"{URL}?{query}")
    assert (response.status_code, list(response.json())) == (400, [key])


def test_ids_that_do_not_exist_do_not_match(owner: User, shelf: dict[str, Document]) -> None:
    a, e = shelf["a"].pk, shelf["e"].pk
    assert letters(owner, shelf, f"id__in={e},0,{a}") == "ae"
    assert letters(owner, shelf, f"id__in={a}&id__in={e}") == "ae"


def test_people_and_organizations_that_one_sees_may_be_named(
    owner: User, outsider: User, anonymous: Any, shelf: dict[str, Document]
) -> None:
    assert letters(owner, shelf, f"user={owner.pk}") == "abce"
    assert letters(owner, shelf, f"user={owner.pk},{outsider.pk}") == "abcde"
    assert letters(owner, shelf, f"organization={owner.organization_id}") == "abce"
    assert letters(anonymous, shelf, f"user={outsider.pk}") == "d"
    assert letters(anonymous, shelf, f"organization={owner.organization_id}") == "e"


def test_people_whom_one_does_not_see_are_unknown(owner: User, viewer: User, anonymous: Any) -> None:
    make_document(viewer)
    for user in (owner, anonymous):
        response = client_of(user).get(f"{URL}?user={viewer.pk}")
        message = f"Select a valid choice. {viewer.pk} is not one of the available choices."
        assert (response.status_code, response.json()) == (400, {"user": [message]})


def test_projects_hold_documents_whether_or_not_they_share_them(owner: User, shelf: dict[str, Document]) -> None:
    project = make_project(owner, private=False)
    for letter, edit_access in (("a", True), ("d", False)):
        ProjectDocument.objects.create(project=project, document=shelf[letter], edit_access=edit_access)
    assert letters(owner, shelf, f"project={project.pk}") == "ad"


def test_private_projects_of_others_are_unknown(owner: User, outsider: User) -> None:
    project = share(make_document(owner))
    response = client_of(outsider).get(f"{URL}?project={project.pk}")
    assert (response.status_code, list(response.json())) == (400, ["project"])


ORDERS = {
    "created_at": "abcde",
    "-created_at": "edcba",
    "updated_at": "edcba",
    "-updated_at": "abcde",
    "id": "abcde",
    "-id": "edcba",
    "page_count": "bdace",
    "-page_count": "ecadb",
    "title": "baedc",
    "-title": "cdeab",
    "source": "dcabe",
    "-source": "ebacd",
}


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("ordering", ORDERS)
def test_lists_are_ordered_across_pages(owner: User, shelf: dict[str, Document], version: str, ordering: str) -> None:
    client, seen = client_of(owner), []
    url = f"{URL}?version={version}&per_page=2&ordering={ordering}"
    while url:
        body = client.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    names = {document.pk: letter for letter, document in shelf.items()}
    assert "".join(names[pk] for pk in seen) == ORDERS[ordering]
