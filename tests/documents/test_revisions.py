"""The states of a document under revision control: recorded, shown to editors, served to them, and gone back to."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from docplatform.lib import storage
from documents.actions import document as actions
from documents.actions import purge
from documents.choices import Access, JobKind, Status
from documents.models import Document, Note, Page, RedactionDraft, Revision, Version
from documents.pipeline import revisions, sandbox, versions
from organizations.models import Event, Plan, User
from projects.models import Access as Role
from tests.conftest import client_of
from tests.documents.factories import add_version, make_document, share
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file

pytestmark = pytest.mark.django_db
URL = "/api/documents/"


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    fake = FakeSteps()
    monkeypatch.setattr(sandbox, "run", fake)
    return fake


@pytest.fixture
def professional(owner: User) -> User:
    assert owner.organization
    owner.organization.plan = Plan.objects.create(name="Professional", feature_level=1)
    owner.organization.save()
    return owner


def shown(person: Any, document: Document, url: str = "") -> Any:
    return client_of(person).get(url or f"{URL}{document.pk}/", {"expand": "revisions"}).json()


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def comments(document: Document) -> list[str]:
    return list(Revision.objects.filter(document=document).order_by("number").values_list("comment", flat=True))


def switch(person: User, document: Document, *, on: bool) -> None:
    answer = client_of(person).patch(f"{URL}{document.pk}/", {"revision_control": on}, format="json")
    assert answer.status_code == 200, answer.json()


def restore(person: Any, document: Document, number: int) -> Any:
    return client_of(person).post(f"{URL}{document.pk}/revisions/{number}/restore/")


def two_states(owner: User, **fields: Any) -> Document:
    """A document whose first revision had one page, and whose second has two."""
    document = make_document(owner, pages=["first"], revision_control=True, **fields)
    for comment, pages in (("Enable", None), ("Modifying", ["first", "second"])):
        version = add_version(document, pages) if pages else document.version
        assert version
        revisions.add(document, version, user_id=owner.pk, comment=comment)
        storage.backend().put(version.pdf_key, f"PDF of {comment}".encode())
    return document


def test_what_is_done_to_a_document_is_recorded(professional: User, steps: FakeSteps) -> None:
    document = process_file(professional, b"2 0", extension="docx", revision_control=True)
    client_of(professional).post(f"{URL}{document.pk}/process/")
    drain()
    text = [{"page_number": 0, "text": "new"}]
    client_of(professional).patch(f"{URL}{document.pk}/", {"pages": text}, format="json")
    drain()
    switch(professional, document, on=False)
    client_of(professional).post(f"{URL}{document.pk}/process/")
    drain()
    switch(professional, document, on=True)
    assert comments(document) == ["Initial", "Processing", "Editing text", "Re-enable"]
    versions.drop_unread(document.pk)
    first = shown(professional, document)["revisions"][0]
    assert list(first) == ["version", "user", "created_at", "comment", "url"]
    assert (first["version"], first["user"], first["comment"]) == (1, professional.pk, "Initial")
    assert first["url"].endswith(f"/files/documents/{document.pk}/revisions/0001-{document.slug}.docx")
    assert [revision["version"] for revision in shown(professional, document)["revisions"]] == [1, 2, 3, 4]
    assert content(client_of(professional).get(first["url"])) == b"2 0"


def test_switched_on_later_it_keeps_the_state_that_is_there(professional: User) -> None:
    document, empty = make_document(professional, pages=["one"]), make_document(professional, status=Status.NOFILE)
    switch(professional, document, on=True)
    switch(professional, document, on=True)
    switch(professional, empty, on=True)
    assert (comments(document), comments(empty)) == (["Enable"], [])
    assert Revision.objects.get(document=document).version == document.version


def test_editors_of_one_document_see_them_and_nobody_else(owner: User, viewer: User, editor: User) -> None:
    document = two_states(owner)
    share(document, (viewer, Role.VIEW), (editor, Role.EDIT))
    assert [revision["comment"] for revision in shown(editor, document)["revisions"]] == ["Enable", "Modifying"]
    assert "revisions" not in shown(viewer, document)
    assert "revisions" not in shown(owner, document, URL)["results"][0]
    assert "revisions" not in client_of(owner).get(f"{URL}{document.pk}/").json()
    assert "revisions" in client_of(owner).get(f"{URL}{document.pk}/", {"expand": "~all"}).json()
    assert "revisions" not in client_of(owner).get(URL, {"expand": "~all"}).json()["results"][0]


def test_their_files_are_for_editors_even_of_published_documents(owner: User, outsider: User) -> None:
    document = two_states(owner, access=Access.PUBLIC)
    url = shown(owner, document)["revisions"][0]["url"]
    answer = client_of(owner).get(url)
    assert (answer.status_code, content(answer)) == (200, b"PDF of Enable")
    location = client_of(owner).get(url, HTTP_ACCEPT="application/json").json()["location"]
    assert "/public/" not in location
    path = f"documents/{document.pk}/revisions/0001-any.pdf"
    for person in (outsider, AnonymousUser()):
        assert client_of(person).get(f"/files/{path}").status_code == 404
    assert client_of(owner).get(f"/public/{path}").status_code == 404
    for name in ("0003-any.pdf", "0001-any.docx", "1-any.pdf", "0001.pdf"):
        assert client_of(owner).get(f"/files/documents/{document.pk}/revisions/{name}").status_code == 404


def test_an_earlier_state_comes_back_whole(owner: User) -> None:
    document = two_states(owner)
    latest = document.version
    note = Note.objects.create(
        document=document, user=owner, organization=owner.organization, page_number=1, title="On the second"
    )
    answer = restore(owner, document, 1)
    assert (answer.status_code, answer.json()["page_count"]) == (200, 1)
    assert answer.json()["page_spec"] == "612.00x792.00:0"
    document.refresh_from_db()
    assert document.version == Revision.objects.get(document=document, number=1).version
    assert comments(document) == ["Enable", "Modifying", "Restored revision 1"]
    assert Note.objects.filter(pk=note.pk).exists()
    assert Event.objects.get(kind="document.restored").data == {"revision": 1}
    versions.drop_unread(document.pk)
    assert restore(owner, document, 2).json()["page_count"] == 2
    document.refresh_from_db()
    assert document.version == latest


def test_restoring_loses_no_state_that_nobody_recorded(owner: User) -> None:
    document = two_states(owner)
    Document.objects.filter(pk=document.pk).update(revision_control=False)
    unrecorded = add_version(document, ["first", "second", "third"])
    restore(owner, document, 1)
    assert comments(document)[2:] == ["Before restoring", "Restored revision 1"]
    assert Revision.objects.get(document=document, number=3).version == unrecorded


def test_boxes_to_redact_are_looked_at_again(owner: User, colleague: User) -> None:
    document = two_states(owner)
    box = {"x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2, "reviewer": colleague, "reviewed_at": timezone.now()}
    for number in (0, 1):
        RedactionDraft.objects.create(document=document, user=owner, page_number=number, **box)
    restore(owner, document, 1)
    assert list(RedactionDraft.objects.values_list("page_number", "reviewer")) == [(0, None)]


def test_what_a_redaction_took_away_is_gone(owner: User) -> None:
    document = two_states(owner)
    Version.objects.get(revisions__number=1, document=document).delete()
    assert [revision["version"] for revision in shown(owner, document)["revisions"]] == [2]
    assert client_of(owner).get(f"/files/documents/{document.pk}/revisions/0001-x.pdf").status_code == 404
    assert restore(owner, document, 1).status_code == 404


def test_who_may_restore_what_and_when(owner: User, viewer: User, outsider: User) -> None:
    document = two_states(owner)
    share(document, (viewer, Role.VIEW))
    people = (viewer, outsider, AnonymousUser())
    assert [restore(person, document, 1).status_code for person in people] == [403, 404, 404]
    assert restore(owner, document, 3).status_code == 404
    Document.objects.filter(pk=document.pk).update(status=Status.PENDING)
    answer = restore(owner, document, 1)
    assert (answer.status_code, answer.json()["code"]) == (400, "processing")
    assert len(comments(document)) == 2


def test_a_purge_leaves_neither_revisions_nor_versions(owner: User, settings: Any) -> None:
    settings.PRESIGN_SECONDS = -3600
    document = two_states(owner)
    other = make_document(owner, pages=["corrected"])
    mine, theirs = Page.objects.filter(versions__document=document)[0], Page.objects.get(versions__document=other)
    Page.objects.filter(pk=theirs.pk).update(images=mine.images)
    storage.backend().put(f"pages/{mine.images}/large.gif", b"GIF")
    actions.delete([document.pk], actor=owner, is_final=True)
    purge.purge()
    assert not Document.objects.filter(pk=document.pk).exists()
    assert not Revision.objects.exists()
    assert not Version.objects.filter(document_id=document.pk).exists()
    assert storage.backend().exists(f"pages/{mine.images}/large.gif")


def test_the_comments_name_every_kind_of_job_that_makes_a_version() -> None:
    assert set(revisions.COMMENTS) == set(JobKind.values) - {JobKind.EXTRACT}
