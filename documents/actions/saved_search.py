"""Keeping searches under a name. They are their owner's alone."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from docplatform.lib.rows import assign
from documents.actions import alerts
from documents.models import SavedSearch
from organizations import events
from organizations.models import User


@transaction.atomic
def add(values: Mapping[str, Any], *, actor: User) -> SavedSearch:
    """A new one. 400 where it notifies and cannot be read."""
    search = SavedSearch.objects.create(user=actor, **values)
    if search.notify:
        alerts.begin(search)
    events.record("saved_search.created", target=search, actor=actor)
    return search


@transaction.atomic
def change(search: SavedSearch, values: Mapping[str, Any], *, actor: User) -> SavedSearch:
    """Write new values. What is the same already is no change. 400 where it notifies and cannot be read."""
    if changed := assign(search, values):
        search.save(update_fields=[*changed, "updated_at"])
        if search.notify and changed.keys() & {"notify", "query"}:
            alerts.begin(search)
        events.record("saved_search.updated", target=search, actor=actor, data={"fields": sorted(changed)})
    return search


@transaction.atomic
def remove(search: SavedSearch, *, actor: User) -> None:
    """Delete it for good."""
    events.record("saved_search.deleted", target=search, actor=actor)
    search.delete()
