"""`/api/keys/`: the keys with which programs act for a person."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from organizations import scopes
from organizations.actions import api_keys
from organizations.models import ApiKey
from organizations.permissions import signed_in


class ApiKeyInput(serializers.Serializer[ApiKey]):
    """A name, what the key may do, and until when."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiKey.Scope.choices), allow_empty=False, max_length=4)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate_scopes(self, value: list[str]) -> list[str]:
        """Each once, in their usual order."""
        return [scope for scope in ApiKey.Scope.values if scope in value]

    def validate_expires_at(self, value: Any) -> Any:
        """Not over before it begins."""
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("Choose a moment in the future.")
        return value


class ApiKeyOutput(Flexible, serializers.ModelSerializer[ApiKey]):
    """A key without its secret; `start` is how it begins."""

    scopes = serializers.ListField(child=serializers.ChoiceField(ApiKey.Scope.choices))

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = (
            *("id", "name", "start", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"),
        )

    def row(self, instance: ApiKey) -> dict[str, Any]:
        moments = ("created_at", "expires_at", "last_used_at", "revoked_at")
        plain = {"id": instance.pk, "name": instance.name, "start": instance.start, "scopes": instance.scopes}
        return plain | {name: _moment(getattr(instance, name)) for name in moments}


class NewApiKeyOutput(ApiKeyOutput):
    """A key that was just made: the only answer that holds the `key` itself."""

    key = serializers.CharField()

    class Meta(ApiKeyOutput.Meta):
        fields = (*ApiKeyOutput.Meta.fields, "key")

    def row(self, instance: ApiKey) -> dict[str, Any]:
        return super().row(instance) | {"key": self.context["key"]}


class ApiKeysView(Uncached, ListModelMixin, RetrieveModelMixin, GenericViewSet[ApiKey]):
    """One's own keys, those that were revoked too. A key that manages keys needs the scope `admin`."""

    queryset = ApiKey.objects.none()
    permission_classes = (IsAuthenticated,)
    serializer_class = ApiKeyOutput
    filter_backends = ()
    key_scopes = scopes.GUARDS

    def get_queryset(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.filter(user_id=self.request.user.pk or 0)

    @extend_schema(request=ApiKeyInput, responses={201: NewApiKeyOutput})
    def create(self, request: Request, **suffix: Any) -> Response:
        """A new key. Its text is in this answer and nowhere else."""
        data = ApiKeyInput(data=request.data)
        data.is_valid(raise_exception=True)
        made_with = request.auth if isinstance(request.auth, ApiKey) else None
        key, text = api_keys.create(user=signed_in(request.user), made_with=made_with, **data.validated_data)
        context = {**self.get_serializer_context(), "key": text}
        return Response(NewApiKeyOutput(key, context=context).data, status=201, headers={"Cache-Control": "no-store"})

    def destroy(self, request: Request, **address: Any) -> Response:
        """Revoke the key: from now on it opens nothing."""
        api_keys.revoke(self.get_object(), actor=signed_in(request.user))
        return Response(status=204)


def _moment(value: Any) -> str | None:
    return moment(value) if value else None
