"""What the views of documents share: everything starts from what the person may view, so the rest is 404."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotAuthenticated
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.parsers import LimitedJSONParser
from docplatform.lib.permissions import HeldWrites
from documents import permissions
from documents.models import Document
from documents.serializers.document import (
    DocumentOutput,
    NewDocumentOutput,
    OneDocumentOutput,
    with_expanded,
    with_output,
)
from organizations.models import User

PURGE = OpenApiParameter("purge", bool, description="true: nobody brings it back, and its files go within minutes.")


def wants_purge(request: Request) -> bool:
    """Whether a DELETE skips the trash."""
    return request.query_params.get("purge", "").lower() in ("true", "1")


class DocumentsView(Uncached, HeldWrites, GenericViewSet[Document]):
    """Answers with documents."""

    parser_classes = (LimitedJSONParser, MultiPartParser)
    serializer_class: Any = DocumentOutput
    queryset = Document.objects.none()  # names the model to the schema

    def get_queryset(self) -> QuerySet[Document]:
        """Everything that the person may view."""
        return Document.objects.filter(permissions.view(self.request.user))

    def get_object(self) -> Document:
        """The document of the address: 404 when the person may not view it, 403 when a rule refuses the method."""
        visible = self.held(self.get_queryset(), pk=self.kwargs["pk"])
        document = self.shown(visible).filter(pk=self.kwargs["pk"]).first()
        if document is None:
            raise Http404
        self.check_object_permissions(self.request, document)
        return document

    def shown(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """The rows with all that their output needs."""
        return with_expanded(with_output(documents, self.request.user), self.request)

    @property
    def actor(self) -> User:
        """The person who writes."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    def one(self, document: Document) -> Any:
        """The body for one document; as long as there is no file, its owner also gets the URL that takes it."""
        waits_for_file = document.waits_for_upload and document.user_id == self.request.user.pk
        return self.body([document], NewDocumentOutput if waits_for_file else OneDocumentOutput)[0]

    def body(self, documents: Iterable[Document], shape: type[DocumentOutput] = DocumentOutput) -> list[Any]:
        """The body for documents that went through `shown`."""
        output = shape(context=self.get_serializer_context())
        return [output.to_representation(document) for document in documents]

    def written(self, *pks: int) -> QuerySet[Document]:
        """What the person has just written, as it is now; perhaps they may not view it any more."""
        return self.shown(Document.objects.filter(permissions.ALIVE, pk__in=pks)).order_by("pk")
