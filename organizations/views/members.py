"""`/api/organizations/<id>/members/`: who belongs to an organization."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib import flex
from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from docplatform.lib.permissions import holds
from organizations import scopes
from organizations.actions import organization
from organizations.models import Membership
from organizations.permissions import administer_organizations
from organizations.serializers import UserOutput, active_organizations, memberships
from organizations.views.inside import InsideView


class MemberOutput(Flexible, serializers.ModelSerializer[Membership]):
    """A member, and whether they are one of the admins."""

    class Meta:
        model = Membership
        fields = ("user", "admin", "created_at")
        expandable_fields = {"user": UserOutput}

    def row(self, instance: Membership) -> dict[str, Any]:
        return {"user": instance.user_id, "admin": instance.admin, "created_at": moment(instance.created_at)}


class MemberInput(serializers.Serializer[Any]):
    """What admins decide about a member."""

    admin = serializers.BooleanField()


class MembersView(ListModelMixin, RetrieveModelMixin, InsideView[Membership]):
    """The members, for members. Admins manage them, and everybody may leave."""

    queryset = Membership.objects.none()
    serializer_class: Any = MemberOutput
    rules = {"PATCH": administer_organizations}
    key_scopes = scopes.MANAGES

    def get_queryset(self) -> QuerySet[Membership]:
        rows = Membership.objects.filter(organization=self.organization)
        expanded = flex.expanded(self.request, {"user", "user.organization"})
        if "user" in expanded:
            rows = rows.select_related("user").prefetch_related(memberships("user__"))
        if "user.organization" in expanded:
            rows = rows.prefetch_related(active_organizations(self.request.user, "user__"))
        return rows

    def get_object(self) -> Membership:
        return get_object_or_404(self.get_queryset(), user_id=self.kwargs["user_pk"])

    @extend_schema(request=MemberInput, responses=MemberOutput)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """Make a member an admin, or an admin a plain member; the last admin stays one."""
        data = MemberInput(data=request.data)
        data.is_valid(raise_exception=True)
        organization.set_admin(self.get_object(), actor=self.actor, **data.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Leave, or remove somebody. The documents stay with the organization."""
        membership = self.get_object()
        is_own = membership.user_id == self.actor.pk
        if not is_own and not holds(administer_organizations, request.user, self.organization):
            raise PermissionDenied
        organization.remove_member(membership, actor=self.actor)
        return Response(status=204)
