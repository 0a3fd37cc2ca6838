"""`/api/documents/<id>/sections/`: the outline of a document."""

from typing import Any

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions import section as actions
from documents.models import Section
from documents.serializers.section import SectionInput, SectionOutput
from documents.views.below import BelowDocument


class SectionsView(BelowDocument[Section]):
    """Everybody who may view the document reads its sections; editors write them."""

    serializer_class: Any = SectionOutput
    queryset = Section.objects.none()  # names the model to the schema

    def get_queryset(self) -> QuerySet[Section]:
        """The document's."""
        return Section.objects.filter(document=self.document)

    def values(self, section: Section | None = None, *, is_partial: bool = False) -> dict[str, Any]:
        """What the person sends."""
        serializer = SectionInput(section, data=self.request.data, partial=is_partial)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return values

    def shown(self, row: Model) -> Any:
        """The section as it is now."""
        return self.get_serializer(get_object_or_404(self.get_queryset(), pk=row.pk)).data


class SectionListView(ListModelMixin, SectionsView):
    """The sections of a document, and new ones."""

    page_ordering = ("page_number", "pk")

    @extend_schema(request=SectionInput, responses={201: SectionOutput})
    def create(self, request: Request, **address: Any) -> Response:
        """Begin a section."""
        section = actions.add(self.document, self.values(), actor=self.actor)
        return Response(self.shown(section), status=201)


class SectionView(RetrieveModelMixin, SectionsView):
    """One section."""

    @extend_schema(request=SectionInput)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT: another title, another page."""
        section = self.get_object()
        actions.change(section, self.values(section, is_partial=is_partial), actor=self.actor)
        return Response(self.shown(section))

    @extend_schema(request=SectionInput)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: new values for what is sent."""
        return self.update(request, is_partial=True)

    def destroy(self, request: Request, **address: Any) -> Response:
        """Gone for good."""
        actions.remove(self.get_object(), actor=self.actor)
        return Response(status=204)
