"""The only writer of the event log."""

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
        data=data or {},
    )
