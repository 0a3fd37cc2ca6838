"""`/api/projects/<id>/invitations/`: the admins of a project ask people in, with or without an account."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.permissions import HeldWrites, require
from organizations import scopes
from organizations.actions import invitations as links
from organizations.models import User
from organizations.permissions import signed_in
from projects import permissions
from projects.actions import invitations
from projects.models import Access, Project, ProjectInvitation


class ProjectInvitationInput(serializers.Serializer[Any]):
    """Whom to ask, and what they may do."""

    email = serializers.EmailField(max_length=254)
    access = serializers.ChoiceField(choices=Access.choices, default=Access.VIEW.value)


class ProjectInvitationOutput(serializers.ModelSerializer[ProjectInvitation]):
    """An invitation that nobody accepted yet; it may have expired."""

    email = serializers.EmailField(source="invitation.email", read_only=True)
    inviter = serializers.IntegerField(source="invitation.inviter_id", read_only=True)
    created_at = serializers.DateTimeField(source="invitation.created_at", read_only=True)
    expires_at = serializers.DateTimeField(source="invitation.expires_at", read_only=True)

    class Meta:
        model = ProjectInvitation
        fields = ("id", "email", "access", "inviter", "created_at", "expires_at")
        read_only_fields = fields


class AskedOutput(serializers.Serializer[Any]):
    """Either `user`, who takes part now, or an invitation. `link` is told where no mail takes it, and only once."""

    user = serializers.IntegerField(allow_null=True)
    invitation = ProjectInvitationOutput(allow_null=True)
    access = serializers.ChoiceField(choices=Access.choices)
    link = serializers.CharField(allow_null=True)
    mailed = serializers.BooleanField()


class ProjectInvitationsView(Uncached, HeldWrites, ListModelMixin, GenericViewSet[ProjectInvitation]):
    """Invitations to one project; only its admins see them."""

    queryset = ProjectInvitation.objects.none()
    permission_classes = (IsAuthenticated,)
    key_scopes = scopes.GUARDS
    serializer_class: Any = ProjectInvitationOutput
    filter_backends = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Finds the project before anything of the request is looked at, so that addresses cannot be tried out."""
        super().initial(request, *args, **kwargs)
        place = {"pk": self.kwargs["project_pk"]}
        visible = self.held(Project.objects.filter(permissions.view(request.user)), **place)
        self.project = get_object_or_404(visible, **place)
        require(permissions.change, request.user, self.project)

    @property
    def actor(self) -> User:
        """The person, who is one: nobody else gets here."""
        return signed_in(self.request.user)

    def get_queryset(self) -> QuerySet[ProjectInvitation]:
        return invitations.waiting(self.project).select_related("invitation")

    def get_object(self) -> ProjectInvitation:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    @extend_schema(request=ProjectInvitationInput, responses={201: AskedOutput})
    def create(self, request: Request, **address: Any) -> Response:
        """Ask an address in. Whoever has an account takes part at once; others are invited to make one."""
        data = ProjectInvitationInput(data=request.data)
        data.is_valid(raise_exception=True)
        email, access = data.validated_data["email"], Access(data.validated_data["access"])
        asked = invitations.ask(self.project, email=email, access=access, actor=self.actor)
        if asked.sent:
            place = self.get_queryset().get(invitation=asked.sent.invitation)
            return Response(shown(asked.sent, place), status=201)
        return Response(_joined(asked), status=201)

    @extend_schema(request=None, responses=AskedOutput)
    def resend(self, request: Request, **address: Any) -> Response:
        """A new link for the same invitation; the old one is dead."""
        sent = links.resend(self.get_object().invitation, actor=self.actor)
        return Response(shown(sent, self.get_object()))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Revoke it: its link is dead at once."""
        links.revoke(self.get_object().invitation, actor=self.actor)
        return Response(status=204)


def shown(sent: links.Sent, place: ProjectInvitation) -> dict[str, Any]:
    """An invitation that was just made. Anybody can have a project: where mail is sent, only the mail has the link, so
    that nobody makes an account with somebody else's address."""
    is_mailed: bool = settings.MAIL_IS_SENT
    return {
        "user": None,
        "invitation": ProjectInvitationOutput(place).data,
        "access": place.access,
        "link": None if is_mailed else sent.link,
        "mailed": is_mailed,
    }


def _joined(asked: invitations.Asked) -> dict[str, Any]:
    assert asked.collaborator
    found = asked.collaborator
    return {"user": found.user_id, "invitation": None, "access": found.access, "link": None, "mailed": False}
