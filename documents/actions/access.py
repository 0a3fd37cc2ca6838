"""Who may see a document: one row changes, at once; the file handler and the index ask that row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from documents.choices import Access, Status
from documents.models import Document
from documents.search import index
from organizations import events

BATCH = 100


def settle(document: Document, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, with the plan to publish dropped when access changes by hand.

    Clients send `publish_at` back as they got it, perhaps before the document was published, so only a new time that
    is still to come counts as a new plan; otherwise a document that was taken back would be published again.
    """
    settled = dict(changes)
    if settled.get("access", document.access) == document.access:
        return settled
    planned = settled.get("publish_at")
    if planned is None or planned == document.publish_at or _is_over(planned):
        settled["publish_at"] = None
    return settled


def _is_over(moment: datetime) -> bool:
    """By the database's clock, which is the one that documents are published by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s <= statement_timestamp()", [moment])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def publish_due() -> int:
    """Publish finished documents whose time has come; returns how many. A batch; may run twice."""
    due = Document.objects.filter(
        publish_at__lte=Now(), status=Status.SUCCESS, access__in=(Access.PRIVATE, Access.ORGANIZATION)
    )
    documents = list(due.select_for_update(skip_locked=True, no_key=True).order_by("pk")[:BATCH])
    for document in documents:
        before = document.access
        document.access = Access.PUBLIC
        document.publish_at = None
        document.save(update_fields=["access", "publish_at", "updated_at"])
        index.write(document)
        events.record(
            "document.updated",
            target=document,
            organization_id=document.organization_id,
            data={"fields": ["access", "publish_at"], "access": [before, document.access]},
        )
    return len(documents)
