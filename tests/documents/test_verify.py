"""`manage.py verify`: whatever is damaged is named, what can be put right is, and then nothing is left to say."""

import io
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from docplatform.lib import storage
from docplatform.lib.storage.local import LocalStorage
from docplatform.lib.storage.s3 import S3Storage
from documents import paths
from documents.actions import document as documents
from documents.choices import JobKind, JobState
from documents.models import Document, Doomed, Job, Page, PageText, SearchDoc, Step, Version, VersionPage
from organizations.models import User
from tests.conftest import client_of
from tests.documents.factories import make_document, make_job
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file
from tests.documents.uploads import born_digital

DAYS = 2 * 24 * 3600


@pytest.fixture(autouse=True)
def files(tmp_path: Any, settings: LazySettings) -> Any:
    settings.DATA_DIR = tmp_path
    storage.backend.cache_clear()
    yield storage.backend()
    storage.backend.cache_clear()


@pytest.fixture
def document(owner: User, monkeypatch: pytest.MonkeyPatch, files: LocalStorage) -> Document:
    """Three pages, the last of which was a scan."""
    monkeypatch.setattr("documents.pipeline.sandbox.run", FakeSteps())
    return process_file(owner, b"3 1")


def verify(*flags: str) -> list[tuple[str, ...]]:
    """The lines: document, kind, outcome. The exit code must agree with them."""
    out, code = io.StringIO(), 0
    try:
        call_command("verify", *flags, stdout=out, stderr=io.StringIO())
    except SystemExit as exit_:
        code = int(str(exit_.code))
    lines = [tuple(line.split("\t")[:3]) for line in out.getvalue().splitlines()]
    assert code == int(any(line[2] != "repaired" for line in lines)), out.getvalue()
    return lines


def age(*keys: str) -> None:
    """These files were written two days ago."""
    local = storage.backend()
    assert isinstance(local, LocalStorage)
    for key in keys:
        os.utime(local.path(key), (time.time() - DAYS,) * 2)


def version(document: Document) -> Version:
    assert document.version
    return document.version


def page(document: Document, number: int = 0) -> Page:
    return version(document).entries.get(number=number).page


def words(document: Document, number: int = 0) -> uuid.UUID:
    folder = page(document, number).words
    assert folder
    return folder


def lose(key: str) -> None:
    storage.backend().delete([key])


def put(key: str, content: bytes = b"damaged") -> None:
    storage.backend().put(key, content)


def raw(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


Damage = Callable[[Document], object]
MADE_ANEW: list[tuple[str, Damage]] = [
    ("pdf", lambda d: lose(version(d).pdf_key)),
    ("pdf", lambda d: put(version(d).pdf_key)),
    ("pdf", lambda d: put(version(d).pdf_key, b"")),
    ("text", lambda d: lose(paths.full_text(version(d).pdf_key))),
    ("page", lambda d: lose(paths.page_image(page(d).images, "small"))),
    ("page", lambda d: put(paths.page_image(page(d, 2).images, "large"), b"")),
    ("page", lambda d: lose(paths.page_boxes(words(d)))),
    ("page", lambda d: lose(paths.page_text(words(d)))),
    ("page_text", lambda d: put(paths.page_text(words(d)))),
    ("page_text", lambda d: PageText.objects.filter(page=page(d)).delete()),
    ("pages", lambda d: VersionPage.objects.filter(version=version(d), number=1).delete()),
]
PUT_RIGHT: list[tuple[str, Damage]] = [
    ("facts", lambda d: Document.objects.filter(pk=d.pk).update(file_hash="f" * 40)),
    ("index", lambda d: SearchDoc.objects.filter(pk=d.pk).delete()),
    ("index", lambda d: SearchDoc.objects.filter(pk=d.pk).update(title="Another")),
    ("index", lambda d: raw("UPDATE documents_searchdoc SET terms = terms || 'zebra'::tsvector")),
    (
        "page_index",
        lambda d: raw("UPDATE documents_pagetext SET tsv = 'zebra'::tsvector WHERE page_id = %s", page(d).pk),
    ),
    ("status", lambda d: Document.objects.filter(pk=d.pk).update(status="pending")),
]


def test_a_sound_library_has_nothing_to_say(document: Document, owner: User) -> None:
    make_document(owner, status="nofile")
    SearchDoc.objects.exclude(pk=document.pk).delete()
    assert [line[1] for line in verify("--repair")] == ["index"]  # the factory writes none
    assert verify() == verify("--quick") == verify("--repair") == []


@pytest.mark.parametrize(("kind", "damage"), MADE_ANEW)
def test_what_can_be_read_again_is(document: Document, kind: str, damage: Damage) -> None:
    damage(document)
    name = str(document.pk)
    found = verify()
    assert (name, kind, "left") in found and {line[2] for line in found} == {"left"}
    assert (name, kind, "processing") in verify("--repair")
    assert Job.objects.filter(state=JobState.ACTIVE).count() == 1
    assert {line[2] for line in verify("--repair")} <= {"left"}  # the job is at work
    drain()
    assert verify() == []


@pytest.mark.parametrize(("kind", "damage"), PUT_RIGHT)
def test_what_rows_know_is_put_right_at_once(document: Document, kind: str, damage: Damage) -> None:
    damage(document)
    assert (str(document.pk), kind, "left") in verify()
    assert (str(document.pk), kind, "repaired") in verify("--repair")
    assert verify() == []


def test_a_document_without_pages_is_read_again(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(version=None)
    assert (str(document.pk), "no_version", "processing") in verify("--repair")
    drain()
    assert verify() == []


@pytest.mark.parametrize("damage", [lose, put])
def test_a_damaged_original_cannot_be_repaired(document: Document, damage: Callable[[str], None]) -> None:
    damage(paths.original(document.pk, document.original_hash))
    lose(version(document).pdf_key)
    lines = verify("--repair")
    assert {line[1:] for line in lines} == {("original", "left"), ("pdf", "left")}
    assert not Job.objects.filter(state=JobState.ACTIVE).exists()


def test_hashes_are_believed_when_it_has_to_be_quick(document: Document) -> None:
    put(version(document).pdf_key)
    assert verify("--quick") == []


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        ([JobKind.MODIFY], "left"),
        ([JobKind.TEXT], "left"),
        ([JobKind.TEXT, JobKind.REDACT], "left"),
        ([JobKind.REDACT], "processing"),
        ([JobKind.MODIFY, JobKind.PROCESS], "processing"),
    ],
)
def test_what_people_did_to_a_document_is_not_undone(document: Document, kinds: list[JobKind], outcome: str) -> None:
    for kind in kinds:
        make_job(document, kind=kind, state=JobState.DONE, version=version(document), swept=True)
    lose(version(document).pdf_key)
    assert verify("--repair") == [(str(document.pk), "pdf", outcome)]


def test_an_upload_that_waits_is_not_processed_instead(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(upload_key=(key := paths.new_upload(document.pk)))
    put(key)
    lose(version(document).pdf_key)
    assert verify("--repair") == [(str(document.pk), "pdf", "left")]


@pytest.mark.parametrize(("state", "outcome"), [(JobState.FAILED, "left"), (JobState.DONE, "processing")])
def test_what_was_to_be_redacted_and_was_not_stays_hidden(document: Document, state: JobState, outcome: str) -> None:
    make_job(document, kind=JobKind.REDACT, state=state, version=version(document), swept=True)
    Document.objects.filter(pk=document.pk).update(status="error")
    lose(version(document).pdf_key)
    assert (str(document.pk), "pdf", outcome) in verify("--repair")


def test_jobs_that_wait_for_nothing_end(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(status="pending")
    make_job(document)
    assert verify() == [(str(document.pk), "job", "left")]
    assert (str(document.pk), "job", "repaired") in verify("--repair")
    document.refresh_from_db()
    assert (document.status, document.errors.count()) == ("error", 1)
    assert verify() == []


def test_a_job_that_its_document_does_not_know_ends(document: Document, owner: User) -> None:
    job = make_job(document)
    Step.objects.create(job=job, user=owner, kind="ingest", queue="fast", idx=0, vt=0, run_after=timezone.now())
    assert [line[1:] for line in verify("--repair")] == [("job", "repaired")]
    assert verify() == []


def test_orphans_are_found_and_removed(document: Document, owner: User) -> None:
    old = [
        "pages/not-a-page/large.gif",
        f"pages/{uuid.uuid4()}/page.txt",
        f"documents/{document.pk}/original/{'0' * 64}",
        f"documents/{document.pk}/versions/0-{uuid.uuid4()}/document.pdf",
        "documents/999999/original/0",
        f"uploads/{document.pk}/{uuid.uuid4()}",
        "work/999999/a.pdf",
    ]
    for key in [*old, (young := "work/999998/b.pdf")]:
        put(key)
    Job.objects.update(swept=True)
    age(*old)
    waiting = make_document(owner, status="nofile")
    documents.delete([waiting.pk], actor=owner)
    put(waiting.upload_key)
    age(waiting.upload_key)
    assert [line[1:] for line in verify()] == [("orphan", "left")] * len(old)
    assert [line[1:] for line in verify("--repair")] == [("orphan", "repaired")] * len(old)
    assert verify() == []
    assert [storage.backend().exists(key) for key in (*old, young, waiting.upload_key)] == [False] * 7 + [True] * 2


def test_files_of_running_jobs_are_no_orphans(document: Document) -> None:
    job = make_job(document, swept=False, state=JobState.FAILED)
    keys = [paths.work(job.pk, "a.pdf"), paths.new_upload(document.pk), f"documents/{document.pk}/versions/9-x/a"]
    for key in keys:
        put(key)
    age(*keys)
    assert verify() == []


def test_doomed_files_that_are_still_there_go(document: Document) -> None:
    put("pages/gone/large.gif")
    Doomed.objects.create(key="pages/gone/large.gif")
    age("pages/gone/large.gif")
    assert verify() == []
    raw("UPDATE documents_doomed SET created_at = created_at - interval '2 days'")
    assert verify() == [("-", "doomed", "left")]
    assert verify("--repair") == [("-", "doomed", "repaired")]
    assert not storage.backend().exists("pages/gone/large.gif") and not Doomed.objects.exists()


def test_the_index_forgets_deleted_documents(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(status="deleted")
    assert verify("--repair") == [(str(document.pk), "index", "repaired")]
    assert verify() == []


def test_files_in_s3_are_walked_too(owner: User, monkeypatch: pytest.MonkeyPatch, s3: S3Storage) -> None:
    monkeypatch.setattr("documents.pipeline.sandbox.run", FakeSteps())
    document = process_file(owner, b"2 0")
    assert verify() == []
    lose(paths.page_image(page(document).images, "small"))
    assert verify("--quick") == [(str(document.pk), "page", "left")]
    listed = list(s3.listing("pages"))
    assert len(listed) == 2 * 6 - 1 and all(item.size > 0 for item in listed)


@pytest.mark.slow
def test_whatever_jobs_leave_behind_is_sound(owner: User) -> None:
    document = process_file(owner, born_digital(5, 2))
    client, url = client_of(owner), f"/api/documents/{document.pk}/"
    box = {"page_number": 0, "x1": 0.1, "x2": 0.5, "y1": 0.1, "y2": 0.2}
    assert client.post(f"{url}redactions/", [box]).status_code == 201
    drain()
    turned = [{"page": "1", "modifications": [{"type": "rotate", "angle": "cc"}]}, {"page": "0"}]
    assert client.post(f"{url}modifications/", turned).status_code == 201
    drain()
    document.refresh_from_db()
    assert (document.status, document.page_count) == ("success", 2)
    assert verify() == []
