"""The append-only log: audit trail, webhook feed and add-on trigger in one."""

from django.db import models
from django.db.models import F

from docplatform.lib.transactions import TransactionId


class Event(models.Model):
    """Who did what to what, and when; no titles and no text.

    Ids are plain columns without foreign keys: the log outlives what it speaks of. `xid` is the writing
    transaction: consumers read in the order of (xid, id) and only rows whose xid is below
    pg_snapshot_xmin(pg_current_snapshot()), so a transaction that commits late is never skipped. A trigger of the
    database refuses to change or delete rows.
    """

    xid = TransactionId()
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=64)
    actor_id = models.BigIntegerField(null=True)
    api_key_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    target_type = models.CharField(max_length=32)
    target_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(F("xid"), F("id"), name="event_in_order"),
            models.Index(F("target_type"), F("target_id"), F("id").desc(), name="event_by_target"),
            models.Index(F("organization_id"), F("id").desc(), name="event_by_organization"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.target_type} {self.target_id}"
