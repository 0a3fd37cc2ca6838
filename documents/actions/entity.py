"""Entities that people name: public ones once and for all, private ones as their owner likes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from docplatform.lib.errors import Refused, Shape
from docplatform.lib.rows import assign
from documents.actions import wikidata
from documents.choices import Access
from documents.models import Entity
from organizations import events
from organizations.models import User

TAKEN = "There is an entity with this id already. Look for it with ?wikidata_id=… and use that one."
GONE = "This entity is not there any more."


def create(items: Sequence[Mapping[str, Any]], *, actor: User) -> list[Entity]:
    """All of them or none. What has an id of Wikidata is everybody's: nobody owns it. Without a name, it is looked up
    there."""
    if Entity.objects.filter(wikidata_id__in=[item["wikidata_id"] for item in items if item["wikidata_id"]]).exists():
        raise Refused("wikidata_id", TAKEN, shape=Shape.FIELD)
    rows = [_row(item, actor) for item in wikidata.described(items)]
    try:
        with transaction.atomic():
            Entity.objects.bulk_create(rows)
            made = ((row.pk, actor.organization_id, {"access": row.access}) for row in rows)
            events.record_many("entity.created", model=Entity, rows=made, actor=actor)
    except IntegrityError as error:
        raise Refused("wikidata_id", TAKEN, shape=Shape.FIELD) from error
    return rows


@transaction.atomic
def change(entity: Entity, values: Mapping[str, Any], *, actor: User) -> Entity:
    """Write new values. What is the same already is no change."""
    fresh = _lock(entity)
    if changed := assign(fresh, values):
        fresh.save(update_fields=[*changed, "updated_at"])
        _record("entity.updated", fresh, actor, fields=sorted(changed))
    return fresh


@transaction.atomic
def remove(entity: Entity, *, actor: User) -> None:
    """Delete it, and where documents mention it."""
    fresh = _lock(entity)
    _record("entity.deleted", fresh, actor)
    fresh.delete()


def _row(values: Mapping[str, Any], actor: User) -> Entity:
    if values.get("wikidata_id"):
        return Entity(access=Access.PUBLIC, **values)
    return Entity(access=Access.PRIVATE, user=actor, **values)


def _lock(entity: Entity) -> Entity:
    fresh = Entity.objects.select_for_update().filter(pk=entity.pk).first()
    if fresh is None:
        raise Refused("not_found", GONE, status=404, shape=Shape.DETAIL)
    return fresh


def _record(kind: str, entity: Entity, actor: User, **data: Any) -> None:
    events.record(kind, actor=actor, target=entity, organization_id=actor.organization_id, data=data)
