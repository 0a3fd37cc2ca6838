"""Writing on documents: notes, and the sections that are their outline.

The document's row is held meanwhile. What is written while its pages are being rearranged speaks of the pages that
people still see, and is carried over with the rest when they change (documents.pipeline.carry).
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Model

from docplatform.lib.errors import Refused, Shape
from documents.actions.document import hold
from documents.models import Document, Note
from organizations import events
from organizations.models import User

NO_PAGES = "This document has no pages yet. Wait until it is processed."
NO_PAGE = "This document has {} pages. Pages are counted from 0."
NO_ORGANIZATION = "Choose an active organization first."
NOTE_GONE = "This note is not there any more."


@transaction.atomic
def add(document: Document, values: Mapping[str, Any], *, actor: User) -> Note:
    """A new note of the person's, in the name of their active organization."""
    if actor.organization_id is None:
        raise Refused("no_organization", NO_ORGANIZATION)
    held = hold(document.pk)
    check_page(held, values)
    note = Note.objects.create(document=held, user=actor, organization_id=actor.organization_id, **values)
    # Clients call a note edited when the two differ at all, and Django asks the clock for each of them.
    Note.objects.filter(pk=note.pk).update(updated_at=F("created_at"))
    record("note.created", note, held, actor)
    return note


@transaction.atomic
def change(note: Note, values: Mapping[str, Any], *, actor: User) -> None:
    """Write new values. What is the same already is no change."""
    held = hold(note.document_id)
    fresh = _fresh(note)
    check_page(held, values)
    changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=[*changed, "updated_at"])
        record("note.updated", fresh, held, actor, fields=sorted(changed))


@transaction.atomic
def remove(note: Note, *, actor: User) -> None:
    """Delete it for good."""
    held = hold(note.document_id)
    fresh = _fresh(note)
    record("note.deleted", fresh, held, actor)
    fresh.delete()


def check_page(document: Document, values: Mapping[str, Any]) -> None:
    """Refuse a page that the held document does not have."""
    if "page_number" in values and values["page_number"] >= document.page_count:
        reason = NO_PAGE.format(document.page_count) if document.page_count else NO_PAGES
        raise Refused("page_number", reason, shape=Shape.FIELD)


def record(kind: str, row: Model, document: Document, actor: User, **data: Any) -> None:
    """The event of a change to something on the held document."""
    data = {"document": document.pk, **data}
    events.record(kind, actor=actor, target=row, organization_id=document.organization_id, data=data)


def _fresh(note: Note) -> Note:
    """As it is now that the document is held: an edit may have moved it since it was found."""
    fresh = Note.objects.filter(pk=note.pk).first()
    if fresh is None:
        raise Refused("not_found", NOTE_GONE, status=404, shape=Shape.DETAIL)
    return fresh
