"""Writing on documents: notes, and the sections that are their outline.

The document's row is held meanwhile. What is written while its pages are being rearranged speaks of the pages that
people still see, and is carried over with the rest when they change (documents.pipeline.carry).
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Model

from docplatform.lib.errors import Refused, Shape
from docplatform.lib.rows import assign
from documents.actions.document import hold
from documents.models import Document, Note
from documents.search import notes as search_notes
from organizations import events
from organizations.models import User

Row = TypeVar("Row", bound=Model)
NO_PAGES = "This document has no pages yet. Wait until it is processed."
NO_PAGE = "This document has {} pages. Pages are counted from 0."
NO_ORGANIZATION = "Choose an active organization first."
WORDS = frozenset({"title", "content"})
NOTE_GONE = "This note is not there any more."


@transaction.atomic
def add(document: Document, values: Mapping[str, Any], *, actor: User) -> Note:
    """A new note of the person's, in the name of their active organization."""
    if actor.organization_id is None:
        raise Refused("no_organization", NO_ORGANIZATION)
    held = hold(document.pk)
    check_page(held, values)
    note = Note.objects.create(document=held, user=actor, organization_id=actor.organization_id, **values)
    search_notes.read([(note, held.language)])
    # Clients call a note edited when the two differ at all, and Django asks the clock for each of them.
    Note.objects.filter(pk=note.pk).update(updated_at=F("created_at"))
    record("note.created", note, held, actor)
    return note


@transaction.atomic
def change(note: Note, values: Mapping[str, Any], *, actor: User) -> None:
    """Write new values. What is the same already is no change."""
    held = hold(note.document_id)
    fresh = freshly(note, NOTE_GONE)
    check_page(held, values)
    if changed := assign(fresh, values):
        fresh.save(update_fields=[*changed, "updated_at"])
        if WORDS & changed.keys():
            search_notes.read([(fresh, held.language)])
        record("note.updated", fresh, held, actor, fields=sorted(changed))


@transaction.atomic
def remove(note: Note, *, actor: User) -> None:
    """Delete it for good."""
    held = hold(note.document_id)
    fresh = freshly(note, NOTE_GONE)
    record("note.deleted", fresh, held, actor)
    fresh.delete()


def freshly(row: Row, gone: str) -> Row:
    """The row as it is now that the document is held: an edit may have moved or deleted it since it was found."""
    fresh = type(row)._default_manager.filter(pk=row.pk).first()
    if fresh is None:
        raise Refused("not_found", gone, status=404, shape=Shape.DETAIL)
    return fresh


def check_page(document: Document, values: Mapping[str, Any]) -> None:
    """Refuse a page that the held document does not have."""
    if "page_number" in values and values["page_number"] >= document.page_count:
        reason = NO_PAGE.format(document.page_count) if document.page_count else NO_PAGES
        raise Refused("page_number", reason, shape=Shape.FIELD)


def record(kind: str, row: Model, document: Document, actor: User, **data: Any) -> None:
    """The event of a change to something on the held document."""
    data = {"document": document.pk, **data}
    events.record(kind, actor=actor, target=row, organization_id=document.organization_id, data=data)
