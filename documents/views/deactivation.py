"""`/api/users/<id>/deactivate/`: closing an account, by staff or by oneself, and what becomes of what it owned."""

from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from documents import permissions
from documents.actions import handover
from organizations import scopes
from organizations.actions import people
from organizations.models import User
from organizations.permissions import signed_in
from organizations.serializers import UserOutput, memberships
from organizations.views.password import confirm


class DeactivationInput(serializers.Serializer[Any]):
    """To whom documents and projects go, or null to leave them; for one's own account also the password."""

    hand_over_to = serializers.IntegerField(allow_null=True)
    password = serializers.CharField(required=False, trim_whitespace=False, max_length=1000)


class DeactivationOutput(serializers.Serializer[Any]):
    """How many documents and projects went to the colleague."""

    documents = serializers.IntegerField()
    projects = serializers.IntegerField()


class AccountView(Uncached, GenericViewSet[User]):
    """The account of a person: staff find everybody, others may only close their own."""

    queryset = User.objects.none()
    permission_classes = (IsAuthenticated,)
    key_scopes = scopes.MANAGES
    serializer_class = UserOutput

    def get_object(self) -> User:
        """404 for people whom one does not see."""
        user = signed_in(self.request.user)
        visible = Q() if user.is_staff else permissions.view_people(user)
        return get_object_or_404(User.objects.filter(visible).prefetch_related(memberships()), pk=self.kwargs["pk"])

    def closing(self, said: Serializer[Any]) -> tuple[User, dict[str, Any]]:
        """Whose account is closed, and what was said of it. One's own, by one's password; staff close others."""
        actor, user = signed_in(self.request.user), self.get_object()
        if not actor.is_staff and actor != user:
            raise PermissionDenied
        said.is_valid(raise_exception=True)
        if actor == user:
            confirm(self.request, user, said.validated_data.get("password", ""), "password")
        return user, said.validated_data

    @extend_schema(request=DeactivationInput, responses=DeactivationOutput)
    def deactivate(self, request: Request, **address: Any) -> Response:
        """Sign out everywhere, end all keys and let in no more."""
        user, said = self.closing(DeactivationInput(data=request.data))
        done = handover.deactivate(user, heir_id=said["hand_over_to"], actor=signed_in(request.user))
        return Response({"documents": done.documents, "projects": done.projects})

    @extend_schema(request=None, responses=UserOutput)
    def reactivate(self, request: Request, **address: Any) -> Response:
        """Let the person sign in again; what was handed over stays where it is. For staff."""
        actor, user = signed_in(request.user), self.get_object()
        if not actor.is_staff:
            raise PermissionDenied
        if not user.is_active:
            people.reactivate(user, actor=actor)
        return Response(self.get_serializer(user).data)
