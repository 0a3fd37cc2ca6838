"""Keeping searches under a name. They are their owner's alone."""

from collections.abc import Mapping

from django.db import transaction

from documents.models import SavedSearch
from organizations import events
from organizations.models import User


@transaction.atomic
def add(values: Mapping[str, str], *, actor: User) -> SavedSearch:
    """A new one."""
    search = SavedSearch.objects.create(user=actor, **values)
    events.record("saved_search.created", target=search, actor=actor)
    return search


@transaction.atomic
def change(search: SavedSearch, values: Mapping[str, str], *, actor: User) -> SavedSearch:
    """Write new values. What is the same already is no change."""
    changed = [name for name, value in values.items() if getattr(search, name) != value]
    if changed:
        for name in changed:
            setattr(search, name, values[name])
        search.save(update_fields=[*changed, "updated_at"])
        events.record("saved_search.updated", target=search, actor=actor, data={"fields": sorted(changed)})
    return search


@transaction.atomic
def remove(search: SavedSearch, *, actor: User) -> None:
    """Delete it for good."""
    events.record("saved_search.deleted", target=search, actor=actor)
    search.delete()
