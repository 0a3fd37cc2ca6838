"""How an event is told: who, what, when, and of its data what everybody may know who may see what it happened to."""

from typing import Any

from rest_framework import serializers

from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from organizations.models import Event

FIELDS = ("fields",)
TOLD: dict[str, tuple[str, ...]] = {
    "document.updated": ("fields", "access"),
    "document.started": ("change",),
    "document.processed": ("change",),
    "document.failed": ("code",),
    "document.cancelled": ("code",),
    "document.deleted": ("final",),
    "document.restored": ("revision",),
    "note.updated": FIELDS,
    "section.updated": FIELDS,
    "project.updated": FIELDS,
    "project.collaborator_added": ("access",),
    "project.collaborator_changed": ("access",),
    "project.documents_removed": ("count",),
    "organization.updated": FIELDS,
    "organization.member_added": ("admin",),
    "organization.member_changed": ("admin",),
    "organization.charged": ("credits",),
    "organization.refunded": ("credits",),
    "organization.credits_granted": ("credits",),
    "user.updated": FIELDS,
}
"""What is shown of the data, by kind: codes and counts. Ids are not, as the reader may not see what they stand for."""


class EventOutput(Flexible, serializers.ModelSerializer[Event]):
    """One event. `actor` is null for the platform itself and for people whom the reader may not see, `organization`
    likewise; `api_key` is that of the actor's request."""

    actor = serializers.IntegerField(allow_null=True)
    api_key = serializers.IntegerField(allow_null=True)
    organization = serializers.IntegerField(allow_null=True)
    target = serializers.IntegerField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # a field, though of that name

    class Meta:
        model = Event
        fields = ("id", "at", "kind", "actor", "api_key", "organization", "target_type", "target", "data")

    def row(self, instance: Any) -> dict[str, Any]:
        """An event with `seen_actor` and `seen_organization`."""
        told = TOLD.get(instance.kind, ())
        return {
            "id": instance.pk,
            "at": moment(instance.at),
            "kind": instance.kind,
            "actor": instance.seen_actor,
            "api_key": instance.api_key_id if instance.seen_actor else None,
            "organization": instance.seen_organization,
            "target_type": instance.target_type,
            "target": instance.target_id,
            "data": {name: value for name, value in instance.data.items() if name in told},
        }
