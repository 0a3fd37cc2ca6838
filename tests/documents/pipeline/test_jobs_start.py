"""Starting, cancelling and watching the processing of documents."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import JobState, Status, StepState
from documents.models import Document, DocumentError, Job, Step
from documents.pipeline import claims
from organizations.models import Event, User
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file, upload_file


def start(*documents: Document, owner: User, options: Options | None = None) -> None:
    processing.start([(document, options or Options()) for document in documents], actor=owner)


@pytest.mark.django_db
def test_starting_makes_a_document_pending(owner: User) -> None:
    document = upload_file(owner, b"1 0")
    start(document, owner=owner, options=Options(force_ocr=True))
    document.refresh_from_db()
    job = Job.objects.get()
    assert document.status == Status.PENDING
    assert (job.state, job.force_ocr, job.ocr_engine, job.user) == (JobState.ACTIVE, True, "tess4", owner)
    assert Event.objects.filter(kind="document.started", target_id=document.pk, actor_id=owner.pk).exists()


@pytest.mark.django_db
def test_nothing_starts_without_a_file(owner: User) -> None:
    there, missing = upload_file(owner, b"1 0"), upload_file(owner, b"1 0")
    storage.backend().delete([missing.upload_key])
    with pytest.raises(Refused) as refusal:
        start(there, missing, owner=owner)
    assert refusal.value.code == "no_file"
    assert not Job.objects.exists()
    assert set(Document.objects.values_list("status", flat=True)) == {Status.NOFILE}


@pytest.mark.django_db
def test_nothing_starts_twice(owner: User) -> None:
    running, other = upload_file(owner, b"1 0"), upload_file(owner, b"1 0")
    start(running, owner=owner)
    with pytest.raises(Refused) as refusal:
        start(other, running, owner=owner)
    assert refusal.value.code == "processing"
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_document_is_named_once(owner: User) -> None:
    document = upload_file(owner, b"1 0")
    with pytest.raises(Refused) as refusal:
        start(document, document, owner=owner)
    assert refusal.value.code == "duplicated"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("extension", "size", "code"), [("pdf", 11, "too_large"), ("docx", 6, "too_large"), ("pdf", 0, "empty")]
)
def test_a_file_of_the_wrong_size_is_an_error_and_holds_up_nobody(
    owner: User, settings: pytest.FixtureRequest, extension: str, size: int, code: str
) -> None:
    settings.MAX_PDF_BYTES, settings.MAX_OTHER_BYTES = 10, 5  # type: ignore[attr-defined]
    wrong, right = upload_file(owner, b"x" * size, extension), upload_file(owner, b"1 0")
    start(wrong, right, owner=owner)
    wrong.refresh_from_db(), right.refresh_from_db()
    assert (wrong.status, right.status) == (Status.ERROR, Status.PENDING)
    assert DocumentError.objects.get().code == code


@pytest.mark.django_db
def test_an_upload_that_grew_after_the_start_is_refused_too(owner: User, steps: FakeSteps, settings: object) -> None:
    document = upload_file(owner, b"1 0")
    start(document, owner=owner)
    settings.MAX_PDF_BYTES = 2  # type: ignore[attr-defined]
    drain()
    document.refresh_from_db()
    assert document.status == Status.ERROR
    assert "MB" in DocumentError.objects.get().message


@pytest.mark.django_db
def test_after_an_error_the_document_can_be_processed_again(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"1 0")
    start(document, owner=owner)
    processing.cancel(document, actor=owner)
    document.refresh_from_db()
    assert (document.status, document.page_count) == (Status.ERROR, 0)
    start(document, owner=owner)
    drain()
    document.refresh_from_db()
    assert document.status == Status.SUCCESS
    assert list(DocumentError.objects.values_list("code", flat=True)) == ["cancelled"]


@pytest.mark.django_db
def test_cancelling_ends_the_job(owner: User) -> None:
    document = upload_file(owner, b"1 0")
    start(document, owner=owner)
    claim = claims.claim("fast", "test")
    assert claim
    processing.cancel(document, actor=owner)
    assert Job.objects.get().state == JobState.CANCELLED
    assert not claims.heartbeat(claim)
    assert document.status == Status.ERROR
    assert Event.objects.filter(kind="document.cancelled", actor_id=owner.pk).exists()


@pytest.mark.django_db
def test_only_what_is_being_processed_can_be_cancelled(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 0")
    with pytest.raises(Refused) as refusal:
        processing.cancel(document, actor=owner)
    assert refusal.value.code == "not_processing"
    document.refresh_from_db()
    assert document.status == Status.SUCCESS


@pytest.mark.django_db
def test_pending_speaks_of_the_documents_asked_for(owner: User, outsider: User) -> None:
    mine, other = upload_file(owner, b"1 0"), upload_file(outsider, b"1 0")
    start(mine, owner=owner)
    start(other, owner=outsider)
    assert processing.pending(Document.objects.filter(user=owner)) == [
        {"doc_id": mine.pk, "images": None, "texts": None, "text_positions": None, "pages": None}
    ]


@pytest.mark.django_db(transaction=True)
def test_of_many_starts_at_once_one_wins(owner: User) -> None:
    document = upload_file(owner, b"1 0")

    def attempt(_: int) -> str:
        try:
            start(document, owner=owner)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "started"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(attempt, range(8)))
    assert outcomes == ["processing"] * 7 + ["started"]
    assert Job.objects.count() == 1
    assert Step.objects.filter(state=StepState.READY).count() == 1
