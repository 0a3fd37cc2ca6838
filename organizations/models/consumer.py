"""How far those who follow the event log have read."""

from django.db import models


class Consumer(models.Model):
    """A reader of the event log: the place of the last event that it dealt with, in the order of (xid, id)."""

    name = models.CharField(max_length=32, primary_key=True)
    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.xid}, {self.event_id}"
