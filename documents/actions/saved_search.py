"""Keeping searches under a name. They are their owner's alone."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from docplatform.lib.errors import Refused
from docplatform.lib.rows import assign
from documents.actions import alerts
from documents.models import SavedSearch
from organizations import events
from organizations.models import User

CHANGED = "This saved search was changed or deleted meanwhile. Read it again."


def add(values: Mapping[str, Any], *, actor: User) -> SavedSearch:
    """A new one. 400 where it notifies and cannot be read, or where too many do."""
    known = alerts.baseline(actor, values["query"]) if values.get("notify") else None
    with transaction.atomic():
        if known:
            alerts.make_room(actor)
        search = SavedSearch.objects.create(user=actor, **values)
        passed = alerts.begin(search, known) if known else {}
        events.record("saved_search.created", target=search, actor=actor, data=passed)
    return search


def change(search: SavedSearch, values: Mapping[str, Any], *, actor: User) -> SavedSearch:
    """Write new values. What is the same already is no change. 400 where it notifies and cannot be read, or where too
    many do; 409 where somebody else changed it so that what it notifies of is another thing."""
    before = search.query, search.notify
    changed = assign(search, values)
    if not changed:
        return search
    begins = search.notify and changed.keys() & {"notify", "query"}
    known = alerts.baseline(actor, search.query) if begins else None
    with transaction.atomic():
        if "notify" in changed and known:
            alerts.make_room(actor)
        mine = SavedSearch.objects.select_for_update(no_key=True).filter(pk=search.pk)
        if mine.values_list("query", "notify").first() != before:
            raise Refused("other", CHANGED, status=409)
        search.save(update_fields=[*changed, "updated_at"])
        passed = alerts.begin(search, known) if known else {}
        events.record("saved_search.updated", target=search, actor=actor, data={"fields": sorted(changed), **passed})
    return search


@transaction.atomic
def remove(search: SavedSearch, *, actor: User) -> None:
    """Delete it for good."""
    events.record("saved_search.deleted", target=search, actor=actor)
    search.delete()
