"""`/api/documents/<id>/errors/`: what went wrong, for those who can do something about it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from documents.models import DocumentError
from documents.serializers.error import ErrorOutput
from documents.views.below import BelowDocument


class ErrorListView(ListModelMixin, BelowDocument[DocumentError]):
    """The failures of one document, oldest first. Viewers who may not edit it get 403: a failure is not public."""

    serializer_class: Any = ErrorOutput
    queryset = DocumentError.objects.none()  # names the model to the schema
    page_ordering = ("created_at", "pk")

    def get_queryset(self) -> QuerySet[DocumentError]:
        """The document's."""
        if not self.document.edit_access:
            raise PermissionDenied
        return DocumentError.objects.filter(document=self.document)

    @extend_schema(request=None, responses={403: OpenApiResponse(description="Whoever asks.")})
    def create(self, request: Request, **address: Any) -> Response:
        """403: failures are written by what processes documents, which does not come through the API."""
        raise PermissionDenied
