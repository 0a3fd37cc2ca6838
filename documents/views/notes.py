"""`/api/documents/<id>/notes/`: what people write on the pages of a document."""

from typing import Any

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib.caching import kept
from documents.actions import note as actions
from documents.choices import Access
from documents.filters import FrugalFilterBackend, NoteFilter
from documents.models import Note
from documents.serializers.note import NoteInput, NoteOutput, notes_on, with_output
from documents.views.below import BelowDocument


class NotesView(BelowDocument[Note]):
    """Everybody who may view the document writes private notes; what others are to see takes an editor."""

    serializer_class: Any = NoteOutput
    queryset = Note.objects.none()  # names the model to the schema
    only_editors_write = False

    def get_queryset(self) -> QuerySet[Note]:
        """Those that the person may see."""
        return notes_on(self.document, self.request)

    def values(self, note: Note | None = None, *, is_partial: bool = False) -> dict[str, Any]:
        """What the person sends; 403 where they may not let others see it."""
        serializer = NoteInput(note, data=self.request.data, partial=is_partial)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        if values.get("access", Access.PRIVATE) != Access.PRIVATE and not self.document.edit_access:
            raise PermissionDenied
        return values

    def shown(self, row: Model) -> Any:
        """What the person has just written, as it is now; perhaps they may not view it any more."""
        rows = with_output(Note.objects.filter(pk=row.pk), self.document, self.request)
        return self.get_serializer(get_object_or_404(rows)).data


class NoteListView(NotesView):
    """The notes of a document, and new ones."""

    filter_backends = (FrugalFilterBackend,)
    filterset_class = NoteFilter
    page_ordering = ("page_number", "pk")

    def list(self, request: Request, **address: Any) -> Response:
        """A page of notes."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return kept(request, self.get_paginated_response(self.get_serializer(page, many=True).data).data)

    @extend_schema(request=NoteInput, responses={201: NoteOutput})
    def create(self, request: Request, **address: Any) -> Response:
        """Write a note."""
        note = actions.add(self.document, self.values(), actor=self.actor)
        return Response(self.shown(note), status=201)


class NoteView(NotesView):
    """One note."""

    def retrieve(self, request: Request, **address: Any) -> Response:
        """The note."""
        return kept(request, self.get_serializer(self.get_object()).data)

    @extend_schema(request=NoteInput)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT: new values. Left out, access goes back to private."""
        note = self.own()
        actions.change(note, self.values(note, is_partial=is_partial), actor=self.actor)
        return Response(self.shown(note))

    @extend_schema(request=NoteInput)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: new values for what is sent."""
        return self.update(request, is_partial=True)

    def destroy(self, request: Request, **address: Any) -> Response:
        """Gone for good."""
        actions.remove(self.own(), actor=self.actor)
        return Response(status=204)

    def own(self) -> Note:
        """The note, if the person may change it."""
        note = self.get_object()
        if not note.edit_access:  # type: ignore[attr-defined]  # with_output
            raise PermissionDenied
        return note
