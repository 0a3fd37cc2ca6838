"""The matrix of who may do what with which document, driven through every endpoint and every member of the cast."""

from collections.abc import Callable
from typing import Any

import pytest

from documents import permissions
from documents.models import Document
from organizations.models import Membership, Organization, User
from organizations.permissions import Person
from projects.models import Access, Collaborator
from tests.conftest import client_of, person
from tests.documents.factories import make_document_like, make_error, share

# `left` looks at a document of their own whose organization they have left; everybody else at the owner's document,
# which a project shares with viewer and editor. Who edits also views; who shares also edits (and deletes).
MATRIX = """
                        anonymous  owner  colleague  viewer  editor  outsider  left
public, success         view       share  share      view    view    view      view
public, readable        view       share  share      view    view    view      view
public, pending         -          share  share      view    view    -         view
public, nofile          -          share  share      view    view    -         view
public, error           -          share  share      view    view    -         view
organization, success   -          share  share      view    edit    -         share
organization, pending   -          share  share      view    edit    -         share
private, success        -          share  -          view    edit    -         share
private, pending        -          share  -          view    edit    -         share
private, nofile         -          share  -          view    edit    -         share
invisible, success      -          -      -          -       -       -         -
private, deleted        -          -      -          -       -       -         -
"""
HEAD, *ROWS = [line for line in MATRIX.splitlines() if line]
PEOPLE = HEAD.split()
STATES = {line[:24].strip(): dict(zip(PEOPLE, line[24:].split(), strict=True)) for line in ROWS}

# What each right makes of a request; for a refusal also the key of its body.
STATUS: dict[str, dict[str, int]] = {
    "-": {"get": 404, "pending": 404, "errors": 404, "patch": 404, "put": 404, "process": 404, "cancel": 404},
    "view": {"get": 200, "pending": 200, "errors": 403, "patch": 403, "put": 403, "process": 400, "cancel": 403},
    "edit": {"get": 200, "pending": 200, "errors": 200, "patch": 200, "put": 200, "process": 400, "cancel": 403},
    "share": {"get": 200, "pending": 200, "errors": 200, "patch": 200, "put": 200, "process": 400, "cancel": 200},
}
DELETED = {"-": 404, "view": 403, "edit": 403, "share": 204}


@pytest.fixture
def cast(anonymous: Any, owner: User, colleague: User, viewer: User, editor: User, outsider: User) -> dict[str, Any]:
    left = person("left", owner.organization)
    Membership.objects.filter(user=left, organization=owner.organization).delete()
    people = (anonymous, owner, colleague, viewer, editor, outsider, left)
    return dict(zip(PEOPLE, people, strict=True))


def document_for(name: str, state: str, cast: dict[str, Any]) -> Document:
    document = make_document_like(state, cast["left" if name == "left" else "owner"])
    project = share(document, (cast["viewer"], Access.VIEW), (cast["editor"], Access.EDIT))
    if name == "left":
        Collaborator.objects.filter(project=project, user=cast["left"]).delete()
    make_error(document)
    return document


@pytest.mark.parametrize("state", STATES)
def test_every_endpoint_keeps_to_the_matrix(state: str, cast: dict[str, Any]) -> None:
    for name, right in STATES[state].items():
        document = document_for(name, state, cast)
        drive(cast[name], document, right, f"{name}: {state}")


def drive(user: Person, document: Document, right: str, label: str) -> None:
    client, url = client_of(user), f"/api/documents/{document.pk}/"
    listed = client.get("/api/documents/", {"id__in": document.pk}).json()["results"]
    assert [row["id"] for row in listed] == ([] if right == "-" else [document.pk]), label
    if listed:
        assert listed[0]["edit_access"] is (right in ("edit", "share")), label
    requests: dict[str, Callable[[], Any]] = {
        "get": lambda: client.get(url),
        "pending": lambda: client.get(f"{url}pending/"),
        "errors": lambda: client.get(f"{url}errors/"),
        "patch": lambda: client.patch(url, {"source": "Somebody"}),
        "put": lambda: client.put(url, {"title": "New", "access": document.access}),
        "process": lambda: client.post(f"{url}process/"),
        "cancel": lambda: client.delete(f"{url}process/"),
    }
    for verb, request in requests.items():
        response = request()
        assert response.status_code == expected(verb, user, document, right), (label, verb, response.content)
        if verb == "process" and response.status_code == 400:
            assert (response.json()["code"] == "not_editable") is (right == "view"), (label, response.content)
    drive_many(client, document, right, label)
    response = client.delete(url)
    assert response.status_code == DELETED[right], (label, response.content)


def expected(verb: str, user: Person, document: Document, right: str) -> int:
    status = STATUS[right][verb]
    if user.is_anonymous and status == 400:
        return 403
    if verb == "put" and status == 200 and document.is_processing:
        return 400
    if verb == "cancel" and status == 200 and not document.is_processing:
        return 400
    return status


def drive_many(client: Any, document: Document, right: str, label: str) -> None:
    url = "/api/documents/"
    edits = right in ("edit", "share")
    status = client.patch(url, [{"id": document.pk, "source": "Else"}]).status_code
    assert status in ({200} if edits else {400, 403}), label
    response = client.post(f"{url}process/", [{"id": document.pk}])
    assert response.status_code in (400, 403), label
    if right == "edit":
        assert client.delete(f"{url}?id__in={document.pk}").status_code == 400, label


def test_a_membership_without_edit_access_shares_nothing(owner: User, viewer: User, editor: User) -> None:
    document = make_document_like("private, success", owner)
    share(document, (viewer, Access.VIEW), (editor, Access.ADMIN), edit_access=False)
    for user in (viewer, editor):
        assert client_of(user).get(f"/api/documents/{document.pk}/").status_code == 404


@pytest.mark.parametrize("state", STATES)
def test_the_rules_themselves_say_the_same(state: str, cast: dict[str, Any]) -> None:
    for name, right in STATES[state].items():
        document = document_for(name, state, cast)
        rows = Document.objects.filter(pk=document.pk)
        found = [rule for rule in ("view", "edit", "share") if rows.filter(getattr(permissions, rule)(cast[name]))]
        rights = ("-", "view", "edit", "share")
        assert found == list(rights[1 : rights.index(right) + 1]), (name, state)


def test_owners_hand_over_what_is_theirs_to_give(owner: User, colleague: User, newsroom: Organization) -> None:
    private, public = make_document_like("private, success", owner), make_document_like("public, success", owner)
    mine = Document.objects.filter(permissions.change_owner(owner))
    assert set(mine) == {private, public}
    assert not Document.objects.filter(permissions.change_owner(colleague)).exists()
    Membership.objects.filter(user=owner, organization=newsroom).delete()
    assert set(mine.all()) == {private}
