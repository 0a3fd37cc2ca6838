"""Notes: what people write on the pages of a document, for themselves, for editors, or for everybody."""

from typing import Any

import pytest

from documents.models import Document, Note
from organizations.models import Event, Organization, User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, share
from tests.documents.modifying import BOX, note, notes, send
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

KEYS = ("id user organization page_number access edit_access title content x1 x2 y1 y2 created_at updated_at").split()
NO_SIDES = dict.fromkeys(("x1", "x2", "y1", "y2"))
LIST_QUERIES = 2
EXPANDED_QUERIES = 5
PEOPLE = ("anonymous", "owner", "colleague", "viewer", "editor", "outsider")


@pytest.fixture
def cast(anonymous: Any, owner: User, colleague: User, viewer: User, editor: User, outsider: User) -> dict[str, Any]:
    return dict(zip(PEOPLE, (anonymous, owner, colleague, viewer, editor, outsider), strict=True))


def url(document: Document, pk: int | None = None) -> str:
    return f"/api/documents/{document.pk}/notes/" + (f"{pk}/" if pk else "")


def shared(owner: User, cast: dict[str, Any], access: str) -> Document:
    document = make_document(owner, access=access, pages=["one", "two"])
    share(document, (cast["viewer"], Access.VIEW), (cast["editor"], Access.EDIT))
    return document


def write(user: Any, document: Document, **said: Any) -> Any:
    return client_of(user).post(url(document), {"title": "Look", "page_number": 1, **said})


def test_a_note_looks_as_the_contract_says(owner: User) -> None:
    document = make_document(owner, pages=["one", "two"])
    response = write(owner, document, content=" <b>a</b><script>b()</script>\n", **BOX)
    body = response.json()
    assert (response.status_code, list(body)) == (201, KEYS)
    said = {"page_number": 1, "access": "private", "edit_access": True, "title": "Look", "user": owner.pk, **BOX}
    assert body | said == body
    assert body["content"] == " <b>a</b><script>b()</script>\n"
    assert body["organization"] == owner.organization_id
    assert body["created_at"] == body["updated_at"]
    one = client_of(owner).get(url(document, body["id"]))
    assert (one.json(), one["Cache-Control"]) == (body, "private, no-cache")
    listed = client_of(owner).get(url(document))
    assert (listed.json(), listed["Cache-Control"]) == (
        {"next": None, "previous": None, "results": [body]},
        "private, no-cache",
    )
    event = Event.objects.get(kind="note.created", target_id=body["id"])
    assert (event.actor_id, event.data) == (owner.pk, {"document": document.pk})


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"title": " "}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"content": "x" * 2001}, "content"),
        ({"page_number": -1}, "page_number"),
        ({"page_number": 2}, "page_number"),
        ({"page_number": 10**30}, "page_number"),
        ({"page_number": None}, "page_number"),
        ({"access": "invisible"}, "access"),
        ({**BOX, "x1": -0.1}, "x1"),
        ({**BOX, "y2": 1.1}, "y2"),
        ({**BOX, "x1": None}, "non_field_errors"),
        ({"x1": 0.1}, "non_field_errors"),
        ({**BOX, "x1": 0.3}, "non_field_errors"),
        ({**BOX, "y1": 0.7}, "non_field_errors"),
    ],
)
def test_what_cannot_be_is_refused_by_field(owner: User, said: dict[str, Any], key: str) -> None:
    document = make_document(owner, pages=["one", "two"])
    first = note(document, 0, owner)
    for response in (
        write(owner, document, **said),
        client_of(owner).put(url(document, first.pk), {"title": "Look", "page_number": 0, **said}),
        client_of(owner).patch(url(document, first.pk), said),
    ):
        assert (response.status_code, list(response.json())) == (400, [key])
    assert notes(document) == [(0, "Look", None, None, None, None)]


def test_a_form_cannot_send_what_is_no_number(owner: User) -> None:
    document = make_document(owner, pages=["one"])
    form = {"title": "Look", "page_number": 0, **BOX}
    client = client_of(owner)
    assert client.post(url(document), form | {"x1": "nan"}, format="multipart").status_code == 400
    assert client.post(url(document), form, format="multipart").status_code == 201


def test_a_document_without_pages_takes_no_notes(owner: User) -> None:
    response = write(owner, make_document(owner, status="nofile"), page_number=0)
    assert (response.status_code, list(response.json())) == (400, ["page_number"])


def test_a_note_changes_place_by_all_its_sides_or_becomes_one_on_the_page(owner: User) -> None:
    document = make_document(owner, pages=["one", "two"])
    first = note(document, 0, owner, access="organization", **BOX)
    client, address = client_of(owner), url(document, first.pk)
    body = client.patch(address, {"content": "more"}).json()
    assert body | BOX | {"content": "more", "access": "organization"} == body
    assert body["updated_at"] > body["created_at"]
    assert client.patch(address, NO_SIDES).json() | NO_SIDES == client.get(address).json()
    body = client.put(address, {"title": "New", "page_number": 1, **BOX}).json()
    assert (body["access"], body["content"], body["page_number"], body["x2"]) == ("private", "more", 1, 0.3)
    fields = Event.objects.filter(kind="note.updated").order_by("pk").values_list("data__fields", flat=True)
    assert list(fields) == [["content"], ["x1", "x2", "y1", "y2"], ["access", "page_number", "title", *BOX]]
    assert client.patch(address, {"title": "New"}).status_code == 200
    assert Event.objects.filter(kind="note.updated").count() == 3
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert Event.objects.filter(kind="note.deleted", target_id=first.pk).exists()


# What each person may do with notes that the viewer wrote, by the access of the document and of the note, and whether
# they may write notes for others and for themselves on it.
MATRIX = """
                             anonymous  owner  colleague  viewer  editor  outsider
public document, public      view       edit   edit       edit    view    view
public document, organization -         edit   edit       edit    -       -
public document, private     -          -      -          edit    -       -
private document, public     gone       edit   gone       edit    edit    gone
private document, organization gone     edit   gone       edit    edit    gone
private document, private    gone       -      gone       edit    -       gone
"""
TO_ALL = {"public": ("owner", "colleague"), "private": ("owner", "editor")}
ROWS = [line.rsplit(maxsplit=len(PEOPLE)) for line in MATRIX.splitlines()[2:]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_who_does_what_with_which_note(owner: User, cast: dict[str, Any], row: list[str]) -> None:
    state, *rights = row
    access, kind = state.split(" document, ")
    document = shared(owner, cast, access)
    for (name, user), right in zip(cast.items(), rights, strict=True):
        one = note(document, 1, cast["viewer"], access=kind)
        client, address = client_of(user), url(document, one.pk)
        found = client.get(address)
        assert found.status_code == (200 if right in ("view", "edit") else 404), name
        listed = client.get(url(document))
        assert listed.status_code == (404 if right == "gone" else 200), name
        if right != "gone":
            shown = [row["edit_access"] for row in listed.json()["results"]]
            assert shown == ([] if right == "-" else [right == "edit"]), name
        refused = 403 if user.is_anonymous and right != "gone" else {"view": 403, "edit": 0}.get(right, 404)
        full = {"title": "New", "page_number": 0}
        assert client.patch(address, {"title": "New"}).status_code == (refused or 200), name
        assert client.put(address, full).status_code == (refused or 200), name
        Note.objects.filter(pk=one.pk).update(access=kind)  # PUT has made it private
        assert client.delete(address).status_code == (refused or 204), name
        Note.objects.filter(pk=one.pk).delete()


@pytest.mark.parametrize("access", ["public", "private"])
def test_who_writes_what_on_which_document(owner: User, cast: dict[str, Any], access: str) -> None:
    document = shared(owner, cast, access)
    hidden = {"public": (), "private": ("anonymous", "colleague", "outsider")}[access]
    for name, user in cast.items():
        for kind in ("private", "organization", "public"):
            response = write(user, document, access=kind)
            may = kind == "private" or name in TO_ALL[access]
            expected = 404 if name in hidden else 403 if user.is_anonymous or not may else 201
            assert response.status_code == expected, (name, kind)


def test_only_editors_let_others_see_what_they_wrote(owner: User, cast: dict[str, Any]) -> None:
    document = shared(owner, cast, "public")
    mine = note(document, 0, cast["viewer"], access="public")
    client, address = client_of(cast["viewer"]), url(document, mine.pk)
    assert client.patch(address, {"title": "B"}).json()["access"] == "public"
    for kind in ("public", "organization"):
        assert client.patch(address, {"access": kind}).status_code == 403
        assert client.put(address, {"title": "C", "page_number": 0, "access": kind}).status_code == 403
    assert client.patch(address, {"access": "private"}).status_code == 200


def test_an_editor_who_makes_anothers_note_private_sees_it_once_more(owner: User, viewer: User) -> None:
    document = make_document(owner, pages=["one"])
    theirs = note(document, 0, viewer, access="public")
    response = client_of(owner).patch(url(document, theirs.pk), {"access": "private"})
    assert (response.status_code, response.json()["access"], response.json()["edit_access"]) == (200, "private", False)
    assert client_of(owner).get(url(document, theirs.pk)).status_code == 404


def test_notes_of_another_document_are_not_there(owner: User) -> None:
    document, other = make_document(owner, pages=["one"]), make_document(owner, pages=["one"])
    one = note(other, 0, owner)
    for method in ("get", "patch", "put", "delete"):
        assert getattr(client_of(owner), method)(url(document, one.pk)).status_code == 404


@pytest.mark.parametrize(("version", "order"), [("1.0", "bca"), ("2.0", "abc")])
def test_lists_have_the_order_of_their_version(owner: User, version: str, order: str) -> None:
    document = make_document(owner, pages=["one", "two", "three"])
    for title, page in (("a", 2), ("b", 0), ("c", 1)):
        note(document, page, owner, title)
    client = client_of(owner)
    seen, address = "", f"{url(document)[:-1]}.json?version={version}&per_page=2"
    while address:
        body = client.get(address).json()
        seen += "".join(row["title"] for row in body["results"])
        address = body["next"]
    assert seen == order
    assert [row["title"] for row in client.get(url(document), {"page_number": 1}).json()["results"]] == ["c"]
    assert list(client.get(url(document), {"page_number": "x"}).json()) == ["page_number"]


def test_strangers_may_keep_what_they_read(owner: User, anonymous: Any) -> None:
    document = make_document(owner, access="public", pages=["one"])
    one = note(document, 0, owner)
    for address in (url(document), url(document, one.pk)):
        assert client_of(anonymous).get(address)["Cache-Control"] == "public, max-age=300"
    assert client_of(anonymous).get(url(document, one.pk + 1))["Cache-Control"] == "no-cache"
    assert client_of(owner).patch(url(document, one.pk), {"title": "B"})["Cache-Control"] == "no-cache"


def test_lists_cost_the_same_however_long(owner: User, viewer: User, django_assert_num_queries: Any) -> None:
    document = make_document(owner, access="public", pages=["one"])
    for number in range(12):
        note(document, 0, owner if number % 2 else viewer)
    client = client_of(owner)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(url(document)).json()["results"]) == 12
    for names in ("user,organization", "~all"):
        with django_assert_num_queries(EXPANDED_QUERIES - 1):
            client.get(url(document), {"expand": names})
    for names in ("user.organization,organization", "~all,user.~all", "~all,user.organization.nonsense"):
        with django_assert_num_queries(EXPANDED_QUERIES):
            client.get(url(document), {"expand": names})


def test_organizations_that_hide_stay_ids(owner: User, outsider: User, newsroom: Organization) -> None:
    Organization.objects.filter(pk=newsroom.pk).update(private=True)
    document = make_document(owner, access="public", pages=["one"])
    one = note(document, 0, owner)
    for user, is_known in ((owner, True), (outsider, False)):
        body = client_of(user).get(url(document, one.pk), {"expand": "user.organization,organization"}).json()
        for shown in (body["organization"], body["user"]["organization"]):
            assert shown == newsroom.pk if not is_known else shown["id"] == newsroom.pk


def test_a_note_that_is_written_while_pages_are_rearranged_goes_with_its_page(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"3 0")
    assert send(owner, document, [{"page": "2,0"}]).status_code == 201
    assert write(owner, document, page_number=2, title="last", **BOX).status_code == 201
    assert write(owner, document, page_number=1, title="goes").status_code == 201
    drain()
    assert [one[:3] for one in notes(document)] == [(0, "last", 0.1), (0, "goes", None)]
    assert list(write(owner, document, page_number=2).json()) == ["page_number"]
