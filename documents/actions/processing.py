"""Starting and stopping the processing of documents, and telling people how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from documents.choices import JobState, OcrEngine, Status, StepKind, StepState
from documents.models import Document, Job, Step
from documents.pipeline import jobs
from documents.pipeline.stages.ingest import check_size
from documents.pipeline.values import StepFailed
from documents.search import index
from organizations import events
from organizations.models import User


@dataclass(frozen=True)
class Options:
    """How a document is processed."""

    force_ocr: bool = False
    ocr_engine: str = OcrEngine.TESSERACT


PROCESSING = "This document is being processed already. Wait until that is over, or cancel it."
NO_FILE = "Upload the file first, then process the document."
UNCHANGED = "The change was cancelled. The document is as it was before."
CANCELLED = "Processing was cancelled. Process the document again when you want to go on."


def start(documents: Sequence[tuple[Document, Options]], *, actor: User) -> None:
    """Begin to process all of the documents, or none of them. Each uses its new upload, or the file it has.

    A file over the limit starts nothing: its document gets an error, and the others are not held up by it.
    """
    sizes = {document.pk: _upload_size(document) for document, _ in documents}
    try:
        with transaction.atomic():
            fresh = _lock([document for document, _ in documents])
            for document, options in documents:
                _start(fresh[document.pk], options, sizes[document.pk], actor)
    except IntegrityError as error:
        raise Refused("processing", PROCESSING) from error


@transaction.atomic
def cancel(document: Document, *, actor: User) -> None:
    """Stop the processing of a document; programs that run for it end within seconds."""
    job = jobs.lock_job(Job.objects.filter(document=document))
    if job is None:
        raise Refused("not_processing", "This document is not being processed.")
    message = UNCHANGED if job.kind in jobs.UNDISTURBING else CANCELLED
    jobs.stop(job, JobState.CANCELLED, "cancelled", message, actor=actor)
    document.refresh_from_db(fields=["status", "updated_at"])


def pending(documents: QuerySet[Document]) -> list[dict[str, Any]]:
    """How much is left to do for those of the documents that are being processed, by document."""
    active = Job.objects.filter(document__in=documents.values("pk"), state=JobState.ACTIVE)
    return [_progress(job) | _fetched(job) for job in active.order_by("document_id")]


def _lock(documents: Sequence[Document]) -> dict[int, Document]:
    ids = {document.pk for document in documents}
    if len(ids) < len(documents):
        raise Refused("duplicated", "Name every document once.")
    rows = Document.objects.filter(pk__in=ids).exclude(status=Status.DELETED).order_by("pk")
    fresh = {document.pk: document for document in rows.select_for_update(no_key=True)}
    if len(fresh) < len(ids):
        raise Refused("not_found", "Some of these documents are not there any more.")
    return fresh


def _start(document: Document, options: Options, upload_size: int | None, actor: User) -> None:
    if document.is_processing:
        raise Refused("processing", PROCESSING)
    has_file = upload_size is not None or document.original_hash
    address = "" if has_file else _address(document)
    if not has_file and not address:
        raise Refused("no_file", NO_FILE)
    try:
        if upload_size is not None:
            check_size(upload_size, document.original_extension)
    except StepFailed as error:
        jobs.refuse(document, error.code, error.message)
        return
    document.status = Status.PENDING
    Document.objects.filter(pk=document.pk).update(status=Status.PENDING, updated_at=Now())
    jobs.open_job(
        document,
        user_id=actor.pk,
        options=_beyond(options, address, actor),
        upload_key=document.upload_key if upload_size is not None else "",
        force_ocr=options.force_ocr,
        ocr_engine=options.ocr_engine,
    )
    index.write(document)
    events.record("document.started", actor=actor, target=document, organization_id=document.organization_id)


def _beyond(options: Options, address: str, actor: User) -> dict[str, Any]:
    """What a job keeps beside its columns: where the file is, and the organization that pays for an engine."""
    asked = {"file_url": address} if address else {}
    return asked | ({"payer": actor.organization_id} if options.ocr_engine == OcrEngine.TEXTRACT else {})


def _address(document: Document) -> str:
    """Where the last job of a document that has no file yet was to fetch it."""
    options = Job.objects.filter(document=document).order_by("-pk").values_list("options", flat=True).first()
    return str((options or {}).get("file_url", ""))


def _upload_size(document: Document) -> int | None:
    """The bytes of an upload that was not processed yet."""
    try:
        return storage.backend().size(document.upload_key) if document.upload_key else None
    except storage.Missing:
        return None


def _progress(job: Job) -> dict[str, Any]:
    known = job.pages_total is not None
    return {
        "doc_id": job.document_id,
        "images": job.images_left if known else None,
        "texts": job.texts_left if known else None,
        "text_positions": job.texts_left if known else None,
        "pages": job.pages_total,
    }


def _fetched(job: Job) -> dict[str, Any]:
    """While the file comes from another server (beyond the contract): the bytes that are here, and of how many."""
    if job.stage != StepKind.FETCH:
        return {}
    running = Step.objects.filter(job=job, kind=StepKind.FETCH, state=StepState.RUNNING)
    told = running.values_list("result", flat=True).first() or {}
    return {"fetched": told.get("fetched", 0), "size": told.get("size")}
