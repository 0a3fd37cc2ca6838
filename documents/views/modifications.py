"""`/api/documents/<id>/modifications/`: move, copy, turn, leave out and import pages."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib.permissions import ByRules
from documents import permissions
from documents.actions import modifications
from documents.serializers.modifications import ModificationInput, ModificationOutput, echo, parts_of, understand
from documents.views.visible import DocumentsView
from organizations.scopes import STARTS

ANSWER = inline_serializer("ModificationsOutput", {"data": ModificationOutput(many=True)})


class ModificationsView(DocumentsView):
    """Takes the list of all pages that the document is to have."""

    key_scopes = STARTS
    permission_classes = (ByRules,)
    rules = {"POST": permissions.edit}
    serializer_class = ModificationInput

    @extend_schema(request=ModificationInput(many=True), responses={201: ANSWER})
    def create(self, request: Request, **address: Any) -> Response:
        """Begin to change the pages; what was understood is said back."""
        document = self.get_object()
        items = understand(request.data, document=document, user=request.user)
        modifications.start(document, parts_of(items), actor=self.actor)
        return Response(echo(items), status=status.HTTP_201_CREATED)
