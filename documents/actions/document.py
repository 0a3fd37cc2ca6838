"""Changing and deleting documents. Rows are locked in the order of their ids, so that writes never wait in a circle."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction

from docplatform.lib.errors import Refused, Shape
from documents import permissions
from documents.actions import access, page_text, processing
from documents.choices import Status
from documents.models import Document
from documents.pipeline import revisions
from documents.search import index
from organizations import events
from organizations.models import User

Changes = Mapping[str, Any]


def refusals(document: Document, changes: Changes) -> dict[str, str]:
    """Why some of the changes cannot be made now, by field."""
    found = {}
    if document.is_processing and "access" in changes:
        found["access"] = "The document is being processed. Change its access when that is over."
    if "pages" in changes and (reason := page_text.refusal(document, changes["pages"])):
        found["pages"] = reason
    return found


@transaction.atomic
def update(changes: Mapping[int, Changes], *, actor: User) -> None:
    """Write new values into documents, by id: all of them or none. What is the same already is no change."""
    for document in lock(changes):
        values = changes[document.pk]
        if any(refusals(document, values)):
            raise Refused("document_processing", "A document is being processed. Try again later.", shape=Shape.LIST)
        settled = access.settle(document, values)
        pages = settled.pop("pages", None)
        _write(document, settled, actor=actor)
        if pages:
            page_text.start(document, pages, actor=actor)


@transaction.atomic
def delete(documents: Collection[int], *, actor: User) -> None:
    """Take documents away at once; their files and rows go later, see documents.actions.purge."""
    for document in lock(documents):
        if document.is_processing or document.status == Status.NOFILE:  # its file may be on the way from another server
            with suppress(Refused):  # there is no job that could be stopped
                processing.cancel(document, actor=actor)
        document.status = Status.DELETED
        document.save(update_fields=["status", "updated_at"])
        index.remove(document)
        events.record("document.deleted", actor=actor, target=document, organization_id=document.organization_id)


def lock(documents: Collection[int]) -> list[Document]:
    """The documents' rows, held until the end of the transaction; all of them, or none is touched."""
    alive = Document.objects.filter(permissions.ALIVE, pk__in=list(documents))
    rows = list(alive.select_for_update(no_key=True).order_by("pk"))
    if len(rows) < len(documents):
        raise Refused("not_found", "Some of these documents are not there any more.", shape=Shape.LIST)
    return rows


def _write(document: Document, values: Changes, *, actor: User) -> None:
    before = {name: getattr(document, name) for name, value in values.items() if getattr(document, name) != value}
    if not before:
        return
    for name in before:
        setattr(document, name, values[name])
    document.save(update_fields=[*before, "updated_at"])
    if before.get("revision_control") is False:
        revisions.enable(document, user_id=actor.pk)
    index.write(document)
    data: dict[str, Any] = {"fields": sorted(before)}
    for name in ("access", "user_id", "organization_id"):
        if name in before:
            data[name] = [before[name], values[name]]
    events.record("document.updated", actor=actor, target=document, organization_id=document.organization_id, data=data)
