"""Rights are judged once the row is held: what was revoked while a write waited counts."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.exceptions import PermissionDenied

from documents.models import Document, Note, Section
from organizations.models import Membership, User
from projects.actions import project as projects
from projects.models import Access, Collaborator, Project
from tests.conftest import client_of
from tests.documents.factories import make_document

Revoke = Callable[[], object]


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def _ask(user: User, method: str, url: str, body: Any) -> int:
    try:
        return int(getattr(client_of(user), method)(url, body).status_code)
    finally:
        connection.close()


def _meanwhile(row: Document | Project, revoke: Revoke, user: User, requests: list[tuple[str, str, Any]]) -> list[int]:
    """What each of the requests gets that begin before the right is revoked, and reach the row after that."""
    with ThreadPoolExecutor(len(requests)) as pool:
        with transaction.atomic():
            type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
            answers = [pool.submit(_ask, user, *request) for request in requests]
            deadline = time.monotonic() + 10
            while not _waits_for_a_lock() and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(0.3)  # the others come to the row too
            revoke()
        return [answer.result(timeout=20) for answer in answers]


@pytest.mark.django_db(transaction=True)
def test_what_is_revoked_while_a_write_waits_is_refused(owner: User, colleague: User, editor: User) -> None:
    document = make_document(owner, pages=["one"], access="organization")
    Section.objects.create(document=document, page_number=0, title="s")
    fields = {"user": owner, "organization": owner.organization, "access": "organization"}
    note = Note.objects.create(document=document, title="n", page_number=0, **fields)
    url = f"/api/documents/{document.pk}/"
    writes = [
        ("patch", url, {"title": "mine"}),
        ("delete", url, None),
        ("patch", f"{url}notes/{note.pk}/", {"title": "mine"}),
        ("put", f"{url}data/key/", {"values": ["mine"]}),
        ("delete", f"{url}sections/{document.sections.get().pk}/", None),
        ("patch", "/api/documents/", [{"id": document.pk, "title": "mine"}]),
        ("delete", f"/api/documents/?id__in={document.pk}", None),
    ]
    leave = Membership.objects.filter(user=colleague).delete
    assert _meanwhile(document, leave, colleague, writes) == [404, 404, 404, 404, 404, 400, 400]
    now = Document.objects.get()
    assert (now.title, now.status, now.data) == (document.title, "success", document.data)
    assert (Note.objects.get().title, Section.objects.count()) == ("n", 1)

    project = projects.create(user=owner, title="p")
    projects.add_collaborator(project, user=editor, access=Access.ADMIN, actor=owner)
    lose = Collaborator.objects.filter(user=editor).update
    writes = [
        ("patch", f"/api/projects/{project.pk}/", {"title": "mine"}),
        ("delete", f"/api/projects/{project.pk}/", None),
        ("post", f"/api/projects/{project.pk}/users/", {"email": owner.email}),
    ]
    assert _meanwhile(project, lambda: lose(access=Access.VIEW), editor, writes) == [403, 403, 403]
    assert Project.objects.get().title == "p"


@pytest.mark.django_db
def test_what_is_refused_leaves_nothing_behind(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document = make_document(owner)
    monkeypatch.setattr("documents.views.document.DocumentView.written", _refuse)
    assert client_of(owner).patch(f"/api/documents/{document.pk}/", {"title": "newer"}).status_code == 403
    assert Document.objects.get().title == document.title


def _refuse(*_: object) -> None:
    raise PermissionDenied
