"""`/api/documents/<id>/revisions/<version>/restore/`: an earlier state of a document becomes the present one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib.permissions import ByRules
from documents import permissions
from documents.actions import revision
from documents.serializers.document import DocumentOutput
from documents.views.visible import DocumentsView
from organizations.scopes import STARTS


class RestoreView(DocumentsView):
    """Beyond the contract, which only lists revisions."""

    key_scopes = STARTS
    permission_classes = (ByRules,)
    rules = {"POST": permissions.edit}

    @extend_schema(request=None, responses=DocumentOutput)
    def start(self, request: Request, version: int, **address: Any) -> Response:
        """At once; answers with the document."""
        document = self.get_object()
        revision.restore(document, version, actor=self.actor)
        return Response(self.one(self.written(document.pk)[0]))
