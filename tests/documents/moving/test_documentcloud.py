"""`manage.py import_documentcloud`, against this very platform, which speaks the same API."""

import csv
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from docplatform.lib import http, storage
from docplatform.lib.http import Answer
from docplatform.management import labour
from docplatform.management.commands import import_documentcloud
from documents.actions.moving import remote
from documents.actions.moving.remote import Server
from documents.models import Document, Note, Section
from documents.search import index
from organizations.actions import people
from organizations.models import User
from projects.models import Project
from tests.documents.factories import share
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(
    live_server: Any, settings: Any, transactional_db: None, own_storage: None, monkeypatch: pytest.MonkeyPatch
) -> User:
    """Somebody with an account there, whose documents are wanted here."""
    settings.PUBLIC_URL = live_server.url
    settings.PUBLIC_ASSET_URL = f"{live_server.url}/public/"
    settings.ALLOWED_PRIVATE_HOSTS = ["localhost"]
    settings.RATE_PER_SECOND = 0
    monkeypatch.setattr(remote, "INTERVAL", 0)
    monkeypatch.setattr(labour.Labour, "wait", lambda self: drain())
    monkeypatch.setattr(import_documentcloud, "getpass", lambda prompt: PASSWORD)
    people.create_user(username="bob", email="bob@example.org")
    return people.create_user(username="ada", email="ada@example.org", password=PASSWORD)


def there(ada: User, **fields: Any) -> Document:
    """A document of one page; what readers get is a file that FakeSteps read again."""
    document = process_file(ada, b"1 0", **fields)
    assert document.version
    storage.backend().put(document.version.pdf_key, b"1 0")
    return document


def take(server: Any, **options: Any) -> tuple[list[dict[str, str]], str, int]:
    """The table, what is told, the exit code."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    address = f"{server.url}/api/"
    known = {"username": "ada", "base_uri": address, "auth_uri": address} | options
    try:
        call_command("import_documentcloud", user="bob", stdout=out, stderr=err, **known)
    except SystemExit as end:
        code = int(str(end.code))
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue(), code


def test_documents_come_with_notes_sections_data_and_projects(ada: User, live_server: Any, steps: FakeSteps) -> None:
    old = there(ada, title="Harbour", data={"year": ["1999"]}, access="private", source="Pier 9")
    other = there(ada, title="Elsewhere")
    box = {"x1": 0.1, "x2": 0.2, "y1": 0.3, "y2": 0.4}
    Note.objects.create(
        document=old, user=ada, organization=old.organization, page_number=0, title="Look", content="<b>!</b>", **box
    )
    Section.objects.create(document=old, page_number=0, title="Annex")
    project = share(old)
    with transaction.atomic():
        index.write(old)
    table, told, code = take(live_server, project=project.pk)
    new = Document.objects.get(user__username="bob")
    assert (told.splitlines()[-1], code) == ("1 documents are new, 0 were known, 0 failed.", 0)
    assert (new.title, new.data, new.source, new.access, new.status) == (
        *("Harbour", {"year": ["1999"]}, "Pier 9", "private", "success"),
    )
    assert list(new.notes.values_list("title", "content", "x1", "access")) == [("Look", "<b>!</b>", 0.1, "private")]
    assert list(new.sections.values_list("title", "page_number")) == [("Annex", 0)]
    assert list(Project.objects.filter(user=new.user).values_list("title", "memberships__document")) == [
        (project.title, new.pk)
    ]
    [row] = table
    assert row["old_id"] == str(old.pk)
    assert row["old_url"].startswith(f"{live_server.url}/documents/{old.pk}-")
    assert row["new_url"].startswith(f"{live_server.url}/documents/{new.pk}-")
    again, _, _ = take(live_server, ids=[old.pk, other.pk])
    assert [row["old_id"] for row in again] == [str(old.pk), str(other.pk)]
    assert Document.objects.filter(user__username="bob").count() == 2
    assert Note.objects.filter(document__user__username="bob").count() == 1


def test_what_is_public_needs_no_account(ada: User, live_server: Any, steps: FakeSteps) -> None:
    public, secret = there(ada, title="Harbour", access="public"), there(ada, title="Harbour")
    table, told, code = take(live_server, username="", ids=[public.pk, secret.pk], keep_access=True)
    assert [row["old_id"] for row in table] == [str(public.pk)]
    assert code == 1
    assert f"document {secret.pk}: The server localhost answered HTTP 404 Not Found." in told
    assert Document.objects.get(user__username="bob").access == "public"


def test_a_server_on_a_private_network_has_to_be_allowed(ada: User, live_server: Any, settings: Any) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = []
    with pytest.raises(CommandError, match="public internet"):
        take(live_server, query="harbour")


def test_the_server_is_not_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([Answer(429, None, 7.0), Answer(503, None), Answer(200, {"id": 1})])
    slept: list[float] = []
    monkeypatch.setattr(http, "fetch_json", lambda *args, **more: next(answers))
    monkeypatch.setattr(remote, "sleep", slept.append)
    assert Server("https://example.org/api/").get("https://example.org/api/x/") == {"id": 1}
    assert [seconds for seconds in slept if seconds > 1] == [7.0, 10.0]
    assert sum(0.2 < seconds <= 0.25 for seconds in slept) == 2


def test_secrets_go_to_their_own_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}

    def fetch(url: str, *, headers: Any, data: Any) -> Answer:
        sent[url] = headers
        return Answer(200, {"results": [], "next": "https://evil.example/api/"})

    monkeypatch.setattr(http, "fetch_json", fetch)
    server = Server("https://example.org/api/", token="secret")
    with pytest.raises(http.Failed, match="another address"):
        list(server.every("documents/"))
    server.get("https://evil.example/api/")
    assert [bool(headers) for headers in sent.values()] == [True, False]
