"""What lies on a document, shown with it: sections everywhere, notes with one document, to those who may see them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import Document
from organizations.models import Organization, User
from projects.models import Access
from tests.conftest import client_of, person
from tests.documents.factories import make_document, share
from tests.documents.modifying import note, section

URL = "/api/documents/"
EXPANSIONS = ("sections", "notes", "notes.user", "notes.~all", "notes.user.organization")


@pytest.fixture
def document(owner: User, viewer: User, outsider: User) -> Document:
    """A published document of two pages, with notes of three people."""
    made = make_document(owner, access="public", pages=["one", "two"])
    share(made, (viewer, Access.VIEW))
    for page, title in ((1, "B"), (0, "A")):
        section(made, page, title)
    for user in (owner, viewer, outsider):
        for number, access in enumerate(("public", "organization", "private")):
            note(made, 1 - number % 2, user, f"{user.name}, {access}", access)
    return made


def one(user: Any, document: Document, expand: str) -> Any:
    return client_of(user).get(f"{URL}{document.pk}/", {"expand": expand}).json()


def test_sections_stand_in_lists_and_single_documents(owner: User, anonymous: Any, document: Document) -> None:
    for user in (owner, anonymous):
        listed = client_of(user).get(URL, {"expand": "sections"}).json()["results"][0]
        for body in (listed, one(user, document, "sections")):
            assert [(row["page_number"], row["title"]) for row in body["sections"]] == [(0, "A"), (1, "B")]
    assert "notes" not in client_of(owner).get(URL, {"expand": "notes,~all"}).json()["results"][0]
    assert "sections" not in client_of(owner).get(f"{URL}{document.pk}/").json()


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("anonymous", "Owner, public Viewer, public Outsider, public"),
        (
            "viewer",
            "Viewer, organization Owner, public Viewer, public Viewer, private Outsider, public",
        ),
        (
            "owner",
            "Owner, organization Viewer, organization Outsider, organization "
            "Owner, public Owner, private Viewer, public Outsider, public",
        ),
    ],
)
def test_notes_are_those_that_the_person_may_see(
    request: pytest.FixtureRequest, document: Document, name: str, seen: str
) -> None:
    notes = one(request.getfixturevalue(name), document, "notes")["notes"]
    assert " ".join(row["title"] for row in notes) == seen
    assert [row["edit_access"] for row in notes] == [
        name == "owner" or (row["title"].startswith("Viewer") and name == "viewer") for row in notes
    ]


def test_what_notes_name_is_expanded_too(owner: User, outsider: User, document: Document) -> None:
    Organization.objects.filter(pk=owner.organization_id).update(private=True)
    body = one(outsider, document, "notes.user,notes.organization")["notes"]
    assert {row["user"]["username"] for row in body} == {"owner", "viewer", "outsider"}
    theirs = [row["organization"] for row in body if row["user"]["username"] == "owner"]
    assert theirs == [owner.organization_id]  # hidden
    deep = one(outsider, document, "notes.user.organization.nonsense")["notes"]
    active = [row["user"]["organization"] for row in deep if row["user"]["username"] == "owner"]
    assert active == [owner.organization_id]


@pytest.mark.parametrize("expand", EXPANSIONS)
def test_it_costs_the_same_however_many(owner: User, document: Document, expand: str) -> None:
    costs = []
    for round_number in range(2):
        with CaptureQueriesContext(connection) as queries:
            one(owner, document, expand)
        costs.append(len(queries))
        for number in range(5):
            note(document, number % 2, person(f"p{round_number}{number}", owner.organization))
    assert costs[0] == costs[1] <= 6


def test_the_front_end_asks_for_all_at_once(owner: User, document: Document) -> None:
    body = one(owner, document, "user,organization,projects,revisions,sections,notes.user")
    assert len(body["notes"]) == 7 and body["notes"][0]["user"]["id"] and body["revisions"] == []
    assert body["sections"][0]["title"] == "A"
