"""`GET /api/documents/search/?facets=`: what is counted, for whom, and in which words."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from documents.actions import document as actions
from documents.choices import Access
from documents.models import Document
from documents.search import counts, index
from organizations.models import User
from projects.models import ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_project
from tests.documents.search.corpus import write

pytestmark = pytest.mark.django_db
URL = "/api/documents/search/"
Person = User | AnonymousUser
ALL = "access,user,organization,project,tag,language,status,created_at:year,created_at:month,page_count,data_color"


def ask(user: Person, facets: str = ALL, /, **params: Any) -> dict[str, Any]:
    response = client_of(user).get(URL, {"facets": facets, **params})
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def counted(user: Person, facets: str = ALL, /, **params: Any) -> dict[str, list[tuple[str, int, str]]]:
    body = ask(user, facets, **params)
    assert body["facets_partial"] is False
    return {
        name: [(found["value"], found["count"], found["label"]) for found in values]
        for name, values in body["facets"].items()
    }


def collect(document: Document, *projects: Any) -> None:
    with transaction.atomic():
        for project in projects:
            ProjectDocument.objects.create(project=project, document=document)
        index.write(document)


@pytest.fixture
def library(owner: User, colleague: User, outsider: User) -> dict[str, Document]:
    """Two documents that everybody reads, one for the newsroom, one of the owner's alone, one of a stranger's."""
    text = "the levy rose"
    return {
        "first": write(
            owner, "First", text, access=Access.PUBLIC, data={"_tag": ["To read"], "color": ["red", "blue"]}
        ),
        "second": write(owner, "Second", text, "x", access=Access.PUBLIC, data={"color": ["red"]}, language="fra"),
        "team": write(colleague, "Team", text, access=Access.ORGANIZATION, data={"_tag": ["Internal"]}),
        "secret": write(owner, "Secret", text, data={"_tag": ["Top secret"], "color": ["black"]}),
        "strange": write(outsider, "Strange", text, data={"_tag": ["Strange"]}),
    }


def test_every_hit_is_counted_by_value_most_frequent_first(owner: User, library: dict[str, Document]) -> None:
    Document.objects.filter(pk=library["first"].pk).update(created_at="2023-12-31T23:30:00Z")
    newsroom, year = owner.organization, str(library["team"].created_at.year)
    project = make_project(owner, "Town hall")
    collect(library["first"], project)
    found = counted(owner, q="levy", per_page=1)
    month = library["team"].created_at.strftime("%Y-%m")
    assert newsroom
    assert found == {
        "access": [("public", 2, "public"), ("organization", 1, "organization"), ("private", 1, "private")],
        "user": [(str(owner.pk), 3, "Owner"), (str(library["team"].user_id), 1, "Colleague")],
        "organization": [(str(newsroom.pk), 4, "Newsroom")],
        "project": [(str(project.pk), 1, "Town hall")],
        "tag": [(tag, 1, tag) for tag in ("Internal", "To read", "Top secret")],
        "language": [("eng", 3, "eng"), ("fra", 1, "fra")],
        "status": [("success", 4, "success")],
        "created_at:year": [(year, 3, year), ("2023", 1, "2023")],
        "created_at:month": [(month, 3, month), ("2023-12", 1, "2023-12")],
        "page_count": [("1", 3, "1"), ("[2 TO 9]", 1, "[2 TO 9]")],
        "data_color": [("red", 2, "red"), ("black", 1, "black"), ("blue", 1, "blue")],
    }
    assert counted(owner, "tag", q="levy", facet_size=1) == {"tag": [("Internal", 1, "Internal")]}
    assert counted(owner, "account,access", q="title:first") == {
        "account": [(str(owner.pk), 1, "Owner")],
        "access": [("public", 1, "public")],
    }
    assert counted(owner, "access", q="nothing") == {"access": []}


def test_every_value_finds_what_was_counted(owner: User, library: dict[str, Document]) -> None:
    collect(library["team"], make_project(owner))
    for name, values in counted(owner).items():
        for value, count, _ in values:
            said = value if value.startswith("[") else f'"{value}"'
            response = client_of(owner).get(URL, {"q": f"{name.partition(':')[0]}:{said}"})
            assert response.json()["count"] == count, (name, value)


def test_nothing_is_counted_that_the_person_may_not_see(
    owner: User, outsider: User, anonymous: AnonymousUser, library: dict[str, Document]
) -> None:
    hidden, shown = make_project(owner, "Leak"), make_project(owner, "Series", private=False)
    collect(library["first"], hidden, shown)
    for person, documents in ((anonymous, 2), (outsider, 3)):
        found = counted(person)
        assert found["project"] == [(str(shown.pk), 1, "Series")]
        assert sum(count for _, count, _ in found["access"]) == documents
        assert {value for value, _, _ in found["tag"]} <= {"To read", "Strange"}
        assert {value for value, _, _ in found["data_color"]} == {"red", "blue"}
        assert {label for _, _, label in found["user"]} <= {"Owner", "Outsider"}
    actions.update({library["first"].pk: {"access": Access.PRIVATE}}, actor=owner)
    assert counted(anonymous, "access,tag,project") == {"access": [("public", 1, "public")], "tag": [], "project": []}


@pytest.mark.parametrize(
    "facets",
    ["colour", "access,created_at", "created_at:day", "title", "data_", "page_no_1", "tag:x", "data_a:x", "data_a b"],
)
def test_unknown_facets_are_refused_by_name(owner: User, facets: str) -> None:
    response = client_of(owner).get(URL, {"facets": facets})
    assert response.status_code == 400
    [sentence] = response.json()["facets"]
    assert "created_at:year" in sentence
    assert facets.rpartition(",")[2] in sentence
    assert client_of(owner).get(URL, {"facets": f"{facets}:\0"}).status_code == 400


def test_facets_cost_one_query_and_are_bounded(
    owner: User, library: dict[str, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    for facets in ("", "access", ALL):
        with CaptureQueriesContext(connection) as captured:
            client_of(owner).get(URL, {"q": "levy", "facets": facets})
        taken.append(len(captured))
    assert taken == [taken[0], taken[0] + 1, taken[0] + 1]
    monkeypatch.setattr(counts, "MOST_HITS", 2)
    body = ask(owner, "access")
    assert body["facets_partial"] is True
    assert sum(found["count"] for found in body["facets"]["access"]) == 3
    many = ",".join(f"data_k{number}" for number in range(counts.MOST_FACETS + 1))
    assert client_of(owner).get(URL, {"facets": many}).status_code == 400
    assert "facets" not in client_of(owner).get(URL).json()
