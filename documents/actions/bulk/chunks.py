"""Carries bulk jobs out, some documents at a time: what became of a document is written in the transaction that did it,
so that a worker may die at any line."""

import logging
from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from docplatform.lib.errors import Refused
from docplatform.lib.queue import wake
from documents.actions.bulk.deeds import DEEDS, DENIED
from documents.actions.bulk.orders import TASK
from documents.choices import BulkItemState, BulkState, Queue
from documents.models import BulkItem, BulkJob, Document
from organizations import keys
from organizations.models import ApiKey

CHUNK = 50
GONE = "There is no such document any more, or you may not see it any more."
AWAY = "Your account is closed."
REVOKED = "The API key that began this was revoked, or has expired."
FAILED = "This failed for a reason that lies in this installation. Ask the administrator."
logger = logging.getLogger("docplatform.bulk")


def tend() -> None:
    """Wake a worker while there is something to do: nothing is lost with the one that had it."""
    if BulkJob.objects.filter(state=BulkState.ACTIVE).exists():
        wake(Queue.FAST, task=TASK)


@transaction.atomic
def carry_on() -> bool:
    """Deal with a few documents of one of the jobs, whichever: nobody waits for somebody else's long one. False when
    there was nothing to do."""
    active = BulkJob.objects.filter(state=BulkState.ACTIVE).select_related("user")
    job = active.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("?").first()
    if job is None:
        return False
    items = list(job.items.filter(state=BulkItemState.WAITING).order_by("pk")[:CHUNK])
    _deal(job, items)
    BulkItem.objects.bulk_update(items, ["state", "before", "refusal"])
    if len(items) < CHUNK:
        BulkJob.objects.filter(pk=job.pk).update(state=BulkState.DONE, finished_at=Now())
    return True


def _deal(job: BulkJob, items: Sequence[BulkItem]) -> None:
    actor, deed = job.user, DEEDS[job.action]
    actor.api_key_id, actor.bulk_id = job.api_key_id, job.pk
    named = Document.objects.filter(pk__in=[item.document_id for item in items])
    locked = {document.pk: document for document in named.select_for_update(no_key=True).order_by("pk")}
    seen = set(named.filter(deed.scope(actor)).values_list("pk", flat=True))
    allowed = set(named.filter(deed.rule(actor)).values_list("pk", flat=True))
    is_revoked = job.api_key_id is not None and not ApiKey.objects.filter(keys.GOOD, pk=job.api_key_id).exists()
    for item in items:
        if is_revoked or not actor.is_active:
            _refuse(item, AWAY if not actor.is_active else REVOKED)
        elif item.document_id not in locked.keys() & seen:
            _refuse(item, GONE)
        elif item.document_id not in allowed:
            _refuse(item, DENIED)
        else:
            _do(job, item, locked[item.document_id])


def _do(job: BulkJob, item: BulkItem, document: Document) -> None:
    asked: dict[str, Any] = {**job.options, **item.options}
    try:
        with transaction.atomic():
            item.before = DEEDS[job.action].do(document, asked, job.user)
    except Refused as refusal:
        _refuse(item, refusal.message)
    except (OperationalError, InterfaceError, OSError):
        raise  # the database or the storage: all of this is tried again
    except Exception:
        logger.exception("bulk action failed", extra={"bulk": job.pk, "document": document.pk})
        _refuse(item, FAILED)
    else:
        item.state = BulkItemState.DONE


def _refuse(item: BulkItem, reason: str) -> None:
    item.state, item.refusal = BulkItemState.REFUSED, reason[:200]
