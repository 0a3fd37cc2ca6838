"""What a person may not see reads as if it were not there: each line of the tables asks for the same by an id that is
hidden and by one of nothing, in every way that takes an id, and expects the words that nothing gets."""

import json
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from documents.actions import document as documents
from documents.models import Document
from documents.search import index
from organizations.models import Membership, Organization, User
from projects.models import Project, ProjectDocument
from tests.conftest import client_of
from tests.documents.factories import make_document, make_project

pytestmark = pytest.mark.no_cover  # hundreds of requests, whose every line has tests of its own
NOTHING = 987_654_321  # the id of nothing at all
HIDDEN = 876_543_210  # ids that stand nowhere else in an answer


def indexed(user: User, **fields: Any) -> Document:
    document = make_document(user, **fields)
    with transaction.atomic():
        index.write(document)
    return document


DOCUMENT_PROBES = """
GET    /api/documents/{}/
GET    /api/documents/{}/?expand=user,organization,notes,projects
OPTIONS /api/documents/{}/
PATCH  /api/documents/{}/                       {"title": "x"}
DELETE /api/documents/{}/?purge=true
GET    /api/documents/{}/search/?q=harbour
GET    /api/documents/{}/notes/
POST   /api/documents/{}/notes/                 {"title": "x", "page_number": 0}
GET    /api/documents/{}/sections.json
GET    /api/documents/{}/data/
PUT    /api/documents/{}/data/key/              {"values": ["x"]}
GET    /api/documents/{}/errors/
GET    /api/documents/{}/entities/
GET    /api/documents/{}/pending/
GET    /api/documents/{}/redaction_drafts/
POST   /api/documents/{}/process/
DELETE /api/documents/{}/process/
POST   /api/documents/{}/redactions/            [{"page_number": 0}]
POST   /api/documents/{}/revisions/1/restore/
GET    /api/documents/?id__in={}
GET    /api/documents/?id__in={}&version=1.0&ordering=title
PATCH  /api/documents/                          [{"id": {}, "title": "x"}]
DELETE /api/documents/?id__in={}
POST   /api/documents/process/                  [{"id": {}}]
POST   /api/documents/MINE/modifications/       [{"id": {}, "page": "0"}]
GET    /api/documents/search/?q=id:{}
GET    /api/documents/search/?id={}&version=1.0
GET    /api/projects/?document={}
POST   /api/projects/OURS/documents/            {"document": {}}
PATCH  /api/projects/OURS/documents/            [{"document": {}}]
PUT    /api/projects/OURS/documents/            [{"document": {}}]
DELETE /api/projects/OURS/documents/?document_id__in={}
GET    /api/projects/OURS/documents/{}/
POST   /api/bulk/  {"ids": [{}], "action": "access", "options": {"access": "private"}, "dry_run": true}
POST   /api/bulk/  {"ids": [{}], "action": "delete", "options": {"purge": true}, "dry_run": true}
POST   /api/bulk/  {"ids": [{}], "action": "projects", "options": {"add": [OURS]}, "dry_run": true}
GET    /api/download/?kind=csv&ids={}
GET    /api/oembed/?url=http://127.0.0.1:8000/documents/{}-x/
GET    /files/documents/{}/x.pdf
GET    /public/documents/{}/x.pdf
GET    /documents/{}-x/
"""
TRASH_PROBES = """
GET    /api/trash/{}/
POST   /api/trash/{}/restore/
DELETE /api/trash/{}/
POST   /api/bulk/  {"ids": [{}], "action": "restore", "dry_run": true}
"""
PROJECT_PROBES = """
GET    /api/projects/{}/
PATCH  /api/projects/{}/                        {"pinned": true}
GET    /api/projects/{}/documents/
GET    /api/projects/{}/users/
POST   /api/projects/{}/users/                  {"email": "owner@example.org"}
POST   /api/projects/{}/invitations/            {"email": "owner@example.org"}
GET    /api/projects/?id__in={}
GET    /api/documents/?project={}
GET    /api/documents/search/?project={}
GET    /api/documents/search/?q=project:{}
GET    /api/documents/search/?q=-project:{}
GET    /api/users/?project={}
POST   /api/documents/                          {"title": "x", "projects": [{}]}
POST   /api/bulk/  {"ids": [MINE], "action": "projects", "options": {"add": [{}]}, "dry_run": true}
POST   /api/bulk/  {"ids": [MINE], "action": "projects", "options": {"remove": [{}]}, "dry_run": true}
"""
ORGANIZATION_PROBES = """
GET    /api/organizations/{}/
GET    /api/organizations/?id__in={}
GET    /api/organizations/{}/members/
GET    /api/organizations/{}/invitations/
POST   /api/organizations/{}/invitations/       {"email": "owner@example.org"}
POST   /api/organizations/{}/ai_credits/        {"ai_credits": 0}
GET    /api/documents/?organization={}
GET    /api/users/?organization={}
PATCH  /api/users/me/                           {"organization": {}}
PATCH  /api/documents/MINE/                     {"organization": {}}
"""
PERSON_PROBES = """
GET    /api/users/{}/
PATCH  /api/users/{}/                           {"organization": 1}
POST   /api/users/{}/deactivate/                {"hand_over_to": null}
POST   /api/users/{}/reactivate/
GET    /api/users/?id__in={}
GET    /api/documents/?user={}
GET    /api/projects/?user={}
PATCH  /api/documents/MINE/                     {"user": {}}
"""


def answer_to(client: APIClient, line: str, pk: int, places: dict[str, int]) -> tuple[int, str]:
    """The status, and what was said, without the id that was asked for."""
    for name, value in places.items():
        line = line.replace(name, str(value))
    method, path, *body = line.replace("{}", str(pk)).split(maxsplit=2)
    point = transaction.savepoint()
    response: Any = client.generic(method, path, body[0] if body else "", "application/json")
    said = b"".join(response.streaming_content) if response.streaming else response.content
    transaction.savepoint_rollback(point)
    return response.status_code, said.decode().replace(str(pk), "ID")


def unlike(client: APIClient, probes: str, hidden: int, places: dict[str, int]) -> list[Any]:
    """Lines that are answered otherwise for the hidden thing than for nothing."""
    found = []
    for line in probes.strip().splitlines():
        there, absent = (answer_to(client, line, pk, places) for pk in (hidden, NOTHING))
        found += [] if there == absent and there[0] < 500 else [(line, there, absent)]
    return found


def places_of(user: User) -> dict[str, int]:
    return {"MINE": indexed(user, pages=["one"]).pk, "OURS": make_project(user).pk}


def test_hidden_things_read_as_if_they_were_not_there(owner: User, outsider: User) -> None:
    hidden_place = Organization.objects.create(pk=HIDDEN + 2, name="Hidden", slug="hidden", private=True)
    Membership.objects.create(user=owner, organization=hidden_place)
    private = indexed(owner, pk=HIDDEN, title="harbour", pages=["harbour"])
    project = Project.objects.create(pk=HIDDEN + 3, user=owner, title="Town hall", private=True)
    ProjectDocument.objects.create(project=project, document=private, edit_access=True)
    index.write(private)
    gone = indexed(owner, pk=HIDDEN + 1, title="harbour", access="public", pages=["harbour"])
    with transaction.atomic():
        documents.delete([gone.pk], actor=owner)
    nobody = User.objects.create(pk=HIDDEN + 4, username="nobody", email="nobody@example.org")
    client, places = client_of(outsider), places_of(outsider)
    wrong = [
        *unlike(client, DOCUMENT_PROBES + TRASH_PROBES.lstrip(), private.pk, places),
        *unlike(client, DOCUMENT_PROBES + TRASH_PROBES.lstrip(), gone.pk, places),
        *unlike(client, PROJECT_PROBES, project.pk, places),
        *unlike(client, ORGANIZATION_PROBES, hidden_place.pk, places),
        *unlike(client, PERSON_PROBES, nobody.pk, places),
    ]
    assert wrong == [], "\n".join(map(str, wrong))


def test_what_lies_in_the_trash_is_nowhere_else_even_for_its_owner(owner: User) -> None:
    places = places_of(owner)
    gone = indexed(owner, pk=HIDDEN, title="harbour", pages=["harbour"])
    ProjectDocument.objects.create(project_id=places["OURS"], document=gone, edit_access=True)
    with transaction.atomic():
        index.write(gone)
        documents.delete([gone.pk], actor=owner)
    client = client_of(owner)
    wrong = unlike(client, DOCUMENT_PROBES, gone.pk, places)
    assert wrong == [], "\n".join(map(str, wrong))
    assert client.get(f"/api/projects/{places['OURS']}/documents/").json()["count"] == 0
    assert client.get("/api/documents/search/?q=harbour").json()["count"] == 0


def test_lines_of_a_table_are_refused_alike_for_what_is_hidden_and_for_nothing(owner: User, outsider: User) -> None:
    private, gone = make_document(owner), make_document(outsider)
    documents.delete([gone.pk], actor=outsider)
    said = set()
    for pk in (private.pk, gone.pk, NOTHING):
        answer = client_of(outsider).generic("POST", "/api/documents/data/import/", f"id,k\n{pk},v\n", "text/csv")
        said.add((answer.status_code, json.dumps(answer.json()).replace(str(pk), "ID")))
    assert len(said) == 1 and said.pop()[0] == 400
