"""`/api/documents/<id>/`: one document."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib.caching import kept
from docplatform.lib.permissions import ByRules, holds
from documents import permissions
from documents.actions import document as actions
from documents.serializers.document_input import DocumentOwnerUpdate, DocumentUpdate
from documents.serializers.error import RefusedOutput
from documents.views.visible import PURGE, DocumentsView, wants_purge


class DocumentView(DocumentsView):
    """One document that the person may view."""

    permission_classes = (ByRules,)
    rules = {"PUT": permissions.edit, "PATCH": permissions.edit, "DELETE": permissions.share}

    def retrieve(self, request: Request, **address: Any) -> Response:
        """The document."""
        return kept(request, self.one(self.get_object()))

    @extend_schema(request=DocumentOwnerUpdate)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT: new values. Left out, access, language and extension go back to their defaults."""
        document = self.get_object()
        shape = DocumentOwnerUpdate if holds(permissions.change_owner, request.user, document) else DocumentUpdate
        serializer = shape(document, data=request.data, partial=is_partial, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        actions.update({document.pk: serializer.validated_data}, actor=self.actor)
        return Response(self.one(self.written(document.pk)[0]))

    @extend_schema(request=DocumentOwnerUpdate)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: new values for what is sent."""
        return self.update(request, is_partial=True)

    @extend_schema(parameters=[PURGE], responses={204: None, 409: RefusedOutput})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Gone at once, and in the trash for a while; with `purge=true` for good."""
        actions.delete([self.get_object().pk], actor=self.actor, is_final=wants_purge(request))
        return Response(status=204)
