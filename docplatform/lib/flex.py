"""What a client wants to see of a row: `expand`, `fields` and `omit`, in every spelling that clients use."""

from collections.abc import Iterable
from typing import Any

from rest_flex_fields import EXPAND_PARAM, WILDCARD_VALUES
from rest_flex_fields.serializers import FlexFieldsSerializerMixin
from rest_framework.request import Request


def wanted(request: Request, param: str) -> list[str]:
    """The values of a parameter: comma-separated, repeated, or spelled `param[]`."""
    values = request.query_params.getlist(param) + request.query_params.getlist(f"{param}[]")
    return [name for value in values for name in value.split(",") if name]


def expanded(request: Request, permitted: Iterable[str]) -> set[str]:
    """The permitted names that the library will expand: those that are asked for, what leads to them, and everything
    at the level of a wildcard. A name that were left out here would be loaded row by row, and past the rules."""
    paths = [name.split(".") for name in wanted(request, EXPAND_PARAM)]
    names = {".".join(path[:length]) for path in paths for length in range(1, len(path) + 1)}
    levels = {name.rpartition(".")[0] for name in names if name.rpartition(".")[2] in (WILDCARD_VALUES or ())}
    return {name for name in permitted if name in names or name.rpartition(".")[0] in levels}


class Flexible(FlexFieldsSerializerMixin):  # type: ignore[misc]  # the library has no types
    """drf-flex-fields for serializers that build their row by hand: nothing is paid by requests that do not flex.

    A subclass gives `row(instance)`: its plain values in the order of the contract. Keys may be missing there.
    """

    _flex_fields_rep_applied: bool

    def _get_query_param_value(self, field: str) -> list[str]:
        # The library splits commas only where a parameter stands once.
        request = self.context.get("request") if not self.parent else None
        return wanted(request, field) if request else []

    def row(self, instance: Any) -> dict[str, Any]:
        """The plain values."""
        raise NotImplementedError

    def related(self, instance: Any, name: str) -> Any:
        """What the expanded field `name` shows; where it is None, the id stays."""
        return getattr(instance, name)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        row = self.row(instance)
        if not any(self._flex_options_all.values()):
            return row
        if not self._flex_fields_rep_applied:
            self.apply_flex_fields(self.fields, self._flex_options_rep_only)
            self._flex_fields_rep_applied = True
        return {
            name: self._expanded(instance, name, row) if name in self.expanded_fields else row[name]
            for name in self.fields
            if name in row or name in self.expanded_fields
        }

    def _expanded(self, instance: Any, name: str, row: dict[str, Any]) -> Any:
        found = self.related(instance, name)
        return row.get(name) if found is None else self.fields[name].to_representation(found)
