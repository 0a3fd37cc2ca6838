"""`/api/documents/<id>/redactions/`: remove what lies under boxes, for good."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib import bulk
from docplatform.lib.permissions import ByRules
from documents import permissions
from documents.actions import redactions
from documents.actions.redactions import Box
from documents.models import Document
from documents.serializers.error import RefusedOutput
from documents.serializers.redactions import RedactionInput, RedactionOutput
from documents.views.visible import DocumentsView
from organizations.permissions import may_upload
from organizations.scopes import STARTS

MOST = 2000  # boxes of one request
NEEDS_REVIEW = (
    "On this server a second person has to review every redaction. Prepare it under redaction_drafts, have it "
    "reviewed, then apply it."
)
AS_COPY = OpenApiParameter("as_copy", bool, description="Leave this document as it is, and redact a copy of it.")


class RedactionsView(DocumentsView):
    """Redactions can be made, not looked at again."""

    holds_rows = False
    key_scopes = STARTS
    permission_classes = (ByRules,)
    rules = {"POST": permissions.edit}
    serializer_class = RedactionInput

    @extend_schema(
        request=RedactionInput(many=True),
        responses={201: RedactionOutput(many=True), 409: RefusedOutput},
        parameters=[AS_COPY],
    )
    def create(self, request: Request, **address: Any) -> Response:
        """Start; the answer also says where else the removed words stand."""
        document, as_copy = self.get_object(), _is_true(request.query_params.get("as_copy", ""))
        if settings.REDACTION_NEEDS_REVIEW:
            raise PermissionDenied(NEEDS_REVIEW)
        if as_copy and not may_upload(request.user):
            raise PermissionDenied("Only members of a verified organization may make copies.")
        items = _validated(request.data, document)
        boxes = [Box(**item) for item in items]
        removed = redactions.look(document, boxes)
        found = removed.found_in(self.actor)
        target = redactions.start(removed, actor=self.actor, as_copy=as_copy)
        return Response(_echo(items, target, found), status=201)


def _is_true(value: str) -> bool:
    return value.lower() in ("1", "true", "yes", "on")


def _validated(data: Any, document: Document) -> Sequence[dict[str, Any]]:
    if not isinstance(data, list) or not data:
        raise ValidationError({"non_field_errors": ["Send a list with at least one redaction."]})
    if len(data) > MOST:
        raise ValidationError({"non_field_errors": [f"Send at most {MOST} redactions at once."]})
    context = {"page_count": document.page_count}
    return bulk.validate([RedactionInput(data=item, context=context) for item in data])


def _echo(items: Sequence[dict[str, Any]], target: Document, found: dict[str, Any]) -> list[dict[str, Any]]:
    echoed = [{**item, "document": target.pk} for item in items]
    echoed[0]["found_in"] = found
    return echoed
