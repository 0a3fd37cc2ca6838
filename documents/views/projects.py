"""`/api/projects/`: they can be asked for by their documents, which is why it stands here."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.filters import RowsFilter
from docplatform.lib.permissions import ByRules, HeldWrites, holds
from documents import permissions
from documents.actions import projects as document_actions
from documents.models import Document
from organizations.models import User
from projects import permissions as project_permissions
from projects.actions import project as actions
from projects.filters import ProjectFilter, taking_part
from projects.models import Project, ProjectDocument
from projects.serializers import PinInput, ProjectInput, ProjectOutput, ProjectUpdate, with_rights

ONLY_PINNED = {"pinned"}


def _people(request: Request) -> QuerySet[User]:
    """People the person sees, and founders of projects the person sees."""
    projects = Project.objects.filter(project_permissions.view(request.user))
    return User.objects.filter(permissions.view_people(request.user) | Q(pk__in=projects.values("user_id")))


def _documents(request: Request) -> QuerySet[Document]:
    return Document.objects.filter(permissions.view(request.user))


class ProjectsFilter(ProjectFilter):
    """And by people and documents, which may be those only that the asker sees."""

    user = RowsFilter(queryset=_people, method="with_people")
    document = RowsFilter(queryset=_documents, method="with_documents")

    @extend_schema_field(OpenApiTypes.INT)
    def with_people(self, rows: QuerySet[Project], name: str, people: list[User]) -> QuerySet[Project]:
        """Projects in which any of them takes part."""
        assert self.request
        return rows.filter(taking_part(self.request.user, people)) if people else rows

    @extend_schema_field(OpenApiTypes.INT)
    def with_documents(self, rows: QuerySet[Project], name: str, documents: list[Document]) -> QuerySet[Project]:
        """Projects in which any of them stands."""
        places = ProjectDocument.objects.filter(document_id__in=[document.pk for document in documents])
        return rows.filter(pk__in=places.values("project_id")) if documents else rows


class ProjectsView(Uncached, HeldWrites, GenericViewSet[Project]):
    """Answers with projects that the person may see."""

    serializer_class: Any = ProjectOutput
    queryset = Project.objects.none()  # names the model to the schema

    def get_queryset(self) -> QuerySet[Project]:
        """All that the person may see."""
        visible = Project.objects.filter(project_permissions.view(self.request.user))
        return with_rights(visible, self.request.user)

    def get_object(self) -> Project:
        """The project of the address, held where the request writes."""
        self.held(self.get_queryset(), pk=self.kwargs["pk"])
        return super().get_object()

    @property
    def actor(self) -> User:
        """The person who writes."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    def shown(self, project: Project) -> Any:
        """As it is now, whoever may see it from now on."""
        rows = with_rights(Project.objects.filter(pk=project.pk), self.request.user)
        return self.get_serializer(rows.get()).data


class ProjectListView(ListModelMixin, ProjectsView):
    """All projects that the person may see, and new ones."""

    permission_classes = (IsAuthenticatedOrReadOnly,)
    filterset_class = ProjectsFilter
    page_ordering = ("slug", "pk")

    @extend_schema(request=ProjectInput, responses={201: ProjectOutput})
    def create(self, request: Request, **suffix: Any) -> Response:
        """A project; the person becomes its admin and finds it pinned."""
        data = ProjectInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(self.shown(actions.create(user=self.actor, **data.validated_data)), status=201)


class ProjectView(RetrieveModelMixin, ProjectsView):
    """One project. Its admins change it; everybody else who sees it may pin it, and nothing more."""

    permission_classes = (ByRules,)
    rules = {"DELETE": project_permissions.change}
    filter_backends = ()

    @extend_schema(request=ProjectUpdate)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT: new values for what is sent; `pinned` is for the person alone."""
        project = self.get_object()
        shape = self._shape(request, project)
        data = shape(project, data=request.data, partial=is_partial)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        if (is_pinned := values.pop("pinned", None)) not in (None, project.pinned):  # type: ignore[attr-defined]
            actions.pin(project, is_pinned=is_pinned, actor=self.actor)
        actions.update(project, values, actor=self.actor)
        return Response(self.shown(project))

    @extend_schema(request=ProjectUpdate)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: like PUT."""
        return self.update(request, is_partial=True)

    def destroy(self, request: Request, **address: Any) -> Response:
        """Its documents stay."""
        document_actions.delete(self.get_object(), actor=self.actor)
        return Response(status=204)

    def _shape(self, request: Request, project: Project) -> type[ProjectUpdate] | type[PinInput]:
        """What the person may say; 403 when they say more."""
        if request.user.is_anonymous:
            raise NotAuthenticated
        if holds(project_permissions.change, request.user, project):
            return ProjectUpdate
        if not isinstance(request.data, dict) or set(request.data) != ONLY_PINNED:
            raise PermissionDenied
        return PinInput
