"""`/api/organizations/<id>/invitations/`: the admins of an organization ask people in."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from organizations import scopes
from organizations.actions import invitations
from organizations.models import Invitation
from organizations.permissions import administer_organizations
from organizations.views.inside import InsideView


class InvitationInput(serializers.Serializer[Any]):
    """Whom to invite, and whether they are to be an admin."""

    email = serializers.EmailField(max_length=254)
    admin = serializers.BooleanField(default=False)


class InvitationOutput(serializers.ModelSerializer[Invitation]):
    """An invitation that nobody accepted yet; it may have expired."""

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ("id", "email", "admin", "inviter", "created_at", "expires_at")
        read_only_fields: tuple[str, ...] = fields


class SentInvitationOutput(InvitationOutput):
    """A new invitation. `link` is never shown again; `mailed` says whether it was also sent by mail."""

    link = serializers.CharField(read_only=True)
    mailed = serializers.BooleanField(read_only=True)

    class Meta(InvitationOutput.Meta):
        fields = (*InvitationOutput.Meta.fields, "link", "mailed")
        read_only_fields = fields


class InvitationsView(ListModelMixin, InsideView[Invitation]):
    """Invitations that nobody accepted yet; only admins see them."""

    queryset = Invitation.objects.none()
    serializer_class: Any = InvitationOutput
    rules = dict.fromkeys(("GET", "POST", "DELETE"), administer_organizations)
    key_scopes = scopes.GUARDS

    def get_queryset(self) -> QuerySet[Invitation]:
        return invitations.waiting().filter(organization=self.organization)

    def get_object(self) -> Invitation:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    @extend_schema(request=InvitationInput, responses={201: SentInvitationOutput})
    def create(self, request: Request, **address: Any) -> Response:
        """Invite an address. The link is in this answer and, where mail is sent, in a mail; it is never shown again."""
        data = InvitationInput(data=request.data)
        data.is_valid(raise_exception=True)
        sent = invitations.invite(self.organization, actor=self.actor, **data.validated_data)
        return Response(shown(sent), status=201)

    @extend_schema(request=None, responses=SentInvitationOutput)
    def resend(self, request: Request, **address: Any) -> Response:
        """A new link for the same invitation; the old one is dead."""
        return Response(shown(invitations.resend(self.get_object(), actor=self.actor)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Revoke it: its link is dead at once."""
        invitations.revoke(self.get_object(), actor=self.actor)
        return Response(status=204)


def shown(sent: invitations.Sent) -> dict[str, Any]:
    """A new invitation with its link."""
    return {**InvitationOutput(sent.invitation).data, "link": sent.link, "mailed": settings.MAIL_IS_SENT}
