"""`/api/messages/`: a program mails something to the person for whom it works."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from organizations.actions import messages
from organizations.permissions import signed_in


class MessageInput(serializers.Serializer[Any]):
    """A mail to oneself."""

    subject = serializers.CharField(max_length=255)
    content = serializers.CharField(max_length=100_000, trim_whitespace=False)


class MessagesView(Uncached, GenericViewSet[Any]):
    """Goes to one's own address and nowhere else; where the site sends no mail, only to the inbox."""

    permission_classes = (IsAuthenticated,)
    serializer_class = MessageInput
    pagination_class = None
    filter_backends = ()

    @extend_schema(request=MessageInput, responses={200: MessageInput})
    def create(self, request: Request, **suffix: Any) -> Response:
        """The answer repeats the message."""
        data = MessageInput(data=request.data)
        data.is_valid(raise_exception=True)
        messages.send(signed_in(request.user), **data.validated_data)
        return Response(data.validated_data)
