"""`/api/trash/`: what was deleted and can still be brought back, for those who might delete it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from documents import permissions
from documents.actions import trash
from documents.models import Document
from documents.serializers.document import OneDocumentOutput
from documents.serializers.error import RefusedOutput
from documents.serializers.trash import TrashOutput
from documents.views.visible import DocumentsView


class TrashView(ListModelMixin, DocumentsView):
    """Deleted documents, the latest first."""

    permission_classes = (IsAuthenticated,)
    serializer_class = TrashOutput
    filter_backends = ()
    cursor_ordering = ("-trashed_at", "-pk")

    def get_queryset(self) -> QuerySet[Document]:
        """Everything in the trash that the person might delete."""
        return Document.objects.filter(permissions.trash(self.request.user))

    def shown(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Only columns."""
        return documents

    def retrieve(self, request: Request, **address: Any) -> Response:
        """One of them."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses=OneDocumentOutput)
    def restore(self, request: Request, **address: Any) -> Response:
        """Back to where it was, as it was."""
        pk = self.get_object().pk
        trash.restore(pk, actor=self.actor)
        document = super().shown(Document.objects.filter(permissions.ALIVE, pk=pk)).get()
        return Response(self.one(document))

    @extend_schema(responses={204: None, 409: RefusedOutput})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Gone for good, without waiting."""
        trash.remove(self.get_object().pk, actor=self.actor)
        return Response(status=204)
