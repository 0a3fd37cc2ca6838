"""`/api/users/me/sessions/`: the browsers in which the person is signed in."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from organizations import scopes
from organizations.actions import people
from organizations.models import Session
from organizations.permissions import signed_in


class SessionOutput(serializers.ModelSerializer[Session]):
    """A browser: what it calls itself, where it signed in, and when it was last used, to five minutes."""

    id = serializers.UUIDField(source="uuid", read_only=True)
    device = serializers.CharField(source="agent", read_only=True)
    last_seen_at = serializers.DateTimeField(source="seen_at", read_only=True)
    expires_at = serializers.DateTimeField(source="expire_date", read_only=True)
    current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ("id", "device", "address", "signed_in_at", "last_seen_at", "expires_at", "current")
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_current(self, session: Session) -> bool:
        """It is the one that asks."""
        return bool(session.session_key == self.context["request"].session.session_key)


class SessionsView(Uncached, ListModelMixin, GenericViewSet[Session]):
    """One's own sessions; programs have tokens and keys instead."""

    queryset = Session.objects.none()
    permission_classes = (IsAuthenticated,)
    serializer_class = SessionOutput
    filter_backends = ()
    key_scopes = scopes.GUARDS
    cursor_ordering = "uuid"

    def get_queryset(self) -> QuerySet[Session]:
        return Session.objects.filter(user=signed_in(self.request.user), expire_date__gt=Now())

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Sign one browser out."""
        session = get_object_or_404(self.get_queryset(), uuid=self.kwargs["uuid"])
        people.end_session(session, actor=signed_in(request.user))
        return Response(status=204)

    @extend_schema(responses={204: None})
    def destroy_all(self, request: Request, **suffix: Any) -> Response:
        """Sign out everywhere, here too: every session ends, and every token is invalid."""
        user = signed_in(request.user)
        people.sign_out_everywhere(user, actor=user)
        return Response(status=204)
