"""A job's way through its stages, and what readers see on the way."""

import json

import listcrunch
import pytest

from docplatform.lib import storage
from documents import paths, tasks
from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import JobState, Queue, Status, StepKind
from documents.models import Document, DocumentError, Job, Page, PageText, Step, Version
from documents.pipeline import claims, runner
from documents.pipeline.values import StepFailed
from organizations.models import Event, User
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file, upload_file

pytestmark = pytest.mark.django_db


def start(document: Document, owner: User, **options: bool) -> None:
    processing.start([(document, Options(**options))], actor=owner)


def one_step(queue: str = "fast") -> str:
    """Claim and run exactly one step."""
    claim = claims.claim(queue, "test")
    assert claim is not None
    return runner.run(claim, stopping=lambda: False, alive=lambda: None)


def test_a_document_goes_through_all_stages(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"40 10")
    assert document.status == Status.SUCCESS
    assert steps.kinds() == ["ingest", "pages", "pages", "ocr", "ocr", "finalize"]
    assert [work.pages for kind, work in steps.calls if kind == StepKind.OCR] == [[*range(30, 38)], [38, 39]]
    assert document.page_count == 40
    assert listcrunch.uncrunch(document.page_spec) == ["612.00x792.00"] * 40
    job = Job.objects.get(document=document)
    assert (job.state, job.left, job.images_left, job.texts_left) == (JobState.DONE, 0, 0, 0)
    assert Event.objects.filter(kind="document.processed", target_id=document.pk).count() == 1


def test_every_page_has_its_artefacts(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"3 1")
    files = storage.backend()
    entries = list(document.version.entries.order_by("number").select_related("page__text"))
    assert [entry.number for entry in entries] == [0, 1, 2]
    assert [entry.page.ocr for entry in entries] == [None, None, "tess4"]
    for entry in entries:
        assert files.read(paths.page_text(entry.page.words)).decode() == entry.page.text.body
        assert json.loads(files.read(paths.page_boxes(entry.page.words)))[0]["text"] == entry.page.text.body
        assert all(files.exists(paths.page_image(entry.page.images, size)) for size in paths.STORED_SIZES)


def test_the_whole_text_is_stored_in_both_forms(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"2 1", language="deu")
    key = document.version.pdf_key
    assert storage.backend().read(paths.full_text(key)) == b"text 0\n\nread 1"
    whole = json.loads(storage.backend().read(paths.json_text(key)))
    assert [list(page) for page in whole["pages"]] == [["page", "contents", "ocr", "lang", "updated"]] * 2
    assert whole["pages"][1] | {"updated": 0} == {
        "page": 1,
        "contents": "read 1",
        "ocr": "tess4",
        "lang": "deu",
        "updated": 0,
    }
    assert whole["updated"] > 1_700_000_000_000


def test_forced_ocr_reads_every_page(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"2 0", force_ocr=True)
    assert {entry.page.ocr for entry in document.version.entries.select_related("page")} == {"tess4_force"}
    assert [work.force for kind, work in steps.calls if kind == StepKind.OCR] == [True]


def test_what_waiting_clients_see_step_by_step(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"40 4")
    start(document, owner)
    seen = []
    for queue in ["fast", "fast", "fast", "bulk", "fast"]:
        document.refresh_from_db()
        [progress] = processing.pending(Document.objects.all())
        seen.append(
            (document.page_count, bool(document.page_spec), bool(document.file_hash), *list(progress.values())[1:])
        )
        assert document.status == Status.PENDING and document.version is None
        one_step(queue)
    document.refresh_from_db()
    assert seen == [
        (0, False, False, None, None, None, None),
        (40, False, False, 40, 40, 40, 40),
        (40, False, False, 8, 8, 8, 40),
        (40, True, True, 0, 4, 4, 40),
        (40, True, True, 0, 0, 0, 40),
    ]
    assert document.status == Status.SUCCESS
    assert processing.pending(Document.objects.all()) == []


def test_the_original_is_kept_by_its_hash_and_a_late_upload_changes_nothing(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"2 0 original")
    late = document.upload_key
    start(document, owner)
    drain()
    document.refresh_from_db()
    assert storage.backend().read(paths.original(document.pk, document.original_hash)) == b"2 0 original"
    storage.backend().put(late, b"9 0 late")
    start(document, owner)
    drain()
    document.refresh_from_db()
    assert document.page_count == 2


def test_processing_again_keeps_the_old_version_whole_until_the_switch(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"3 1")
    before = Document.objects.get(pk=document.pk)
    start(document, owner, force_ocr=True)
    for queue in ["fast", "fast", "bulk"]:
        one_step(queue)
        now = Document.objects.get(pk=document.pk)
        assert (now.version_id, now.page_count, now.file_hash) == (before.version_id, 3, before.file_hash)
        assert storage.backend().exists(now.version.pdf_key)
    one_step()
    now = Document.objects.get(pk=document.pk)
    assert now.version_id != before.version_id and now.status == Status.SUCCESS
    assert Version.objects.filter(document=document).count() == 2


def test_a_permanent_failure_ends_in_an_error_people_can_read(owner: User, steps: FakeSteps) -> None:
    def refuse(kind: StepKind, work: object) -> None:
        raise StepFailed("encrypted", "The file needs a password. Remove it and upload the file again.")

    steps.before = refuse
    document = process_file(owner, b"1 0")
    assert document.status == Status.ERROR
    error = DocumentError.objects.get(document=document)
    assert (error.code, error.message[:25]) == ("encrypted", "The file needs a password")
    assert Job.objects.get().state == JobState.FAILED
    assert Event.objects.filter(kind="document.failed", target_id=document.pk).exists()


def test_a_failure_while_processing_again_leaves_the_old_version(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"2 0")
    version = document.version_id

    def refuse(kind: StepKind, work: object) -> None:
        if kind == StepKind.FINALIZE:
            raise StepFailed("broken", "It broke.")

    steps.before = refuse
    start(document, owner)
    drain()
    document.refresh_from_db()
    assert (document.status, document.version_id, document.page_count) == (Status.ERROR, version, 2)
    steps.before = None
    start(document, owner)
    drain()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS and document.version_id != version
    assert DocumentError.objects.filter(document=document).count() == 1


def test_an_upload_that_vanished_is_an_error(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"1 0")
    start(document, owner)
    storage.backend().delete([document.upload_key])
    drain()
    assert DocumentError.objects.get(document=document).code == "no_file"


def test_nul_bytes_in_text_are_dropped(owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    read = FakeSteps._read
    monkeypatch.setattr(
        FakeSteps, "_read", lambda self, number, text, **more: read(self, number, text and "a\0b\ud800", **more)
    )
    document = process_file(owner, b"1 0")
    assert document.status == Status.SUCCESS
    assert PageText.objects.get(page__entries__version=document.version).body == "ab?"


def test_steps_belong_to_their_queues(owner: User, steps: FakeSteps) -> None:
    process_file(owner, b"9 9")
    assert set(Step.objects.values_list("kind", "queue")) == {
        ("ingest", "fast"),
        ("pages", "fast"),
        ("ocr", "bulk"),
        ("finalize", "fast"),
    }


def test_a_deleted_document_stays_deleted(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"1 0")
    start(document, owner)
    one_step(), one_step()
    Document.objects.filter(pk=document.pk).update(status=Status.DELETED)
    tasks.look(Queue.FAST)
    document.refresh_from_db()
    assert document.status == Status.DELETED
    assert Page.objects.count() == 1
