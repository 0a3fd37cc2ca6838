"""Setting the text of pages: checked against the document, then left to a job, while everybody reads on."""

from collections.abc import Sequence

from django.db.models.functions import Now

from documents.choices import JobKind, Status
from documents.models import Document
from documents.pipeline import jobs, page_text
from documents.pipeline.page_text import NewText
from documents.search import index
from organizations import events
from organizations.models import User

PROCESSING = "The document is being processed. Set the text of its pages when that is over."
NOT_READY = "The document has no finished pages. Process it first, then set their text."


def refusal(document: Document, pages: Sequence[NewText]) -> str:
    """Why the text of these pages cannot be set now; empty when it can."""
    if document.is_processing:
        return PROCESSING
    if document.status != Status.SUCCESS or document.version_id is None:
        return NOT_READY
    for page in pages:
        if page["page_number"] >= document.page_count:
            return f"There is no page {page['page_number']}: the document has {document.page_count}, counted from 0."
    return ""


def start(document: Document, pages: Sequence[NewText], *, actor: User) -> None:
    """Begin, inside the caller's transaction and under its lock on the document, after `refusal` had nothing to say.

    Readers keep the old text until the job is done.
    """
    document.status = Status.READABLE
    Document.objects.filter(pk=document.pk).update(status=Status.READABLE, updated_at=Now())
    numbers = [page["page_number"] for page in pages]
    job = jobs.open_job(document, user_id=actor.pk, kind=JobKind.TEXT, options={"pages": numbers})
    page_text.keep(job, pages)
    index.write(document)
    data = {"change": JobKind.TEXT, "job": job.pk}
    events.record("document.started", actor=actor, target=document, organization_id=document.organization_id, data=data)
