"""Starting, cancelling and watching the processing of documents."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib import bulk
from docplatform.lib.errors import Refused, Shape
from docplatform.lib.permissions import ByRules, holds
from documents import permissions
from documents.actions import processing
from documents.models import Document
from documents.serializers.process import BulkProcessInput, PendingOutput, ProcessInput
from documents.views.visible import DocumentsView
from organizations.models import User
from organizations.permissions import may_upload
from organizations.scopes import STARTS


class ProcessView(DocumentsView):
    """`/api/documents/<id>/process/`: start and cancel."""

    key_scopes = STARTS
    permission_classes = (ByRules,)
    rules = {"DELETE": permissions.share}
    serializer_class = ProcessInput

    @extend_schema(responses=str)
    def start(self, request: Request, **address: Any) -> Response:
        """Process the document, or process it again."""
        document = self.get_object()
        _check_may_process(request)
        if not holds(permissions.edit, request.user, document):
            raise Refused("not_editable", "You may not process this document.")
        serializer = ProcessInput(data=request.data, context={"user": self.actor, "document": document})
        serializer.is_valid(raise_exception=True)
        processing.start([(document, serializer.options)], actor=self.actor)
        return Response("OK")

    @extend_schema(responses=str)
    def cancel(self, request: Request, **address: Any) -> Response:
        """Stop processing; the document goes into the error state."""
        processing.cancel(self.get_object(), actor=self.actor)
        return Response("OK")


class BulkProcessView(DocumentsView):
    """`/api/documents/process/`: start several; all of them or none."""

    key_scopes = STARTS
    permission_classes = (IsAuthenticated,)
    serializer_class = ProcessInput

    @extend_schema(request=BulkProcessInput(many=True), responses=str)
    def start(self, request: Request, **suffix: Any) -> Response:
        """Takes `[{"id", "force_ocr", "ocr_engine"}]`, or `{"ids": []}` as older clients send it."""
        _check_may_process(request)
        items = bulk.items(_as_list(request.data))
        ids = bulk.ids(items)
        editable = Document.objects.filter(permissions.edit(request.user))
        documents = bulk.find(self.held(editable, pk__in=ids), ids)
        contexts = [{"user": self.actor, "document": documents[pk]} for pk in ids]
        inputs = [ProcessInput(data=item, context=context) for item, context in zip(items, contexts, strict=True)]
        bulk.validate(inputs)
        _start_all([(documents[pk], item.options) for pk, item in zip(ids, inputs, strict=True)], self.actor)
        return Response("OK")


class PendingView(DocumentsView):
    """What is left to do on the person's own documents; nothing for strangers."""

    permission_classes = ()
    pagination_class = None

    @extend_schema(responses=PendingOutput(many=True))
    def list(self, request: Request, **suffix: Any) -> Response:
        """`/api/documents/pending/`: one object for each document that is being processed."""
        return Response(self._pending())

    @extend_schema(responses=PendingOutput)
    def retrieve(self, request: Request, **address: Any) -> Response:
        """`/api/documents/<id>/pending/`: an empty object when there is nothing to tell."""
        rows = self._pending(pk=self.get_object().pk)
        return Response(rows[0] if rows else {})

    def _pending(self, **one: int) -> Sequence[dict[str, Any]]:
        user = self.request.user
        if not user.is_authenticated:
            return []
        own = Document.objects.filter(permissions.ALIVE, user_id=user.pk, **one)
        return processing.pending(own)


def _check_may_process(request: Request) -> None:
    if not request.user.is_authenticated:
        raise NotAuthenticated
    if not may_upload(request.user):
        raise PermissionDenied("Only members of a verified organization may process documents.")


def _as_list(data: Any) -> Any:
    ids = data.get("ids") if isinstance(data, dict) else None
    return [{"id": pk} for pk in ids] if isinstance(ids, list) else data


def _start_all(wanted: list[tuple[Document, processing.Options]], actor: User) -> None:
    try:
        processing.start(wanted, actor=actor)
    except Refused as refusal:
        refusal.shape = Shape.LIST
        raise
