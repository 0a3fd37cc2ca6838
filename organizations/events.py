"""The only writer of the event log."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from organizations.models import Event, User
from organizations.permissions import Person


def record(
    kind: str,
    *,
    target: Model,
    actor: Person | None = None,
    organization_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """Append one event inside the caller's transaction. `data` holds ids and codes, never titles or text."""
    return Event.objects.create(
        kind=kind,
        actor_id=actor.pk if actor else None,
        api_key_id=actor.api_key_id if isinstance(actor, User) else None,
        organization_id=organization_id,
        target_type=target._meta.model_name or "",
        target_id=target.pk,
        data={**(data or {}), **_bulk(actor)},
    )


def record_many(
    kind: str,
    *,
    model: type[Model],
    rows: Iterable[tuple[int, int | None, dict[str, Any]]],
    actor: Person | None = None,
) -> None:
    """The same for many rows of one table at once: each with its id, its organization and its `data`."""
    name = model._meta.model_name or ""
    about: dict[str, Any] = {"kind": kind, "actor_id": actor.pk if actor else None, "target_type": name}
    about["api_key_id"] = actor.api_key_id if isinstance(actor, User) else None
    bulk = _bulk(actor)
    Event.objects.bulk_create(
        (Event(target_id=pk, organization_id=owner, data={**data, **bulk}, **about) for pk, owner, data in rows),
        batch_size=1000,
    )


def _bulk(actor: Person | None) -> dict[str, int]:
    return {"bulk": actor.bulk_id} if isinstance(actor, User) and actor.bulk_id else {}
