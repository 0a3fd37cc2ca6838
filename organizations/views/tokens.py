"""`/api/token/` and `/api/refresh/`: signing in for programs."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from docplatform.lib import client
from docplatform.lib.caching import Uncached
from docplatform.lib.parsers import StrangersJSONParser
from organizations import tokens
from organizations.actions import signin

UNKEPT = {"Cache-Control": "no-store"}


class Credentials(serializers.Serializer[None]):
    """A user name and a password."""

    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)


class Refresh(serializers.Serializer[None]):
    """A refresh token."""

    refresh = serializers.CharField()


class Pair(serializers.Serializer[None]):
    """A refresh token and an access token."""

    refresh = serializers.CharField()
    access = serializers.CharField()


class OpenView(Uncached):
    """Looks at no credentials but those in the body, and answers wrong ones with 401."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (StrangersJSONParser, FormParser, MultiPartParser)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenView(OpenView):
    """A user name and a password for a pair of tokens."""

    @extend_schema(operation_id="token", request=Credentials, responses={200: Pair, 401: OpenApiTypes.OBJECT})
    def post(self, request: Request, **kwargs: str) -> Response:
        """Sign in."""
        data = Credentials(data=request.data)
        data.is_valid(raise_exception=True)
        user = signin.verify(**data.validated_data, address=client.address(request))
        if user is None:
            raise AuthenticationFailed("No active account found with the given credentials")
        return Response(tokens.pair(user), headers=UNKEPT)


class RefreshView(OpenView):
    """A refresh token for a new pair. The old one stays valid until it expires."""

    @extend_schema(operation_id="refresh", request=Refresh, responses={200: Pair, 401: OpenApiTypes.OBJECT})
    def post(self, request: Request, **kwargs: str) -> Response:
        """Stay signed in."""
        data = Refresh(data=request.data)
        data.is_valid(raise_exception=True)
        try:
            return Response(tokens.refreshed(data.validated_data["refresh"]), headers=UNKEPT)
        except TokenError as error:
            raise InvalidToken(str(error)) from error
