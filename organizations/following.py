"""Reading the event log to its end, each event once: for those who act upon what happened.

A transaction gets its number when it begins to write, but may commit long after later ones. So the log is read in the
order of (xid, id), and only below the oldest transaction that still runs: nothing can appear there any more. The reader
moves its place on in the transaction that writes what came of the events. Whoever finds the place moved by somebody
else meanwhile rolls back: every event is dealt with once, whatever dies and however many read at once.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection

from organizations.models import Consumer, Event

AFTER = """
SELECT * FROM organizations_event WHERE (xid, id) > (%s::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id LIMIT %s
"""
BETWEEN = """
SELECT * FROM organizations_event WHERE (xid, id) > (%s::xid8, %s) AND (xid, id) <= (%s::xid8, %s)
"""
HOLD = "SELECT 1 FROM organizations_consumer WHERE name = %s FOR SHARE"


class Place(NamedTuple):
    """A place in the log: behind this event."""

    xid: int
    event_id: int


def place(name: str) -> Place:
    """Where the reader is; a new one begins at the beginning."""
    reader, _ = Consumer.objects.get_or_create(name=name)
    return Place(reader.xid, reader.event_id)


def after(place: Place, *, most: int) -> Sequence[Event]:
    """The next events that are there for good."""
    return list(Event.objects.raw(AFTER, [str(place.xid), place.event_id, most]))


def between(place: Place, end: Place) -> Iterable[Event]:
    """What a reader passed on its way from one place to another."""
    return Event.objects.raw(BETWEEN, [str(place.xid), place.event_id, str(end.xid), end.event_id])


def move(name: str, *, before: Place, last: Event) -> bool:
    """Go on behind this event, unless somebody else moved; nobody else can until the end of the transaction."""
    reader = Consumer.objects.filter(name=name, xid=before.xid, event_id=before.event_id)
    return bool(reader.update(xid=last.xid, event_id=last.pk))


def hold(name: str) -> None:
    """Keep the reader where it is until the end of the transaction."""
    place(name)
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [name])
