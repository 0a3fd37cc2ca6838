"""`/api/documents/search/saved/`: the searches that a person keeps."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from documents.actions import saved_search as actions
from documents.models import SavedSearch
from documents.serializers.fields import FlagField
from organizations.permissions import signed_in


class SavedSearchInput(serializers.Serializer[SavedSearch]):
    """A name and a query in the language of `/api/documents/search/`. With `notify`, `/api/notifications/` tells of
    documents that it finds from now on, each of them once."""

    name = serializers.CharField(max_length=255)
    query = serializers.CharField(max_length=10_000, allow_blank=True, trim_whitespace=False)
    notify = FlagField(required=False)


class SavedSearchOutput(Flexible, serializers.ModelSerializer[SavedSearch]):
    """A search that was kept."""

    class Meta:
        model = SavedSearch
        fields = ("uuid", "name", "query", "notify", "created_at", "updated_at")
        read_only_fields = fields

    def row(self, instance: SavedSearch) -> dict[str, Any]:
        moments = {name: moment(getattr(instance, name)) for name in ("created_at", "updated_at")}
        said = {"name": instance.name, "query": instance.query, "notify": instance.notify}
        return {"uuid": str(instance.uuid), **said, **moments}


class SavedSearchView(Uncached, ListModelMixin, GenericViewSet[SavedSearch]):
    """One's own; numbered pages begin with the newest."""

    queryset = SavedSearch.objects.none()
    permission_classes = (IsAuthenticated,)
    serializer_class = SavedSearchOutput
    filter_backends = ()
    page_ordering = ("-created_at", "-pk")

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return SavedSearch.objects.filter(user=signed_in(self.request.user))

    def get_object(self) -> SavedSearch:
        """By its uuid."""
        return get_object_or_404(self.get_queryset(), uuid=self.kwargs["uuid"])

    def retrieve(self, request: Request, **address: Any) -> Response:
        """One of them."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=SavedSearchInput, responses={201: SavedSearchOutput})
    def create(self, request: Request, **suffix: Any) -> Response:
        """Keep a search."""
        search = actions.add(self._values(request), actor=signed_in(request.user))
        return Response(self.get_serializer(search).data, status=201)

    @extend_schema(request=SavedSearchInput, responses=SavedSearchOutput)
    def update(self, request: Request, **address: Any) -> Response:
        """Another name and another query."""
        search = self.get_object()
        return self._changed(search, self._values(request))

    @extend_schema(request=SavedSearchInput(partial=True), responses=SavedSearchOutput)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """Another name or another query."""
        search = self.get_object()
        return self._changed(search, self._values(request, partial=True))

    def destroy(self, request: Request, **address: Any) -> Response:
        """Forget it."""
        actions.remove(self.get_object(), actor=signed_in(request.user))
        return Response(status=204)

    def _values(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        data = SavedSearchInput(data=request.data, partial=partial)
        data.is_valid(raise_exception=True)
        return dict(data.validated_data)

    def _changed(self, search: SavedSearch, values: dict[str, Any]) -> Response:
        changed = actions.change(search, values, actor=signed_in(self.request.user))
        return Response(self.get_serializer(changed).data)
