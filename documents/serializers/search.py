"""How a document looks among the hits of a search: like everywhere, but for what search clients are used to."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from documents.models import Document
from documents.serializers.document import DocumentOutput


def thousandths(moment: str | None) -> str | None:
    """A moment of the API in milliseconds, without a fraction of zero."""
    if moment is None:
        return None
    second, _, fraction = moment.removesuffix("Z").partition(".")
    shown = fraction[:3].rstrip("0")
    return f"{second}.{shown}Z" if shown else f"{second}Z"


def first_page(page_spec: str) -> str:
    """The size of the first page, in the notation of all pages."""
    return f"{page_spec.split(':')[0]}:0" if page_spec else ""


class HitOutput(DocumentOutput):
    """A hit. The context's `highlights` are snippets by document and page, or None when nobody asked for them."""

    id = serializers.CharField()  # type: ignore[assignment]  # clients use ids of hits as keys of objects
    admin_noindex = None  # type: ignore[assignment]
    revision_control = None  # type: ignore[assignment]
    notes = serializers.ListField(child=serializers.DictField())
    highlights = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), allow_null=True)

    def row(self, instance: Document) -> dict[str, Any]:
        row = super().row(instance)
        highlights = self.context["highlights"]
        del row["revision_control"]
        row |= {
            "id": str(instance.pk),
            "noindex": row["noindex"] or row.pop("admin_noindex"),
            "page_spec": first_page(instance.page_spec),
            "notes": [],
            "highlights": None if highlights is None else highlights.get(instance.pk, {}),
        }
        row.pop("admin_noindex", None)
        for name in ("created_at", "updated_at", "publish_at"):
            row[name] = thousandths(row[name])
        return row


@extend_schema_serializer(many=False)
class SearchOutput(serializers.Serializer[Any]):
    """A page of hits."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitOutput(many=True)
    escaped = serializers.BooleanField(help_text="The query could not be read as written; its words were searched for.")
    degraded = serializers.BooleanField(
        required=False, help_text="The query took too long; it was tried again without its wildcards."
    )
