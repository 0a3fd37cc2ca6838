"""`/api/entities/`: who and what documents mention, the same for everybody or one's own."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib import bulk
from docplatform.lib.caching import Uncached
from docplatform.lib.errors import Refused, Shape
from docplatform.lib.permissions import ByRules, HeldWrites
from documents import permissions
from documents.actions import entity as actions
from documents.filters import EntityFilter, FrugalFilterBackend
from documents.models import Entity
from documents.serializers.entity import EntityInput, EntityOutput
from organizations.models import User
from organizations.permissions import may_upload

MIXED = "Send public entities, with wikidata_id, and private ones, without, in requests of their own."
TWICE = "Name every wikidata_id only once."
NOT_PUBLIC = "Only members of a verified organization may make entities that everybody gets."


class EntitiesView(Uncached, HeldWrites, GenericViewSet[Entity]):
    """Those that the person may see."""

    serializer_class: Any = EntityOutput
    queryset = Entity.objects.none()  # names the model to the schema
    filter_backends: Any = ()

    def get_queryset(self) -> QuerySet[Entity]:
        """Public ones, and the person's own."""
        return Entity.objects.filter(permissions.view_entities(self.request.user))

    def get_object(self) -> Entity:
        """The entity of the address, held where the request writes."""
        self.held(self.get_queryset(), pk=self.kwargs["pk"])
        return super().get_object()

    @property
    def actor(self) -> User:
        """The person who writes."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user


class EntityListView(ListModelMixin, EntitiesView):
    """Entities, and new ones."""

    holds_rows = False  # new ones may be looked up at another site first
    permission_classes = (IsAuthenticatedOrReadOnly,)
    filter_backends = (FrugalFilterBackend,)
    filterset_class = EntityFilter

    @extend_schema(request=EntityInput, responses={201: EntityOutput})
    def create(self, request: Request, **suffix: Any) -> Response:
        """One, or up to 25: all of them or none, and all public or all private."""
        is_many = isinstance(request.data, list)
        inputs = [EntityInput(data=item) for item in (bulk.items(request.data) if is_many else [request.data])]
        rows = actions.create(self._valid(inputs, is_many=is_many), actor=self.actor)
        body = [self.get_serializer(row).data for row in rows]
        return Response(body if is_many else body[0], status=201)

    def _valid(self, inputs: Sequence[EntityInput], *, is_many: bool) -> Sequence[dict[str, Any]]:
        if is_many:
            items = bulk.validate(inputs)
        else:
            inputs[0].is_valid(raise_exception=True)
            items = [inputs[0].validated_data]
        public = [item["wikidata_id"] for item in items if item["wikidata_id"]]
        if public and len(public) < len(items):
            raise Refused("mixed", MIXED, shape=Shape.LIST)
        if len(set(public)) < len(public):
            raise Refused("wikidata_id_repeated", TWICE, shape=Shape.LIST)
        if public and not may_upload(self.request.user):
            raise PermissionDenied(NOT_PUBLIC)
        return items


class EntityView(RetrieveModelMixin, EntitiesView):
    """One entity. Public ones stay as they are."""

    permission_classes = (ByRules,)
    rules = dict.fromkeys(("PUT", "PATCH", "DELETE"), permissions.edit_entities)

    @extend_schema(request=EntityInput)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT: new values."""
        entity = self.get_object()
        data = EntityInput(entity, data=request.data, partial=is_partial)
        data.is_valid(raise_exception=True)
        return Response(self.get_serializer(actions.change(entity, data.validated_data, actor=self.actor)).data)

    @extend_schema(request=EntityInput)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: new values for what is sent."""
        return self.update(request, is_partial=True)

    def destroy(self, request: Request, **address: Any) -> Response:
        """Gone, and documents mention it no longer."""
        actions.remove(self.get_object(), actor=self.actor)
        return Response(status=204)
