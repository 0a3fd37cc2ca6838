"""`/api/documents/`: lists of documents, new ones, and changes to many at once."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib import bulk
from docplatform.lib.errors import Refused, Shape
from documents import permissions
from documents.actions import document as actions
from documents.actions import upload
from documents.filters import DocumentFilter, FrugalFilterBackend, named_ids, ordered
from documents.models import Document
from documents.serializers.document import DocumentOutput, NewDocumentOutput
from documents.serializers.document_input import DocumentCreate, DocumentOwnerUpdate, DocumentUpdate
from documents.serializers.error import RefusedOutput
from documents.views.visible import PURGE, DocumentsView, wants_purge
from organizations import scopes
from organizations.actions import idempotency
from organizations.permissions import Person, may_upload

DELETE_WHAT = "Name the documents to delete by id__in; every one of them must be yours to delete."

ORDERING = OpenApiParameter(
    "ordering",
    str,
    description="created_at, updated_at, page_count, title, source or id; with - before it the other way round.",
)


class DocumentListView(DocumentsView):
    """All documents that the person may view."""

    permission_classes = (IsAuthenticatedOrReadOnly,)
    filter_backends = (FrugalFilterBackend,)
    filterset_class = DocumentFilter
    cursor_ordering: tuple[str, ...] = ("pk",)

    @extend_schema(parameters=[ORDERING])
    def list(self, request: Request, **suffix: Any) -> Response:
        """A page of documents."""
        rows, self.cursor_ordering = ordered(self.filter_queryset(self.get_queryset()), request)
        page = self.paginate_queryset(self.shown(rows))
        return self.get_paginated_response(self.body(page or []))

    @extend_schema(request=DocumentCreate, responses={201: NewDocumentOutput})
    def create(self, request: Request, **suffix: Any) -> Response:
        """One document, or up to 25: all of them or none. The answer holds the URL that takes each file."""
        if not may_upload(request.user):
            raise PermissionDenied("Only members of a verified organization may upload.")
        is_many = isinstance(request.data, list)
        items = bulk.items(request.data) if is_many else [request.data]
        context = self.get_serializer_context()
        inputs = [DocumentCreate(data=item, context=context) for item in items]
        ids = self._create(request, _validated(inputs, is_many=is_many))
        rows = self.shown(self.get_queryset()).filter(pk__in=ids).order_by("pk")
        bodies = [self.one(document) for document in rows]
        if len(bodies) < len(ids):  # made by an earlier request with this key, and gone since
            raise Http404
        return Response(bodies if is_many else bodies[0], status=201)

    @extend_schema(request=DocumentOwnerUpdate(many=True), responses=DocumentOutput(many=True))
    def update(self, request: Request, *, is_partial: bool = False, **suffix: Any) -> Response:
        """PUT: new values for up to 25 documents, each named by its id; all of them or none."""
        items = bulk.items(request.data)
        ids = bulk.ids(items)
        documents = bulk.find(self.held(self._all(permissions.edit), pk__in=ids), ids)
        shape = DocumentOwnerUpdate if self._owns(ids) else DocumentUpdate
        options: Any = {"partial": is_partial, "context": {**self.get_serializer_context(), "is_bulk": True}}
        inputs = [shape(documents[pk], data=item, **options) for pk, item in zip(ids, items, strict=True)]
        actions.update(dict(zip(ids, bulk.validate(inputs), strict=True)), actor=self.actor)
        return Response(self.body(self.written(*ids)))

    @extend_schema(request=DocumentOwnerUpdate(many=True), responses=DocumentOutput(many=True))
    def partial_update(self, request: Request, **suffix: Any) -> Response:
        """PATCH: like PUT, and what is left out stays as it is."""
        return self.update(request, is_partial=True)

    @extend_schema(parameters=[PURGE], responses={204: None, 409: RefusedOutput})
    def destroy(self, request: Request, **suffix: Any) -> Response:
        """DELETE: the documents named by `id__in`; all of them or none. They go to the trash, unless `purge=true`."""
        deletable = self.filter_queryset(self._all(permissions.share))
        found = list(deletable.values_list("pk", flat=True)[: settings.BULK_LIMIT + 1])
        bulk.limit(len(found))
        still = self.held(deletable, pk__in=found).filter(pk__in=found)
        if not found or named_ids(request) != set(still.values_list("pk", flat=True)):
            raise Refused("id__in", DELETE_WHAT, shape=Shape.LIST)
        actions.delete(found, actor=self.actor, is_final=wants_purge(request))
        return Response(status=204)

    def _all(self, rule: Callable[[Person], Q]) -> QuerySet[Document]:
        return Document.objects.filter(rule(self.request.user))

    def _owns(self, ids: Sequence[int]) -> bool:
        """Whether the person may hand over every one of the documents."""
        return self._all(permissions.change_owner).filter(pk__in=ids).count() == len(ids)

    def _create(self, request: Request, items: Sequence[dict[str, Any]]) -> Sequence[int]:
        if any(item.get("file_url") for item in items):  # which is fetched and processed at once
            scopes.require(request.auth, scopes.Scope.PROCESS)

        def create() -> Sequence[int]:
            return [document.pk for document in upload.create(items, actor=self.actor)]

        key = request.headers.get("Idempotency-Key", "")
        mark = idempotency.fingerprint(request.path, request.data)
        return idempotency.once(user=self.actor, key=key, fingerprint=mark, create=create)


def _validated(inputs: Sequence[DocumentCreate], *, is_many: bool) -> Sequence[dict[str, Any]]:
    """The values of every item; refused as one object, or item by item."""
    if is_many:
        return bulk.validate(inputs)
    inputs[0].is_valid(raise_exception=True)
    return [inputs[0].validated_data]
