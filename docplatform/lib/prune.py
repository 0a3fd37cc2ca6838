"""Small, regular deletions, so that tables of passing facts need no housekeeping of their own."""

from django.db.models import Model, QuerySet


def some(old: QuerySet[Model], *, most: int = 100) -> None:
    """Delete a few of these rows, oldest first. Rows that another transaction holds are left to it."""
    table = old.model._default_manager
    with_lock = old.order_by("pk").select_for_update(skip_locked=True)
    table.filter(pk__in=list(with_lock.values_list("pk", flat=True)[:most])).delete()
