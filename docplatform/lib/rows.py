"""Writing new values into a row of which some may be there already."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model


def assign(row: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the row those of the values that differ from its own; the old ones, by name. Nothing is saved."""
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, values[name])
    return before
