"""`/api/users/`: who may be seen depends on documents too, which is why it stands here."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib import flex
from docplatform.lib.caching import Uncached
from docplatform.lib.filters import IdsFilter, RowsFilter
from documents import permissions
from organizations import scopes
from organizations.actions import people
from organizations.models import Membership, Organization, User
from organizations.permissions import view_organizations
from organizations.serializers import (
    MeInput,
    MeOutput,
    StaffMeOutput,
    StaffReadsUserOutput,
    UserOutput,
    active_organizations,
    memberships,
)
from projects import permissions as project_permissions
from projects.models import Collaborator, Project


def _organizations(request: Request) -> QuerySet[Organization]:
    return Organization.objects.filter(view_organizations(request.user))


def _projects(request: Request) -> QuerySet[Project]:
    return Project.objects.filter(project_permissions.view(request.user))


class UserFilter(django_filters.FilterSet):
    """The filters of `GET /api/users/`."""

    organization = RowsFilter(queryset=_organizations, method="in_organizations")
    project = RowsFilter(queryset=_projects, method="in_projects")
    id__in = IdsFilter(field_name="id")

    class Meta:
        model = User
        fields = {"name": ["exact", "istartswith"], "username": ["exact"], "uuid": ["exact"]}

    def in_organizations(self, rows: QuerySet[User], name: str, chosen: list[Organization]) -> QuerySet[User]:
        """Members of any of them."""
        members = Membership.objects.filter(organization__in=chosen).values("user_id")
        return rows.filter(pk__in=members) if chosen else rows

    def in_projects(self, rows: QuerySet[User], name: str, chosen: list[Project]) -> QuerySet[User]:
        """Collaborators of any of them whom the person may know: those of their own projects."""
        assert self.request
        mine = project_permissions.shared_with(self.request.user)
        collaborators = Collaborator.objects.filter(project__in=chosen, project_id__in=mine).values("user_id")
        return rows.filter(pk__in=collaborators) if chosen else rows


class UserView(Uncached, ListModelMixin, RetrieveModelMixin, GenericViewSet[User]):
    """People whom organizations, projects or published documents make known. Everybody changes only themselves."""

    queryset = User.objects.none()
    key_scopes = scopes.MANAGES
    permission_classes = (IsAuthenticated,)
    serializer_class = UserOutput
    filterset_class = UserFilter

    def get_queryset(self) -> QuerySet[User]:
        rows = User.objects.filter(permissions.view_people(self.request.user)).prefetch_related(memberships())
        if flex.expanded(self.request, {"organization"}):
            rows = rows.prefetch_related(active_organizations(self.request.user))
        return rows

    def get_serializer_class(self) -> type[UserOutput]:
        return StaffReadsUserOutput if self.request.user.is_staff else UserOutput

    @extend_schema(request=MeInput)
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Choose one's active organization."""
        user = self.get_object()
        if user != request.user:
            raise PermissionDenied
        data = MeInput(data=request.data, context=self.get_serializer_context())
        data.is_valid(raise_exception=True)
        people.choose(user, **data.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=MeInput)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Choose one's active organization."""
        return self.update(request)


class MeView(UserView):
    """The person who asks."""

    serializer_class = MeOutput

    def get_object(self) -> User:
        return self.get_queryset().get(username=self.request.user.get_username())

    def get_serializer_class(self) -> type[UserOutput]:
        return StaffMeOutput if self.request.user.is_staff else MeOutput
