"""Which pages a document is to have, as people say it, and as it is said back to them."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from docplatform.lib import bulk
from documents import permissions
from documents.actions.modifications import NO_PAGES, Part
from documents.models import Document
from documents.pipeline.turning import ANGLES

RUN = re.compile(r"\s*(\d{1,9})(?:-(\d{1,9}))?\s*", re.ASCII)
SPELLING = "Name pages by their numbers, which begin with 0, and runs of pages with a hyphen: 0-5,8,11-13."
LONGEST = 2_000_000  # characters
MAX_SOURCES = 100
MAX_ID = 2**63 - 1
Ranges = list[tuple[int, int]]


@extend_schema_field(str)
class PageRangesField(serializers.Field[Ranges, Any, str, Any]):
    """`0-5,8,11-13`, 0-based; pages may be named again."""

    def to_internal_value(self, data: Any) -> Ranges:
        if not isinstance(data, str) or len(data) > LONGEST:
            raise serializers.ValidationError(SPELLING)
        return [self._range(part) for part in data.split(",")]

    def to_representation(self, value: Ranges) -> str:
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in value)

    def _range(self, text: str) -> tuple[int, int]:
        match = RUN.fullmatch(text)
        if match is None:
            raise serializers.ValidationError(SPELLING)
        first, last = int(match[1]), int(match[2] or match[1])
        if match[2] is not None and first >= last:
            raise serializers.ValidationError(f"The run {text.strip()} must end after the page it begins with.")
        return first, last


class RotationInput(serializers.Serializer[Any]):
    """A quarter clockwise (cc) or counterclockwise (ccw), or upside down (hw)."""

    type = serializers.ChoiceField(choices=["rotate"])
    angle = serializers.ChoiceField(choices=list(ANGLES))


@extend_schema_field(RotationInput(many=True))
class RotationsField(serializers.Field[list[Any], Any, list[Any], Any]):
    """One at most: pages cannot be turned twice at once."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError("Send a list of modifications.")
        if len(data) > 1:
            raise serializers.ValidationError("Turn the pages of one item once.")
        return bulk.validate([RotationInput(data=item) for item in data])

    def to_representation(self, value: list[Any]) -> list[Any]:
        return value


class ModificationInput(serializers.Serializer[Any]):
    """Pages of one document, this one or another."""

    page = PageRangesField()
    id = serializers.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    modifications = RotationsField(required=False)


def parts_of(items: Iterable[dict[str, Any]]) -> list[Part]:
    """Understood items as the action wants them."""
    return [Part(item["source"], item["page"], _turn(item.get("modifications", ()))) for item in items]


def understand(data: Any, *, document: Document, user: Any) -> list[dict[str, Any]]:
    """The items, each with its `source`. Errors nest as clients expect them."""
    if not isinstance(data, list) or not data:
        raise _all("Send a list of the pages that the document is to have.")
    too_many = f"A document may have at most {settings.MAX_PAGES} pages."
    if sum(_runs(item) for item in data) > settings.MAX_PAGES:  # before they are made into numbers, which are large
        raise _all(too_many)
    try:
        items = bulk.validate([ModificationInput(data=item) for item in data])
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"data": error.detail}) from error
    total = sum(last - first + 1 for item in items for first, last in item["page"])
    if total > settings.MAX_PAGES:
        raise _all(too_many)
    sources = _sources({item["id"] for item in items if "id" in item}, document, user)
    errors = [_errors(item, sources.get(item.get("id"))) for item in items]
    if any(errors):
        raise serializers.ValidationError({"data": errors})
    return [{**item, "source": sources[item.get("id")]} for item in items]


class ModificationOutput(serializers.Serializer[Any]):
    """An item as it was understood. `page` is 1-based, `page_spec` 0-based."""

    page = serializers.CharField()
    id = serializers.IntegerField(required=False)
    slug = serializers.CharField()
    page_spec = serializers.ListField(child=serializers.JSONField())
    page_length = serializers.IntegerField()
    modifications = RotationsField(required=False)


def echo(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The answer to validated items."""
    return {"data": [_echo(item) for item in items]}


def _echo(item: dict[str, Any]) -> dict[str, Any]:
    ranges: Ranges = item["page"]
    said: dict[str, Any] = {
        "page": ",".join(str(a + 1) if a == b else f"{a + 1}-{b + 1}" for a, b in ranges),
        "id": item.get("id"),
        "slug": item["source"].slug,
        "page_spec": [a if a == b else [a, b] for a, b in ranges],
        "page_length": sum(b - a + 1 for a, b in ranges),
        "modifications": item.get("modifications"),
    }
    return {key: value for key, value in said.items() if value is not None}


def _sources(ids: set[int], document: Document, user: Any) -> dict[int | None, Document]:
    """Those that the person may view, by id: of others nobody learns whether they exist."""
    others = ids - {document.pk}
    if len(others) > MAX_SOURCES:
        raise _all(f"Import pages from at most {MAX_SOURCES} documents at once.")
    rows = Document.objects.filter(permissions.view(user), pk__in=others).select_related("version")
    found: dict[int | None, Document] = {row.pk: row for row in rows}
    return found | {None: document, document.pk: document}


def _runs(item: Any) -> int:
    page = item.get("page") if isinstance(item, dict) else None
    return 1 + page.count(",") if isinstance(page, str) else 1


def _all(message: str) -> serializers.ValidationError:
    return serializers.ValidationError({"data": {"non_field_errors": [message]}})


def _errors(item: dict[str, Any], source: Document | None) -> dict[str, list[str]]:
    if source is None:
        return {"id": [f'Invalid pk "{item["id"]}" - object does not exist.']}
    if source.version is None:
        # Of the document itself, too, nothing is known yet: the action says so.
        return {"id": [NO_PAGES]} if "id" in item else {}
    last = source.version.page_count - 1
    if any(page > last for _, page in item["page"]):
        return {"page": [f"The last page of this document has the number {last}."]}
    return {}


def _turn(rotations: Iterable[dict[str, str]]) -> int:
    return sum(ANGLES[rotation["angle"]] for rotation in rotations)
