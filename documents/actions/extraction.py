"""Looking for dates, prices, addresses and the like in the text of a document, and forgetting what was found."""

from django.db import transaction
from django.db.models.functions import Now

from docplatform.lib.errors import Refused
from documents import permissions
from documents.actions.document import hold
from documents.choices import JobKind, JobState, Status
from documents.models import Document, Entity, Job, Mention
from documents.pipeline import extracts, jobs
from documents.search import index
from organizations import events
from organizations.models import User

PROCESSING = "This document is being processed. Wait until that is over, then extract its entities."
NOT_READY = "This document has no finished pages. Process it first, then extract its entities."
DONE = "The entities of this document were extracted already. Delete them to extract them again."
RUNNING = "The entities of this document are being extracted. Wait until that is over, or cancel it."


@transaction.atomic
def start(document: Document, *, actor: User) -> None:
    """Begin, while everybody reads on."""
    held = hold(document.pk)
    _check(held)
    extracts.outdate(held.pk)
    held.status = Status.READABLE
    Document.objects.filter(pk=held.pk).update(status=Status.READABLE, updated_at=Now())
    count = held.page_count
    jobs.open_job(
        held,
        user_id=actor.pk,
        kind=JobKind.EXTRACT,
        batches=extracts.batches(count),
        version_id=held.version_id,
        pages_total=count,
        texts_left=count,
    )
    index.write(held)
    data = {"change": JobKind.EXTRACT.value}
    events.record("document.started", actor=actor, target=held, organization_id=held.organization_id, data=data)


@transaction.atomic
def forget(document: Document, *, actor: User) -> None:
    """Delete what was found; it can be looked for again."""
    _forget(document, actor)


@transaction.atomic
def wipe(document: Document, *, actor: User) -> None:
    """Delete what was found, and what people marked, as far as the person may see it."""
    held = _forget(document, actor)
    visible = Entity.objects.filter(permissions.view_entities(actor)).values("pk")
    count, _ = Mention.objects.filter(document=held, entity__in=visible).delete()
    if count:
        _record("document.mentions_deleted", held, actor, count=count)


def _check(held: Document) -> None:
    if held.is_processing:
        raise Refused("processing", PROCESSING)
    if held.status != Status.SUCCESS or held.version_id is None or not held.page_count:
        raise Refused("not_processed", NOT_READY)
    if held.extracted_at is not None:
        raise Refused("extracted", DONE)


def _forget(document: Document, actor: User) -> Document:
    held = hold(document.pk)
    if Job.objects.filter(document=held, kind=JobKind.EXTRACT, state=JobState.ACTIVE).exists():
        raise Refused("processing", RUNNING)
    if held.extracted_at is not None:
        _record("document.extracts_deleted", held, actor)
    extracts.outdate(held.pk)
    return held


def _record(kind: str, document: Document, actor: User, **data: int) -> None:
    events.record(kind, actor=actor, target=document, organization_id=document.organization_id, data=data)
