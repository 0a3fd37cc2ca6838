"""What was found in a document: `/legacy_entities_2/`, and in older shapes `/legacy_entities/` and `/dates/`."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions import extraction
from documents.choices import ExtractKind
from documents.filters import ExtractFilter, FrugalFilterBackend
from documents.models import Extract
from documents.serializers.mention import DateOutput, ExtractOutput, ValueOutput
from documents.views.below import BelowDocument
from organizations.scopes import STARTS


class FoundView(ListModelMixin, BelowDocument[Extract]):
    """Whoever may view the document reads it, once all of its pages have been searched."""

    queryset = Extract.objects.none()  # names the model to the schema
    page_ordering = ("-relevance", "pk")

    def get_queryset(self) -> QuerySet[Extract]:
        """The document's."""
        rows = Extract.objects.filter(document=self.document)
        return rows if self.document.extracted_at else rows.none()


class ExtractsView(FoundView):
    """Dates, prices, addresses, phone numbers, e-mail and web addresses."""

    key_scopes = STARTS
    serializer_class: Any = ExtractOutput
    filter_backends = (FrugalFilterBackend,)
    filterset_class = ExtractFilter

    @extend_schema(request=None, responses=str)
    def start(self, request: Request, **address: Any) -> Response:
        """Look for them. The document stays readable meanwhile."""
        extraction.start(self.document, actor=self.actor)
        return Response("OK")

    def destroy(self, request: Request, **address: Any) -> Response:
        """Forget them; they can be extracted again."""
        extraction.forget(self.document, actor=self.actor)
        return Response(status=204)


class ValuesView(FoundView):
    """Everything but dates, in the oldest shape."""

    serializer_class: Any = ValueOutput

    def get_queryset(self) -> QuerySet[Extract]:
        return super().get_queryset().exclude(kind=ExtractKind.DATE)


class DatesView(FoundView):
    """Dates of which year, month and day are known."""

    serializer_class: Any = DateOutput
    page_ordering = ("name", "pk")

    def get_queryset(self) -> QuerySet[Extract]:
        return super().get_queryset().filter(kind=ExtractKind.DATE, metadata__has_keys=["year", "day"])
