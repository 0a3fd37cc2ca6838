"""Redactions among other things that happen to the document: nothing brings back what they removed, or hinders them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from docplatform.lib import storage
from documents.choices import JobKind, Status, StepKind
from documents.models import Document, DocumentError, Job
from documents.pipeline import doomed, folders, sandbox, sweep, versions
from organizations.models import User
from projects.models import Access
from tests.conftest import client_of
from tests.documents.factories import make_document, share
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

BOX = {"page_number": 0, "x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2}


def send(user: Any, document: Document, query: str = "") -> Any:
    return client_of(user).post(f"/api/documents/{document.pk}/redactions/{query}", [BOX], format="json")


def redact(user: User, document: Document) -> None:
    """To its end, with what the commit starts, which never comes in a test's transaction."""
    assert send(user, document).status_code == 201
    drain()
    doomed.carry_out_all()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS


def failed_text_job(owner: User, document: Document, steps: FakeSteps) -> Job:
    """Somebody's new text, whose program died in every attempt."""

    def crash(kind: StepKind, work: Any) -> None:
        if kind == StepKind.TEXT:
            raise sandbox.Crashed("killed")

    steps.before = crash
    word = {"text": "Smith", "x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2}
    pages = [{"page_number": 0, "text": "Smith", "positions": [word]}]
    client_of(owner).patch(f"/api/documents/{document.pk}/", {"pages": pages}, format="json")
    drain()
    steps.before = None
    return Job.objects.get(kind=JobKind.TEXT)


def test_what_a_text_that_failed_left_behind_goes_whenever_it_is_stored(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"2 0")
    job = failed_text_job(owner, document, steps)
    [key, *_] = (key for key in sweep.lost_keys(job) if key.endswith(".txt"))
    storage.backend().put(key, b"Smith")
    redact(owner, document)
    assert not storage.backend().exists(key)
    storage.backend().put(key, b"Smith")  # by a worker that did not know yet
    Job.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    assert sweep.finished_jobs() == 3
    assert not storage.backend().exists(key)
    redact(owner, document)


def test_a_copy_does_not_bring_back_what_was_redacted_meanwhile(owner: User, steps: FakeSteps) -> None:
    source = process_file(owner, b"2 0")

    def redact_the_source(kind: StepKind, work: Any) -> None:
        if kind == StepKind.FINALIZE:
            assert source.version
            Document.objects.filter(pk=source.pk).update(version=versions.derive(source.version, without=[0, 1]))
            versions.drop_unread(source.pk)

    steps.before = redact_the_source
    copy = Document.objects.get(pk=send(owner, source, "?as_copy=true").json()[0]["document"])
    drain()
    copy.refresh_from_db()
    assert (copy.status, copy.version) == (Status.ERROR, None)
    assert DocumentError.objects.get(document=copy).code == "source_gone"


def test_stored_files_go_before_their_copies_on_this_host(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    document = process_file(owner, b"1 0")
    assert document.version
    old, forget, seen = document.version.pdf_key, folders.forget, []

    def look(key: str) -> None:
        seen.append((key, storage.backend().exists(key)))
        forget(key)

    monkeypatch.setattr(folders, "forget", look)
    path = Path(folders.shared(old))
    with django_capture_on_commit_callbacks(execute=True):
        assert send(owner, document).status_code == 201
        drain()
    assert (old, False) in seen and not any(is_there for _, is_there in seen)
    assert not path.exists()


@pytest.mark.parametrize("query", ["", "?as_copy=true"])
def test_where_redactions_need_a_review_nobody_goes_without(
    owner: User, viewer: User, editor: User, outsider: User, settings: Any, query: str
) -> None:
    settings.REDACTION_NEEDS_REVIEW = True
    document = make_document(owner, pages=["The mayor"])
    share(document, (viewer, Access.VIEW), (editor, Access.EDIT))
    for person, status in ((owner, 403), (editor, 403), (viewer, 403), (outsider, 404)):
        assert send(person, document, query).status_code == status, person
    assert "second person" in send(owner, document, query).json()["detail"]
    assert not Job.objects.exists() and Document.objects.count() == 1
