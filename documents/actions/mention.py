"""Which entities a document mentions, and where. Written as notes are: the document's row is held meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from docplatform.lib.errors import Refused, Shape
from docplatform.lib.rows import assign
from documents.actions.document import hold
from documents.actions.note import freshly, record
from documents.models import Document, Entity, Mention
from organizations import events
from organizations.models import User

TAKEN = "The document mentions this entity already. Change that mention."
GONE = "This document does not mention the entity any more."
ENTITY_GONE = "One of these entities is not there any more."
NO_PAGE = "The document has {} pages. Pages are counted from 0."


@transaction.atomic
def add(document: Document, items: Sequence[Mapping[str, Any]], *, actor: User) -> list[Mention]:
    """All of them or none."""
    held = hold(document.pk)
    for item in items:
        _check_pages(held, item)
    _hold_entities({item["entity_id"] for item in items})
    if Mention.objects.filter(document=held, entity_id__in=[item["entity_id"] for item in items]).exists():
        raise Refused("entity", TAKEN, shape=Shape.FIELD)
    rows = Mention.objects.bulk_create(Mention(document=held, **item) for item in items)
    owner, data = held.organization_id, {"document": held.pk}
    events.record_many("mention.created", model=Mention, rows=((row.pk, owner, data) for row in rows), actor=actor)
    return rows


@transaction.atomic
def change(mention: Mention, values: Mapping[str, Any], *, actor: User) -> None:
    """Write new values. What is the same already is no change."""
    held = hold(mention.document_id)
    _check_pages(held, values)
    fresh = freshly(mention, GONE)
    if changed := assign(fresh, values):
        fresh.save(update_fields=list(changed))
        record("mention.updated", fresh, held, actor, fields=sorted(changed))


@transaction.atomic
def remove(mention: Mention, *, actor: User) -> None:
    """The document mentions the entity no longer."""
    held = hold(mention.document_id)
    fresh = freshly(mention, GONE)
    record("mention.deleted", fresh, held, actor)
    fresh.delete()


def _check_pages(held: Document, values: Mapping[str, Any]) -> None:
    if any(place["page"] >= held.page_count for place in values.get("occurrences", ())):
        raise Refused("occurrences", NO_PAGE.format(held.page_count), shape=Shape.FIELD)


def _hold_entities(ids: set[int]) -> None:
    """Nobody deletes one before its mention is written."""
    if len(Entity.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)) < len(ids):
        raise Refused("entity", ENTITY_GONE, shape=Shape.FIELD)
