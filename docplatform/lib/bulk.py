"""Lists of objects in one request: all items are carried out, or none.

A view calls, in this order: `items(request.data)`, `ids(…)` and `find(queryset, …)` where rows must exist already,
and `validate(one serializer per item)`; each refuses in the shape that clients expect.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer

from docplatform.lib.errors import Refused, Shape

Row = TypeVar("Row", bound=Model)


def items(data: Any, *, most: int | None = None) -> list[Any]:
    """The body as a list; 400 with `non_field_errors` when it is none, or too long."""
    most = most or settings.BULK_LIMIT
    if not isinstance(data, list):
        raise ValidationError({"non_field_errors": ["Send a list of objects."]})
    if len(data) > most:
        raise ValidationError({"non_field_errors": [_too_many(most)]})
    return data


def ids(data: Iterable[Any], *, key: str = "id") -> list[int]:
    """The id of every item, in their order; 400 `[message]` when one has none or two are the same."""
    numbers = [_id(item.get(key) if isinstance(item, dict) else None) for item in data]
    if 0 in numbers:
        raise Refused("id_missing", f"Give every object its {key}, a whole number.", shape=Shape.LIST)
    if len(set(numbers)) < len(numbers):
        raise Refused("id_repeated", "Name every object only once.", shape=Shape.LIST)
    return numbers


def find(queryset: QuerySet[Row], wanted: Sequence[int]) -> dict[int, Row]:
    """The rows by id, when `queryset` (what the person may touch) has every one of them; else 400 `[message]`."""
    rows = queryset.in_bulk(list(wanted))
    if len(rows) < len(set(wanted)):
        raise Refused("not_found", "Some of these objects do not exist or are not yours to change.", shape=Shape.LIST)
    return rows


def limit(count: int) -> None:
    """400 `[message]` when a request by filter meets more rows than one request may change."""
    if count > settings.BULK_LIMIT:
        raise Refused("too_many", _too_many(settings.BULK_LIMIT), shape=Shape.LIST)


def validate(serializers: Sequence[BaseSerializer[Any]]) -> list[Any]:
    """The validated data of every item; 400 with one entry per item, `{}` for the valid ones, when any is wrong."""
    valid = [serializer.is_valid() for serializer in serializers]
    if not all(valid):
        errors: list[Any] = [serializer.errors for serializer in serializers]
        raise ValidationError(errors)
    return [serializer.validated_data for serializer in serializers]


def _too_many(most: int) -> str:
    return f"Send at most {most} objects at once."


def _id(value: Any) -> int:
    """The value as a primary key; 0, which is nobody's, for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        value = int(value)
    return value if type(value) is int and 0 < value < 2**63 else 0
