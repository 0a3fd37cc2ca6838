"""`/api/export/`: everything that one owns, or that an organization does, as one archive."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.errors import Refused
from documents.actions.moving import export
from documents.actions.moving.export import Export
from documents.serializers.error import RefusedOutput
from documents.views.files import AnyType, attachment
from organizations.models import Organization, User
from organizations.permissions import administer_organizations, signed_in, view_organizations

ONE = OpenApiParameter("organization", int, description="The id of an organization that one is an admin of.")


class ExportView(Uncached, ViewSet):
    """Its format is described in documents.actions.moving.export."""

    permission_classes = (IsAuthenticated,)
    content_negotiation_class = AnyType

    @extend_schema(
        parameters=[ONE],
        responses={(200, "application/x-tar"): OpenApiTypes.BINARY, 400: OpenApiResponse(RefusedOutput)},
    )
    def retrieve(self, request: Request, **suffix: Any) -> HttpResponseBase:
        """A tar of documents with their files, texts and notes, projects and saved searches. It is made while it is
        sent, and has `end.json` at its end if nothing is missing."""
        user = signed_in(request.user)
        asked = request.query_params.get("organization", "")
        chosen = _organization(user, asked) if asked else _own(user)
        return attachment(export.stream(chosen), "application/x-tar", "export.tar")


def _own(user: User) -> Export:
    export.log(user, actor=user)
    return export.of_person(user)


def _organization(user: User, asked: str) -> Export:
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        raise Refused("organization", "Give the id of an organization: a whole number.")
    organization = get_object_or_404(Organization.objects.filter(view_organizations(user)), pk=int(asked))
    if not Organization.objects.filter(administer_organizations(user), pk=organization.pk).exists():
        raise PermissionDenied
    export.log(organization, actor=user)
    return export.of_organization(organization, admin=user)
