"""`/api/documents/<id>/entities/`: which entities a document mentions, and where."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib import bulk
from documents import permissions
from documents.actions import extraction
from documents.actions import mention as actions
from documents.filters import FrugalFilterBackend, MentionFilter
from documents.models import Entity, Mention
from documents.serializers.mention import MentionInput, MentionOutput, MentionUpdate, entities_in
from documents.views.below import BelowDocument
from organizations.models import ApiKey
from organizations.scopes import Stated


def says_nothing(request: Any) -> bool:
    """The request has no body at all."""
    return request.META.get("CONTENT_LENGTH") in (None, "", "0")


class MentionsView(BelowDocument[Mention]):
    """Everybody who may view the document reads them, except those of entities that they may not see; editors write."""

    serializer_class: Any = MentionOutput
    queryset = Mention.objects.none()  # names the model to the schema

    def get_queryset(self) -> QuerySet[Mention]:
        """The document's, as far as the person may see what they mention."""
        visible = Entity.objects.filter(permissions.view_entities(self.request.user)).values("pk")
        return Mention.objects.filter(document=self.document, entity__in=visible).select_related("entity")

    def get_object(self) -> Mention:
        """By the id of its entity."""
        return get_object_or_404(self.get_queryset(), entity_id=self.kwargs["entity_pk"])

    def context(self) -> dict[str, Any]:
        """What inputs are held against."""
        return {"page_count": self.document.page_count}


class MentionListView(ListModelMixin, MentionsView):
    """The mentions of a document, and new ones."""

    filter_backends = (FrugalFilterBackend,)
    filterset_class = MentionFilter

    @property
    def key_scopes(self) -> Stated:
        """Without a body, POST starts processing."""
        return {"POST": ApiKey.Scope.PROCESS} if says_nothing(self.request) else {}

    @extend_schema(
        request=MentionInput,
        responses={200: OpenApiResponse(str, "Extraction has begun: there was no body."), 201: MentionOutput},
    )
    def create(self, request: Request, **address: Any) -> Response:
        """One, or up to 25: all of them or none. Without a body: as POST to `/legacy_entities_2/`."""
        if says_nothing(request):
            extraction.start(self.document, actor=self.actor)
            return Response("OK")
        is_many = isinstance(request.data, list)
        items = bulk.items(request.data) if is_many else [request.data]
        context = self._against(items)
        inputs = [MentionInput(data=item, context=context) for item in items]
        rows = actions.add(self.document, self._valid(inputs, is_many=is_many), actor=self.actor)
        fresh = self.get_queryset().filter(pk__in=[row.pk for row in rows]).in_bulk()
        body = [self.get_serializer(fresh[row.pk]).data for row in rows if row.pk in fresh]
        return Response(body if is_many else body[0], status=201)

    def destroy(self, request: Request, **address: Any) -> Response:
        """Delete all that the person may see, and what was extracted."""
        extraction.wipe(self.document, actor=self.actor)
        return Response(status=204)

    def _against(self, items: list[Any]) -> dict[str, Any]:
        ids = entities_in(items)
        visible = Entity.objects.filter(permissions.view_entities(self.request.user), pk__in=ids)
        taken = Mention.objects.filter(document=self.document, entity__in=ids)
        return self.context() | {
            "visible": set(visible.values_list("pk", flat=True)),
            "taken": set(taken.values_list("entity_id", flat=True)),
            "named": set(),
        }

    def _valid(self, inputs: list[MentionInput], *, is_many: bool) -> list[dict[str, Any]]:
        if is_many:
            return bulk.validate(inputs)
        inputs[0].is_valid(raise_exception=True)
        return [inputs[0].validated_data]


class MentionView(RetrieveModelMixin, MentionsView):
    """One mention, by the id of its entity."""

    @extend_schema(request=MentionUpdate)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT and PATCH: new values for what is sent."""
        mention = self.get_object()
        data = MentionUpdate(mention, data=request.data, context=self.context(), partial=is_partial)
        data.is_valid(raise_exception=True)
        actions.change(mention, data.validated_data, actor=self.actor)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=MentionUpdate)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: new values for what is sent."""
        return self.update(request, is_partial=True)

    def destroy(self, request: Request, **address: Any) -> Response:
        """The document mentions the entity no longer."""
        actions.remove(self.get_object(), actor=self.actor)
        return Response(status=204)
