"""`/api/users/me/password/`: a new password, by whoever knows the old one."""

from typing import Any

from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as Invalid
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from docplatform.lib import client
from docplatform.lib.caching import Uncached
from organizations import scopes, tokens
from organizations.actions import people, signin
from organizations.models import User
from organizations.permissions import signed_in
from organizations.views.tokens import Pair


class PasswordInput(serializers.Serializer[Any]):
    """The password that counts now, and the one that is to count."""

    current = serializers.CharField(trim_whitespace=False, max_length=1000)
    new = serializers.CharField(trim_whitespace=False, max_length=1000)

    def validate_new(self, value: str) -> str:
        """As the pages have it: not too short, not too common, not like one's name."""
        return sound(value, self.context["user"])


def sound(password: str, user: User) -> str:
    """The password, if it is good enough for this person."""
    try:
        validate_password(password, user)
    except Invalid as error:
        raise serializers.ValidationError(error.messages) from error
    return password


def confirm(request: Request, user: User, password: str, field: str) -> None:
    """400 under the field's name unless it is the person's password; guesses are counted as where one signs in."""
    if signin.verify(username=user.username, password=password, address=client.address(request)) is None:
        raise serializers.ValidationError({field: ["This is not your password."]})


class PasswordView(Uncached, APIView):
    """The person's own password."""

    permission_classes = (IsAuthenticated,)
    key_scopes = scopes.MANAGES

    @extend_schema(request=PasswordInput, responses=Pair)
    def post(self, request: Request, **suffix: Any) -> Response:
        """Everybody who used the old one is signed out, everywhere but here. Programs go on with these tokens."""
        user = signed_in(request.user)
        data = PasswordInput(data=request.data, context={"user": user})
        data.is_valid(raise_exception=True)
        confirm(request, user, data.validated_data["current"], "current")
        people.change_password(user, password=data.validated_data["new"])
        if request.session.get(SESSION_KEY) == str(user.pk):
            update_session_auth_hash(request._request, user)
        return Response(tokens.pair(user))
