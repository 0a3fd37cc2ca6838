"""`/api/documents/<id>/errors/`: what went wrong, for those who can do something about it."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.permissions import require
from documents import permissions
from documents.models import Document, DocumentError
from documents.serializers.error import ErrorOutput


class ErrorListView(Uncached, ListModelMixin, GenericViewSet[DocumentError]):
    """The failures of one document, oldest first. Viewers who may not edit it get 403: a failure is not public."""

    serializer_class: Any = ErrorOutput
    queryset = DocumentError.objects.none()  # names the model to the schema
    filter_backends = ()
    page_ordering = ("created_at", "pk")

    def get_queryset(self) -> QuerySet[DocumentError]:
        """The document's."""
        visible = Document.objects.filter(permissions.view(self.request.user))
        document = get_object_or_404(visible, pk=self.kwargs["document_pk"])
        require(permissions.edit, self.request.user, document)
        return DocumentError.objects.filter(document=document)
