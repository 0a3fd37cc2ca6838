"""`/api/users/mailkey/`: the address to which a person mails documents."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from docplatform.lib.caching import Uncached
from organizations import scopes
from organizations.actions import mailkeys
from organizations.permissions import signed_in


class MailkeyOutput(serializers.Serializer[Any]):
    """The key, and the whole address (beyond the contract)."""

    mailkey = serializers.UUIDField()
    address = serializers.CharField()


class MailkeyView(Uncached, APIView):
    """Whoever knows the address can give the person documents, and see nothing."""

    permission_classes = (IsAuthenticated,)
    key_scopes = scopes.MANAGES

    @extend_schema(request=None, responses={200: MailkeyOutput})
    def post(self, request: Request, **suffix: Any) -> Response:
        """A new key. The one before it is of no use any more."""
        key = mailkeys.make(actor=signed_in(request.user))
        body = {"mailkey": str(key), "address": mailkeys.address(key)}
        return Response(body, headers={"Cache-Control": "no-store"})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **suffix: Any) -> Response:
        """Take no documents by mail any more."""
        mailkeys.remove(actor=signed_in(request.user))
        return Response(status=204)
