"""`/api/projects/<id>/documents/`: which documents stand in a project. It reads documents, so it stands here."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib import bulk, flex
from docplatform.lib.caching import Uncached, kept
from docplatform.lib.errors import Refused, Shape
from docplatform.lib.filters import BIGGEST, IdsFilter
from docplatform.lib.pagination import CountedPagination
from docplatform.lib.parsers import LimitedJSONParser
from docplatform.lib.permissions import HeldWrites, require
from documents import permissions
from documents.actions import projects as actions
from documents.models import Document
from documents.serializers.document import EXPANDABLE, with_expanded, with_output
from documents.serializers.project_document import PlaceInput, PlaceOutput, PlaceUpdate
from organizations.models import User
from projects import permissions as project_permissions
from projects.models import Project, ProjectDocument

SHARED = "You may not share this document. Add it without edit_access."
HIDDEN = "Name only documents that you may view."
ORDERING = OpenApiParameter(
    "ordering", str, description="created_at or -created_at; newest first where it is left out."
)
NAMED = OpenApiParameter("document_id__in", str, description="Ids of documents, separated by commas.")
EXPANDABLE_HERE = ("document", *(f"document.{name}" for name in EXPANDABLE))


class PlaceFilter(django_filters.FilterSet):
    """The filter of the list, for GET and DELETE."""

    document_id__in = IdsFilter(field_name="document_id")

    class Meta:
        model = ProjectDocument
        fields: list[str] = []


class PlacesView(Uncached, HeldWrites, GenericViewSet[ProjectDocument]):
    """Documents of one project, as far as the person may view them."""

    parser_classes = (LimitedJSONParser,)
    serializer_class: Any = PlaceOutput
    queryset = ProjectDocument.objects.none()  # names the model to the schema
    filter_backends: Any = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Finds the project first: 404 where the person may not see it, 403 where they may not change what is in it."""
        super().initial(request, *args, **kwargs)
        place = {"pk": self.kwargs["project_pk"]}
        visible = self.held(Project.objects.filter(project_permissions.view(request.user)), **place)
        self.project = get_object_or_404(visible, **place)
        if request.method in ("POST", "PUT", "PATCH", "DELETE"):
            require(project_permissions.change_documents, request.user, self.project)

    def get_queryset(self) -> QuerySet[ProjectDocument]:
        """Documents that the person may view, with what the request expands of them."""
        visible = Document.objects.filter(permissions.view(self.request.user))
        places = ProjectDocument.objects.filter(project=self.project, document_id__in=visible.values("pk"))
        if not flex.expanded(self.request, EXPANDABLE_HERE):
            return places
        shown = with_expanded(with_output(visible, self.request.user), self.request, at="document.")
        return places.prefetch_related(Prefetch("document", queryset=shown))

    @property
    def actor(self) -> User:
        """The person who writes."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    def known(self, ids: Sequence[int]) -> dict[int, bool]:
        """Those of the documents that the person views, with whether they may share them."""
        share = ExpressionWrapper(permissions.share(self.actor), output_field=BooleanField())
        visible = Document.objects.filter(permissions.view(self.actor), pk__in=[pk for pk in ids if 0 < pk <= BIGGEST])
        return dict(visible.annotate(may_share=share).values_list("pk", "may_share"))

    def wish(self, pk: int, asked: bool | None, known: dict[int, bool]) -> bool:  # noqa: FBT001
        """The edit_access that a document gets: what is asked for, or else what the person may give."""
        if asked and not known[pk]:
            raise PermissionDenied(SHARED)
        return known[pk] if asked is None else asked

    def body(self, ids: Sequence[int]) -> list[Any]:
        """The documents as they stand in the project now, in the order of the ids."""
        places = {place.document_id: place for place in self.get_queryset().filter(document_id__in=ids)}
        output = self.get_serializer()
        return [output.to_representation(places[pk]) for pk in ids if pk in places]


class PlaceListView(PlacesView):
    """All documents of a project; one or many to put in, to change or to take out."""

    pagination_class = CountedPagination
    filter_backends = (DjangoFilterBackend,)
    filterset_class = PlaceFilter
    cursor_ordering: tuple[str, ...] = ("-document_id",)

    @extend_schema(parameters=[ORDERING])
    def list(self, request: Request, **address: Any) -> Response:
        """A page of documents, and how many there are."""
        if request.query_params.get("ordering") == "created_at":
            self.cursor_ordering = ("document_id",)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        output = self.get_serializer()
        answer = self.get_paginated_response([output.to_representation(place) for place in page])
        return kept(request, answer.data)

    def count(self, places: QuerySet[ProjectDocument]) -> int:
        """How many there are. Who collaborates sees all that is shared, but for what is deleted: that is counted in the
        index, instead of judging a hundred thousand documents."""
        mine = project_permissions.shared_with(self.request.user).filter(project=self.project)
        if "document_id__in" in self.request.query_params or not mine.exists():
            return places.count()
        shared = places.model.objects.filter(project=self.project, edit_access=True)
        gone = Document.objects.filter(~permissions.ALIVE)
        hidden = shared.filter(document_id__in=gone.values("pk"))
        return shared.count() - hidden.count() + places.filter(edit_access=False).count()

    @extend_schema(request=PlaceInput, responses={201: PlaceOutput})
    def create(self, request: Request, **address: Any) -> Response:
        """Put in a document that is not there yet, or up to 25: all of them or none."""
        is_many = isinstance(request.data, list)
        items = bulk.items(request.data) if is_many else [request.data]
        wishes = self._wishes(items, is_new=True, is_many=is_many)
        actions.put(self.project, wishes, actor=self.actor)
        bodies = self.body(list(wishes))
        return Response(bodies if is_many else bodies[0], status=201)

    @extend_schema(request=PlaceInput(many=True), responses=PlaceOutput(many=True))
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: put in up to 25 documents, or change those that are there."""
        wishes = self._wishes(bulk.items(request.data))
        actions.put(self.project, wishes, actor=self.actor)
        return Response(self.body(list(wishes)))

    @extend_schema(request=PlaceInput(many=True), responses=PlaceOutput(many=True))
    def update(self, request: Request, **address: Any) -> Response:
        """PUT: exactly these documents, up to 25, of all those that the person views; `[]` takes all out."""
        wishes = self._wishes(bulk.items(request.data))
        actions.replace(self.project, wishes, actor=self.actor)
        return Response(self.body(list(wishes)))

    @extend_schema(parameters=[NAMED])
    def destroy(self, request: Request, **address: Any) -> Response:
        """DELETE: take out the documents that `document_id__in` names, or all, at most 25. For more, PUT `[]`."""
        places = self.filter_queryset(self.get_queryset()).order_by("document_id").values_list("document_id", flat=True)
        found = list(places[: settings.BULK_LIMIT + 1])
        bulk.limit(len(found))
        named = PlaceFilter(request.query_params).form
        ids = named.cleaned_data["document_id__in"] if named.is_valid() else None
        if set(ids or ()) - self.known(ids or ()).keys():
            raise Refused("document_id__in", HIDDEN, shape=Shape.LIST)
        actions.take_out(self.project, found, actor=self.actor)
        return Response(status=204)

    def _wishes(self, items: Sequence[Any], *, is_new: bool = False, is_many: bool = True) -> dict[int, bool]:
        """What is asked for, by document, in the order of the items; of the same document the last counts."""
        ids = [item.get("document") if isinstance(item, dict) else None for item in items]
        numbers = [
            int(pk) for pk in ids if type(pk) is int or (isinstance(pk, str) and pk.isdecimal() and len(pk) < 20)
        ]
        known = self.known(numbers)
        context: dict[str, Any] = {"documents": known}
        if is_new:
            places = ProjectDocument.objects.filter(project=self.project, document_id__in=list(known))
            context["taken"] = set(places.values_list("document_id", flat=True))
        inputs = [PlaceInput(data=item, context=context) for item in items]
        if not is_many:
            inputs[0].is_valid(raise_exception=True)
        rows = bulk.validate(inputs)
        return {row["document"]: self.wish(row["document"], row.get("edit_access"), known) for row in rows}


class PlaceView(PlacesView):
    """One document of a project."""

    def get_object(self) -> ProjectDocument:
        """404 too for a document that the person may not view."""
        return get_object_or_404(self.get_queryset(), document_id=self.kwargs["document_pk"])

    def retrieve(self, request: Request, **address: Any) -> Response:
        """The document as it stands in the project."""
        return Response(self.get_serializer().to_representation(self.get_object()))

    @extend_schema(request=PlaceUpdate)
    def update(self, request: Request, **address: Any) -> Response:
        """PUT: whether the project shares it."""
        pk = self.get_object().document_id
        known = self.known([pk])
        data = PlaceUpdate(data=request.data, context={"documents": known})
        data.is_valid(raise_exception=True)
        wishes = {pk: self.wish(pk, data.validated_data.get("edit_access"), known)}
        actions.put(self.project, wishes, actor=self.actor)
        rows = self.body([pk])  # none, when the project was what showed them the document
        return Response(rows[0] if rows else {"document": pk, "edit_access": wishes[pk]})

    @extend_schema(request=PlaceUpdate)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: like PUT."""
        return self.update(request)

    def destroy(self, request: Request, **address: Any) -> Response:
        """It stands in the project no longer."""
        actions.take_out(self.project, [self.get_object().document_id], actor=self.actor)
        return Response(status=204)
