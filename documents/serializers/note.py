"""Notes, as people send and get them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q, QuerySet, Value
from rest_framework import serializers
from rest_framework.request import Request

from docplatform.lib import flex
from docplatform.lib.moments import moment
from documents import permissions
from documents.choices import SHOWN_ACCESS, Access
from documents.models import Document, Note
from organizations.models import Organization
from organizations.permissions import know_organizations
from organizations.serializers import OrganizationOutput, UserOutput, active_organizations, memberships
from projects.permissions import NOBODY

SIDES = ("x1", "x2", "y1", "y2")
EXPANDABLE = ("user", "user.organization", "organization")
ALL_SIDES = "Send x1, x2, y1 and y2, or none of them for a note on the whole page."
ORDER = "x1 must be less than x2, and y1 less than y2."


class NoteInput(serializers.Serializer[Note]):
    """A note on a page (0-based): on the box of its sides, in fractions of the page, or on the whole of it."""

    page_number = serializers.IntegerField(min_value=0)
    title = serializers.CharField(max_length=500)
    content = serializers.CharField(max_length=2000, allow_blank=True, trim_whitespace=False, required=False)
    access = serializers.ChoiceField(choices=SHOWN_ACCESS, default=Access.PRIVATE.value)
    x1 = serializers.FloatField(min_value=0, max_value=1, allow_null=True, required=False)
    x2 = serializers.FloatField(min_value=0, max_value=1, allow_null=True, required=False)
    y1 = serializers.FloatField(min_value=0, max_value=1, allow_null=True, required=False)
    y2 = serializers.FloatField(min_value=0, max_value=1, allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """All sides or none: a PATCH cannot move one of them by itself."""
        given = [side for side in SIDES if side in attrs]
        if not given:
            return attrs
        if self.partial and len(given) < len(SIDES):
            raise serializers.ValidationError(ALL_SIDES)
        box = {side: attrs.get(side) for side in SIDES}
        _check(box)
        return attrs | box


def _check(box: Mapping[str, float | None]) -> None:
    x1, x2, y1, y2 = (box[side] for side in SIDES)
    if x1 is None or x2 is None or y1 is None or y2 is None:
        if any(side is not None for side in box.values()):
            raise serializers.ValidationError(ALL_SIDES)
    elif not (x1 < x2 and y1 < y2):  # "nan", which a form can send, is neither more nor less than anything
        raise serializers.ValidationError(ORDER)


class NoteOutput(flex.Flexible, serializers.Serializer[Note]):
    """A note; give it rows that went through `with_output`.

    `content` is as it was sent: sanitise it where you show it as HTML.
    """

    id = serializers.IntegerField()
    user = serializers.IntegerField()
    organization = serializers.IntegerField()
    page_number = serializers.IntegerField()
    access = serializers.ChoiceField(choices=SHOWN_ACCESS)
    edit_access = serializers.BooleanField()
    title = serializers.CharField()
    content = serializers.CharField()
    x1 = serializers.FloatField(allow_null=True)
    x2 = serializers.FloatField(allow_null=True)
    y1 = serializers.FloatField(allow_null=True)
    y2 = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        expandable_fields: ClassVar[dict[str, Any]] = {"user": UserOutput, "organization": OrganizationOutput}

    def row(self, instance: Note) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "user": instance.user_id,
            "organization": instance.organization_id,
            "page_number": instance.page_number,
            "access": instance.access,
            "edit_access": instance.edit_access,  # type: ignore[attr-defined]  # with_output
            "title": instance.title,
            "content": instance.content,
            **{side: getattr(instance, side) for side in SIDES},
            "created_at": moment(instance.created_at),
            "updated_at": moment(instance.updated_at),
        }

    def related(self, instance: Note, name: str) -> Any:
        if name == "organization":
            return instance.known_organization  # type: ignore[attr-defined]  # with_output; None: it hides
        return super().related(instance, name)


def notes_on(document: Document, request: Request, *, prefix: str = "") -> QuerySet[Note]:
    """The notes that the person may see on a document which they may view, and which knows their `edit_access`.

    `prefix` is what leads to notes in the names that the request expands.
    """
    visible = permissions.view_notes_of(request.user, editable=_editable(document))
    return with_output(Note.objects.filter(visible), document, request, prefix=prefix)


def with_output(notes: QuerySet[Note], document: Document, request: Request, *, prefix: str = "") -> QuerySet[Note]:
    """Those on the document, with what NoteOutput shows beside the columns, and with what the request expands."""
    user = request.user
    edit: Q | Value = permissions.edit_notes_of(user, editable=_editable(document))
    if user.is_anonymous:  # a rule that lets nobody in would come back as the number 0
        edit = Value(value=False)
    notes = notes.filter(document_id=document.pk).defer("tsv")
    notes = notes.annotate(edit_access=ExpressionWrapper(edit, output_field=BooleanField()))
    return _with_expanded(notes, request, prefix)


def _editable(document: Document) -> Q:
    """Asked once for the document, not again for each of its notes."""
    return permissions.ANY if document.edit_access else NOBODY  # type: ignore[attr-defined]


def _with_expanded(notes: QuerySet[Note], request: Request, prefix: str) -> QuerySet[Note]:
    names = {name.removeprefix(prefix) for name in flex.expanded(request, [prefix + name for name in EXPANDABLE])}
    if "user" in names:
        notes = notes.select_related("user").prefetch_related(memberships("user__"))
    if "user.organization" in names:
        notes = notes.prefetch_related(active_organizations(request.user, "user__"))
    if "organization" in names:
        known = Organization.objects.filter(know_organizations(request.user)).select_related("plan")
        notes = notes.prefetch_related(Prefetch("organization", queryset=known, to_attr="known_organization"))
    return notes
