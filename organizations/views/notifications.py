"""`/api/notifications/`: what the platform has to tell the person."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.filters import FlagFilter
from organizations import scopes
from organizations.actions import notifications
from organizations.models import Notification
from organizations.permissions import signed_in


class NotificationOutput(serializers.ModelSerializer[Notification]):
    """One message: `text` for people, `kind` and `data` for programs."""

    text = serializers.SerializerMethodField()
    data = serializers.DictField(read_only=True)  # type: ignore[assignment]  # a field, though of that name

    class Meta:
        model = Notification
        fields = ("id", "kind", "text", "data", "created_at", "read_at")
        read_only_fields = fields

    @extend_schema_field(str)
    def get_text(self, notification: Notification) -> str:
        """The sentence."""
        return notifications.text(notification)


class ReadInput(serializers.Serializer[Any]):
    """Read, or to be read again."""

    read = serializers.BooleanField()


class ReadOutput(serializers.Serializer[Any]):
    """How many were unread until now."""

    read = serializers.IntegerField()


class NotificationFilter(django_filters.FilterSet):
    """The filter of `GET /api/notifications/`."""

    unread = FlagFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notification
        fields: list[str] = []


class NotificationsView(Uncached, ListModelMixin, RetrieveModelMixin, GenericViewSet[Notification]):
    """One's own, newest first."""

    queryset = Notification.objects.none()
    permission_classes = (IsAuthenticated,)
    key_scopes = scopes.MANAGES
    serializer_class = NotificationOutput
    filterset_class = NotificationFilter
    cursor_ordering = "-pk"

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.filter(user=signed_in(self.request.user))

    @extend_schema(request=ReadInput, responses=NotificationOutput)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """Mark one."""
        notification, data = self.get_object(), ReadInput(data=request.data)
        data.is_valid(raise_exception=True)
        is_read, actor = data.validated_data["read"], signed_in(request.user)
        return Response(self.get_serializer(notifications.mark(notification, is_read=is_read, actor=actor)).data)

    @extend_schema(request=None, responses=ReadOutput)
    def read_all(self, request: Request, **suffix: Any) -> Response:
        """Mark all as read."""
        return Response({"read": notifications.mark_all(actor=signed_in(request.user))})
