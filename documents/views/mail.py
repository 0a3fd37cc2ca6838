"""`/api/mail/`: the messages that were mailed to a person's address, as they came."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from docplatform.lib import storage
from docplatform.lib.caching import Uncached
from docplatform.lib.storage.transfers import send
from docplatform.lib.urls import absolute
from documents.actions.mail import inbox
from documents.choices import Status
from documents.models import Mail, Origin
from documents.views.files import AnyType
from organizations.permissions import Person, signed_in

TYPE = "message/rfc822"


class MailOutput(serializers.ModelSerializer[Mail]):
    """A message. `opened_at`: when its attachments were documents; `documents`: those that still are one's own."""

    documents = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    file = serializers.SerializerMethodField()

    class Meta:
        model = Mail
        fields = ("id", "size", "created_at", "opened_at", "documents", "file")
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.URI)
    def get_file(self, mail: Mail) -> str:
        """Where the message itself is."""
        return absolute(reverse("mail-file", kwargs={"pk": mail.pk}))


def _own(user: Person) -> QuerySet[Mail]:
    origins = Origin.objects.filter(site=Concat(Value("mail:"), Cast(OuterRef("pk"), CharField())))
    made = origins.filter(user_id=OuterRef("user_id"), document__user_id=OuterRef("user_id"))
    alive = made.exclude(document__status=Status.DELETED).order_by("document_id")
    return Mail.objects.filter(user=signed_in(user)).annotate(documents=ArraySubquery(alive.values("document_id")))


class MailView(Uncached, ListModelMixin, RetrieveModelMixin, GenericViewSet[Mail]):
    """One's own, newest first."""

    queryset = Mail.objects.none()
    permission_classes = (IsAuthenticated,)
    serializer_class = MailOutput
    filter_backends = ()
    cursor_ordering = "-pk"

    def get_queryset(self) -> QuerySet[Mail]:
        return _own(self.request.user)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Keep the message no longer; documents that were made of it stay."""
        inbox.remove(self.get_object(), actor=signed_in(request.user))
        return Response(status=204)


class MailFileView(Uncached, APIView):
    """The message itself, to be saved: never shown by a browser."""

    permission_classes = (IsAuthenticated,)
    content_negotiation_class = AnyType

    @extend_schema(
        responses={(200, TYPE): OpenApiTypes.BINARY, 302: OpenApiResponse(description="Where the storage has it.")}
    )
    def get(self, request: Request, pk: int, **suffix: Any) -> HttpResponseBase:
        """As it came."""
        mail = get_object_or_404(Mail, user=signed_in(request.user), pk=pk)
        kind = {"content_type": TYPE, "disposition": f'attachment; filename="mail-{mail.pk}.eml"'}
        if url := storage.backend().download_url(mail.storage_key, **kind):
            return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-cache"})
        try:
            return send(request._request, storage.backend(), mail.storage_key, **kind, cache="private, no-cache")
        except storage.Missing as error:
            raise Http404 from error
