"""`/api/bulk/`: one action on everything that a query finds."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.errors import Refused
from docplatform.lib.parsers import LimitedJSONParser
from documents.actions.bulk import orders
from documents.choices import BulkAction, BulkItemState
from documents.models import BulkItem, BulkJob
from documents.serializers.bulk import BulkInput, BulkItemOutput, BulkOutput, BulkProgressOutput, ForecastOutput
from documents.serializers.error import RefusedOutput
from organizations import scopes
from organizations.models import User

STATE = OpenApiParameter("state", str, enum=BulkItemState.values, description="Only documents in this state.")


class BulkView(Uncached, GenericViewSet[Any]):
    """What the views of bulk jobs share: everybody sees their own."""

    permission_classes = (IsAuthenticated,)
    parser_classes = (LimitedJSONParser,)
    queryset = BulkJob.objects.none()  # names the model to the schema
    filter_backends = ()
    cursor_ordering: tuple[str, ...] = ("-pk",)

    @property
    def actor(self) -> User:
        """The person."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    def get_queryset(self) -> QuerySet[Any]:
        """The person's jobs."""
        return BulkJob.objects.filter(user=self.actor)

    def progress(self, job: BulkJob) -> Any:
        """The body for one job."""
        return BulkProgressOutput(context=self.get_serializer_context()).to_representation(job)


class BulkListView(ListModelMixin, BulkView):
    """The person's bulk jobs, the latest first, and new ones."""

    serializer_class = BulkOutput

    @extend_schema(request=BulkInput, responses={200: ForecastOutput, 201: BulkProgressOutput, 409: RefusedOutput})
    def create(self, request: Request, **suffix: Any) -> Response:
        """Begin; or with `dry_run` count what would happen, and write nothing."""
        serializer = BulkInput(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        if serializer.validated_data["action"] == BulkAction.PROCESS:
            scopes.require(request.auth, scopes.Scope.PROCESS)
        if not serializer.validated_data["dry_run"]:
            return Response(self.progress(orders.place(serializer.order, actor=self.actor)), status=201)
        counts = orders.forecast(serializer.order, actor=self.actor)
        refused = [{"reason": reason, "count": count} for reason, count in counts.refused.items()]
        return Response({"total": counts.total, "allowed": counts.allowed, "refused": refused})


class BulkJobView(RetrieveModelMixin, BulkView):
    """One bulk job: how far it is, cancelling it, undoing it."""

    serializer_class = BulkProgressOutput

    @extend_schema(responses={204: None, 409: RefusedOutput})
    def destroy(self, request: Request, **address: Any) -> Response:
        """Cancel: nothing more is done, and what is done stays."""
        orders.cancel(self.get_object(), actor=self.actor)
        return Response(status=204)

    @extend_schema(request=None, responses={201: BulkProgressOutput, 409: RefusedOutput})
    def undo(self, request: Request, **address: Any) -> Response:
        """Give documents back the access that they had, where it is still what this job made it."""
        return Response(self.progress(orders.undo(self.get_object(), actor=self.actor)), status=201)


class BulkItemsView(ListModelMixin, BulkView):
    """What became of each document of a bulk job."""

    serializer_class = BulkItemOutput
    cursor_ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Any]:
        """The items of one of the person's jobs."""
        job = get_object_or_404(super().get_queryset(), pk=self.kwargs["pk"])
        state = self.request.query_params.get("state")
        if state and state not in BulkItemState.values:
            raise Refused("state", f"Choose one of {', '.join(BulkItemState.values)}.")
        items = BulkItem.objects.filter(job=job)
        return items.filter(state=state) if state else items

    @extend_schema(parameters=[STATE])
    def list(self, request: Request, **address: Any) -> Response:
        """In the order in which they are dealt with."""
        return super().list(request, **address)
