"""`/api/documents/<id>/redaction_drafts/`: redactions that editors prepare, review and apply."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib import bulk
from docplatform.lib.caching import Uncached
from docplatform.lib.parsers import LimitedJSONParser
from docplatform.lib.permissions import HeldWrites, require
from documents import permissions
from documents.actions import redaction_drafts as actions
from documents.actions import redaction_search
from documents.models import Document, RedactionDraft
from documents.serializers.error import RefusedOutput
from documents.serializers.redaction_drafts import (
    AppliedOutput,
    ApplyInput,
    DraftInput,
    DraftOutput,
    FoundOutput,
    ReviewedOutput,
    ReviewInput,
    SearchInput,
    with_expanded,
)
from organizations.models import User
from organizations.permissions import may_upload
from organizations.scopes import STARTS

AT_ONCE = 100


class DraftsView(Uncached, HeldWrites, GenericViewSet[RedactionDraft]):
    """What only editors of a document see and do: to everybody else a draft would tell what is to be hidden."""

    parser_classes = (LimitedJSONParser,)
    serializer_class: Any = DraftOutput
    queryset = RedactionDraft.objects.none()  # names the model to the schema
    filter_backends = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Finds the document first: 404 where the person may not view it, 403 where they may not edit it."""
        super().initial(request, *args, **kwargs)
        place = {"pk": self.kwargs["document_pk"]}
        visible = self.held(Document.objects.filter(permissions.view(request.user)), **place)
        self.document = get_object_or_404(visible, **place)
        require(permissions.edit, request.user, self.document)

    @property
    def actor(self) -> User:
        """The person, who is one: nobody else edits."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    def get_queryset(self) -> QuerySet[RedactionDraft]:
        """The document's."""
        drafts = RedactionDraft.objects.filter(document=self.document)
        return with_expanded(drafts.select_related("document"), self.request)

    def input(self, data: Any, draft: Any = None, *, is_partial: bool = False) -> DraftInput:
        """What the person sends."""
        context = {"page_count": self.document.page_count}
        return DraftInput(draft, data=data, partial=is_partial, context=context)

    def output(self, *pks: int) -> list[Any]:
        """The drafts as they are now."""
        rows = self.get_queryset().filter(pk__in=pks).order_by("pk")
        return [self.get_serializer().to_representation(draft) for draft in rows]


class DraftListView(ListModelMixin, DraftsView):
    """All drafts of a document, and new ones."""

    page_ordering = ("page_number", "pk")

    @extend_schema(request=DraftInput, responses={201: DraftOutput})
    def create(self, request: Request, **address: Any) -> Response:
        """One draft, or an array of up to 100: all of them or none."""
        is_many = isinstance(request.data, list)
        items = bulk.items(request.data, most=AT_ONCE) if is_many else [request.data]
        inputs = [self.input(item) for item in items]
        inputs[0].is_valid(raise_exception=not is_many)
        drafts = actions.add(self.document, bulk.validate(inputs), actor=self.actor)
        bodies = self.output(*(draft.pk for draft in drafts))
        return Response(bodies if is_many else bodies[0], status=201)


class DraftView(RetrieveModelMixin, DraftsView):
    """One draft."""

    def get_object(self) -> RedactionDraft:
        """One of the document's."""
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    @extend_schema(request=DraftInput)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT: another box. It has to be reviewed again, and whoever changed it is its author."""
        draft = self.get_object()
        serializer = self.input(request.data, draft, is_partial=is_partial)
        serializer.is_valid(raise_exception=True)
        actions.change(draft, serializer.validated_data, actor=self.actor)
        return Response(self.output(draft.pk)[0])

    @extend_schema(request=DraftInput)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: like PUT, and what is left out stays as it is."""
        return self.update(request, is_partial=True)

    def destroy(self, request: Request, **address: Any) -> Response:
        """Gone."""
        actions.remove(self.get_object(), actor=self.actor)
        return Response(status=204)


class DraftReviewView(DraftsView):
    """`…/review/`."""

    serializer_class = ReviewInput

    @extend_schema(responses={200: ReviewedOutput, 409: RefusedOutput})
    def start(self, request: Request, **address: Any) -> Response:
        """Agree to drafts that others drew, as you saw them. 409 if one of them was changed since."""
        serializer = ReviewInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"ids": actions.review(self.document, seen=serializer.seen, actor=self.actor)})


class DraftApplyView(DraftsView):
    """`…/apply/`."""

    holds_rows = False
    key_scopes = STARTS
    serializer_class = ApplyInput

    @extend_schema(responses={201: AppliedOutput, 409: RefusedOutput})
    def start(self, request: Request, **address: Any) -> Response:
        """Redact what all or the named drafts say, as one operation. They go when it has succeeded."""
        serializer = ApplyInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        if serializer.validated_data["as_copy"] and not may_upload(request.user):
            raise PermissionDenied("Only members of a verified organization may make copies.")
        done = actions.apply(self.document, actor=self.actor, **serializer.validated_data)
        return Response({"document": done.document.pk, "drafts": done.drafts, "found_in": done.found_in}, status=201)


class DraftSearchView(DraftsView):
    """`…/search/`."""

    holds_rows = False
    serializer_class = SearchInput

    @extend_schema(responses=FoundOutput)
    def start(self, request: Request, **address: Any) -> Response:
        """Boxes over words, phrases or patterns. Nothing is kept: post as drafts those that are right."""
        serializer = SearchInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(redaction_search.find(self.document, serializer.search))
