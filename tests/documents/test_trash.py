"""The trash: what was deleted comes back for those who might delete it, until its time is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from docplatform.lib import storage
from documents.actions import document as actions
from documents.actions import trash
from documents.actions.access import publish_due
from documents.actions.purge import purge
from documents.actions.verify.walk import walk
from documents.choices import JobKind, JobState
from documents.models import Document, Job, Note, Version
from documents.pipeline import holds, sweep
from documents.search import index
from organizations.models import Event, User
from projects.models import Access
from tests.conftest import client_of, person
from tests.documents.factories import add_version, make_document, make_job, share

DAY = timedelta(days=1)


def trashed(owner: User, **fields: Any) -> Document:
    document = make_document(owner, **fields)
    index.write(document)
    actions.delete([document.pk], actor=owner)
    document.refresh_from_db()
    return document


def age(document: Document, days: float) -> None:
    then = timezone.now() - days * DAY
    Document.objects.filter(pk=document.pk, trashed_at__isnull=False).update(trashed_at=then)
    Document.objects.filter(pk=document.pk).update(updated_at=then)


def ids(user: Any, url: str = "/api/trash/") -> list[int]:
    return [row["id"] for row in client_of(user).get(url).json()["results"]]


def test_the_trash_tells_who_when_and_until_when(owner: User, colleague: User) -> None:
    first = trashed(owner, access="organization", pages=["one"])
    second = make_document(owner, access="organization")
    assert client_of(colleague).delete(f"/api/documents/{second.pk}/").status_code == 204
    assert ids(owner) == ids(owner, "/api/trash/?version=1.0") == [second.pk, first.pk]
    row = client_of(owner).get(f"/api/trash/{first.pk}.json").json()
    assert (row["status"], row["page_count"], row["trashed_by"]) == ("success", 1, owner.pk)
    newest = client_of(owner).get("/api/trash/?fields=trashed_by,until").json()["results"][0]
    second.refresh_from_db()
    assert second.trashed_at
    assert newest == {
        "trashed_by": colleague.pk,
        "until": f"{(second.trashed_at + 30 * DAY).isoformat()[:-6]}Z",
    }


@pytest.mark.parametrize(
    ("access", "who"),
    [
        ("private", {"owner"}),
        ("organization", {"owner", "colleague"}),
        ("public", {"owner", "colleague"}),
        ("invisible", set()),
    ],
)
def test_only_those_who_might_delete_see_it_there(
    access: str, who: set[str], owner: User, colleague: User, editor: User, outsider: User, staff: User
) -> None:
    document = make_document(owner, access="private")
    share(document, (editor, Access.ADMIN))
    actions.delete([document.pk], actor=owner)
    Document.objects.filter(pk=document.pk).update(access=access)
    url = f"/api/trash/{document.pk}/"
    for user in (owner, colleague, editor, outsider, staff):
        sees = user.username in who
        assert ids(user) == ([document.pk] if sees else []), user
        assert client_of(user).get(url).status_code == (200 if sees else 404), user
        if not sees:
            assert client_of(user).post(f"{url}restore/").status_code == 404
            assert client_of(user).delete(url).status_code == 404
    for path in ("/api/trash/", url):
        assert client_of(AnonymousUser()).get(path).status_code in (401, 403)


def test_what_is_restored_is_where_it_was(owner: User, editor: User) -> None:
    document = make_document(owner, pages=["harbour"], title="Harbour")
    project = share(document, (editor, Access.EDIT))
    assert owner.organization
    Note.objects.create(document=document, user=owner, organization=owner.organization, title="Look", page_number=0)
    index.write(document)
    before = client_of(editor).get(f"/api/documents/{document.pk}/").json()
    actions.delete([document.pk], actor=owner)
    search = "/api/documents/search/?q=harbour"
    assert client_of(editor).get(search).json()["count"] == 0
    assert client_of(editor).get(f"/api/documents/?project={project.pk}").json()["results"] == []
    answer = client_of(owner).post(f"/api/trash/{document.pk}/restore/")
    assert (answer.status_code, answer.json()["status"]) == (200, "success")
    after = client_of(editor).get(f"/api/documents/{document.pk}/").json()
    assert after | {"updated_at": ""} == before | {"updated_at": ""}
    assert client_of(editor).get(search).json()["count"] == 1
    assert Note.objects.filter(document=document).count() == 1
    assert ids(owner) == []
    assert client_of(owner).post(f"/api/trash/{document.pk}/restore/").status_code == 404
    kinds = Event.objects.filter(target_id=document.pk, target_type="document").order_by("id")
    assert list(kinds.values_list("kind", "actor_id")) == [
        ("document.deleted", owner.pk),
        ("document.undeleted", owner.pk),
    ]


@pytest.mark.parametrize(
    ("status", "kind", "pages", "restored"),
    [
        ("success", None, ["one"], "success"),
        ("error", None, ["one"], "error"),
        ("nofile", None, [], "nofile"),
        ("nofile", JobKind.PROCESS, [], "error"),
        ("pending", JobKind.PROCESS, [], "error"),
        ("pending", JobKind.PROCESS, ["one"], "success"),
        ("pending", JobKind.REDACT, ["one"], "error"),
        ("success", JobKind.TEXT, ["one"], "success"),
    ],
)
def test_what_was_being_processed_is_stopped(
    owner: User, status: str, kind: JobKind | None, pages: list[str], restored: str
) -> None:
    document = make_document(owner, status=status, pages=pages)
    if kind:
        make_job(document, kind=kind)
    actions.delete([document.pk], actor=owner)
    assert not document.jobs.filter(state=JobState.ACTIVE).exists()
    body = client_of(owner).post(f"/api/trash/{document.pk}/restore/").json()
    assert body["status"] == restored
    assert ("presigned_url" in body) == (restored == "nofile")


def test_time_passes_the_trash_by(owner: User) -> None:
    document = trashed(owner, publish_at=timezone.now() - DAY, pages=["one"])
    assert publish_due() == 0
    client_of(owner).post(f"/api/trash/{document.pk}/restore/")
    assert publish_due() == 0
    document.refresh_from_db()
    assert (document.access, document.publish_at) == ("private", None)


def test_files_stay_until_the_time_is_over(owner: User, settings: Any) -> None:
    document = trashed(owner, pages=["one"])
    assert document.version
    storage.backend().put(document.version.pdf_key, b"%PDF-")
    age(document, 29.9)
    assert purge() == 0
    assert storage.backend().exists(document.version.pdf_key)
    age(document, 30.1)
    assert purge() == 1
    assert not storage.backend().exists(document.version.pdf_key)
    assert Event.objects.filter(kind="document.purged", target_id=document.pk).count() == 1
    settings.TRASH_DAYS = 0
    age(trashed(owner), 0.1)
    assert purge() == 1


def test_a_held_document_goes_to_the_trash_and_no_further(owner: User, staff: User) -> None:
    document = make_document(owner)
    trash.hold(document.pk, actor=staff)
    url = f"/api/documents/{document.pk}/"
    for refused in (f"{url}?purge=true", f"/api/documents/?id__in={document.pk}&purge=true"):
        answer = client_of(owner).delete(refused)
        assert (answer.status_code, answer.json()["code"]) == (409, "held")
    assert client_of(owner).delete(url).status_code == 204
    assert client_of(owner).delete(f"/api/trash/{document.pk}/").status_code == 409
    assert client_of(owner).get(f"/api/trash/{document.pk}/").json()["until"] is None
    age(document, 100)
    assert purge() == 0
    trash.hold(document.pk, actor=staff, is_held=False)
    assert purge() == 1
    kinds = Event.objects.filter(actor_id=staff.pk, target_type="document").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["document.held", "document.released"]


PAGES_GO = [
    ("post", "modifications/", [{"page": "0"}]),
    ("patch", "", {"pages": [{"page_number": 0, "text": "new"}]}),
    ("post", "process/", {"force_ocr": True}),
]


def test_a_hold_lets_nobody_throw_pages_or_files_away(owner: User, staff: User) -> None:
    document = make_document(owner, pages=["one", "two"], original_hash="0" * 64)
    url, client = f"/api/documents/{document.pk}/", client_of(owner)
    trash.hold(document.pk, actor=staff)
    answers = [getattr(client, method)(url + below, body) for method, below, body in PAGES_GO]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (409, {"error": holds.PAGES, "code": "held"})
    ] * 3
    many = client.post("/api/documents/process/", [{"id": document.pk}])
    assert (many.status_code, many.json()) == (409, [holds.PAGES])
    assert not Job.objects.exists() and Document.objects.get().status == "success"

    Document.objects.update(revision_control=True)
    for method, below, body in PAGES_GO:
        assert getattr(client, method)(url + below, body).status_code in (200, 201)
        Job.objects.all().delete()
        Document.objects.update(status="success")
    storage.backend().put(document.upload_key, b"another file")
    assert client.post(f"{url}process/", {}).json()["error"] == holds.NEW_FILE


def test_what_a_job_left_of_a_held_document_stays_until_the_hold_is_over(owner: User, staff: User) -> None:
    document = make_document(owner, pages=["old"])
    old = document.version_id
    add_version(document, ["new"])
    make_job(document, state=JobState.DONE, finished_at=timezone.now() - timedelta(hours=2))
    for is_held, is_kept in ((True, True), (False, False)):
        trash.hold(document.pk, actor=staff, is_held=is_held)
        sweep.finished_jobs()
        assert Version.objects.filter(pk=old).exists() is is_kept


def test_who_does_not_want_to_wait_need_not(owner: User) -> None:
    document, other = trashed(owner), make_document(owner)
    assert client_of(owner).delete(f"/api/trash/{document.pk}/").status_code == 204
    assert client_of(owner).delete(f"/api/documents/?id__in={other.pk}&purge=true").status_code == 204
    assert ids(owner) == []
    for gone in (document, other):
        assert client_of(owner).post(f"/api/trash/{gone.pk}/restore/").status_code == 404
        age(gone, 0.1)
    assert purge() == 2


def test_the_walk_looks_into_the_trash(owner: User, own_storage: None) -> None:
    document = trashed(owner, pages=["one"])
    found = {str(finding.kind) for finding in walk(quick=True, repair=True) if finding.document_id == document.pk}
    assert found == {"pdf", "text", "page", "page_text"}
    document.refresh_from_db()
    assert document.status == "deleted"


def test_strangers_with_the_same_bytes_learn_nothing_of_it(owner: User) -> None:
    mine = make_document(owner, original_hash="ab" * 32)
    trashed(owner, original_hash="ab" * 32)
    row = client_of(owner).get(f"/api/documents/{mine.pk}/?expand=duplicates").json()
    assert row["duplicates"] == []
    found = client_of(owner).get(f"/api/documents/?original_hash={'ab' * 32}").json()["results"]
    assert [document["id"] for document in found] == [mine.pk]


def test_a_list_costs_the_same_however_long(owner: User, django_assert_num_queries: Any) -> None:
    client = client_of(owner)
    for _ in range(3):
        trashed(owner)
    with django_assert_num_queries(1):
        client.get("/api/trash/")


def test_staff_restore_and_hold_by_buttons(owner: User, client: Any) -> None:
    root = person("root", is_staff=True)
    root.is_superuser = True
    root.save()
    client.force_login(root)
    document = trashed(owner)
    url = "/admin/documents/document/"
    assert str(document.pk) in client.get(f"{url}?trash=yes").content.decode()
    for action in ("hold_chosen", "restore_chosen", "release_chosen"):
        client.post(url, {"action": action, "_selected_action": [document.pk]})
    document.refresh_from_db()
    assert (document.status, document.is_held) == ("success", False)
    kinds = Event.objects.filter(actor_id=root.pk, target_type="document").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["document.held", "document.undeleted", "document.released"]
