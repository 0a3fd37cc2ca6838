"""The log of events: it only grows, and readers can tell what is settled."""

import pytest
from django.db import DatabaseError, connection, transaction

from organizations import events
from organizations.models import Event, Organization, User


def test_an_event(owner: User, newsroom: Organization) -> None:
    event = events.record("x.happened", target=newsroom, actor=owner, organization_id=newsroom.pk, data={"n": 1})
    event.refresh_from_db()
    assert (event.kind, event.target_type, event.target_id) == ("x.happened", "organization", newsroom.pk)
    assert (event.actor_id, event.organization_id, event.data) == (owner.pk, newsroom.pk, {"n": 1})


def test_nobody_may_have_done_it(newsroom: Organization) -> None:
    assert events.record("x.happened", target=newsroom).actor_id is None


def test_events_know_their_transaction(newsroom: Organization) -> None:
    event = events.record("x.happened", target=newsroom)
    event.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        assert event.xid == int(cursor.fetchone()[0])
    assert Event.objects.filter(xid=event.xid, pk=event.pk).exists()


@pytest.mark.parametrize("change", [lambda rows: rows.update(kind="y"), lambda rows: rows.delete()])
def test_events_are_never_changed_or_deleted(newsroom: Organization, change: object) -> None:
    events.record("x.happened", target=newsroom)
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        assert callable(change)
        change(Event.objects.filter(kind="x.happened"))
    assert Event.objects.filter(kind="x.happened").count() == 1
