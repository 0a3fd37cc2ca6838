"""Changing and deleting documents. Rows are locked in the order of their ids, so that writes never wait in a circle."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone

from docplatform.lib.errors import Refused, Shape
from docplatform.lib.rows import assign
from documents import permissions
from documents.actions import access, data_size, page_text, processing, trash
from documents.models import Document
from documents.pipeline import holds, revisions
from documents.search import index
from organizations import events
from organizations.models import User

Changes = Mapping[str, Any]


def refusals(document: Document, changes: Changes) -> dict[str, str]:
    """Why some of the changes cannot be made now, by field."""
    found = {}
    if document.is_processing and "access" in changes:
        found["access"] = "The document is being processed. Change its access when that is over."
    if "data" in changes and (reason := data_size.refusal(changes["data"], before=document.data)):
        found["data"] = reason
    if "pages" in changes and (reason := page_text.refusal(document, changes["pages"])):
        found["pages"] = reason
    return found


@transaction.atomic
def update(changes: Mapping[int, Changes], *, actor: User) -> None:
    """Write new values into documents, by id: all of them or none. What is the same already is no change."""
    texts, rows = [], []
    for document in lock(changes):
        values = changes[document.pk]
        found = refusals(document, values)
        if "data" in found:
            raise Refused("data", found["data"], shape=Shape.FIELD)
        if found:
            raise Refused("document_processing", "A document is being processed. Try again later.", shape=Shape.LIST)
        settled = access.settle(document, values)
        if pages := settled.pop("pages", None):
            texts.append((document, pages))
        if before := assign(document, settled):
            rows.append((document, before))
    if rows:
        _write(rows, actor=actor)
    for document, pages in texts:
        page_text.start(document, pages, actor=actor)


@transaction.atomic
def delete(documents: Collection[int], *, actor: User, is_final: bool = False) -> None:
    """Take documents away at once: into the trash, or with `is_final` for good. Files and rows go later, see
    documents.actions.purge."""
    for document in lock(documents):
        if is_final:
            holds.refuse_removal(document)
        was_processing = document.is_processing
        with suppress(Refused):  # there is no job that could be stopped
            processing.cancel(document, actor=actor)
        trash.take(document, actor=actor, was_stopped=was_processing)
        if is_final:
            trash.give_up(document)
        index.remove(document)
        data = {"final": True} if is_final else None
        events.record(
            "document.deleted", actor=actor, target=document, organization_id=document.organization_id, data=data
        )


def lock(documents: Collection[int]) -> list[Document]:
    """The documents' rows, held until the end of the transaction; all of them, or none is touched."""
    alive = Document.objects.filter(permissions.ALIVE, pk__in=list(documents))
    rows = list(alive.select_for_update(no_key=True).order_by("pk"))
    if len(rows) < len(documents):
        raise Refused("not_found", "Some of these documents are not there any more.", shape=Shape.LIST)
    return rows


def hold(pk: int) -> Document:
    """A document's row, held until the end of the transaction: whoever writes what speaks of its pages holds it first,
    because edits renumber them."""
    document = Document.objects.filter(permissions.ALIVE, pk=pk).select_for_update(no_key=True).first()
    if document is None:
        raise Refused("not_found", "This document is not there any more.", status=404, shape=Shape.DETAIL)
    return document


def _write(rows: Sequence[tuple[Document, Changes]], *, actor: User) -> None:
    """As many queries for many documents as for one, beside the revisions of those that now get some."""
    now = timezone.now()
    for document, before in rows:
        document.updated_at = now
        if before.get("revision_control") is False:
            revisions.enable(document, user_id=actor.pk)
    names = {name for _, before in rows for name in before}
    Document.objects.bulk_update([document for document, _ in rows], sorted(names | {"updated_at"}))
    index.write_all([document.pk for document, _ in rows])
    told = [(document.pk, document.organization_id, _told(document, before)) for document, before in rows]
    events.record_many("document.updated", model=Document, rows=told, actor=actor)


def _told(document: Document, before: Changes) -> dict[str, Any]:
    tellable = ("access", "user_id", "organization_id")
    moved = {name: [before[name], getattr(document, name)] for name in tellable if name in before}
    return {"fields": sorted(before), **moved}
