"""`/api/projects/<id>/users/`: whom a project is shared with. Only its admins see and change that."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.permissions import HeldWrites, holds, require
from organizations import scopes
from organizations.models import User
from projects import permissions
from projects.actions import collaborator as actions
from projects.models import Collaborator, Project
from projects.serializers import CollaboratorInput, CollaboratorOutput, CollaboratorUpdate, with_people


class CollaboratorView(Uncached, HeldWrites, ListModelMixin, RetrieveModelMixin, GenericViewSet[Collaborator]):
    """The collaborators of one project. To everybody but its admins there is none, beside oneself to be removed."""

    key_scopes = scopes.MANAGES
    serializer_class: Any = CollaboratorOutput
    queryset = Collaborator.objects.none()  # names the model to the schema
    filter_backends = ()
    lookup_field = "user_id"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Finds the project first, and says no before it reads what was sent: nobody learns whose address is known."""
        super().initial(request, *args, **kwargs)
        place = {"pk": self.kwargs["project_pk"]}
        visible = self.held(Project.objects.filter(permissions.view(request.user)), **place)
        self.project = get_object_or_404(visible, **place)
        if request.method in ("POST", "PUT", "PATCH"):
            require(permissions.change, request.user, self.project)

    def get_queryset(self) -> QuerySet[Collaborator]:
        """All of them for an admin; for a collaborator who leaves, themself."""
        rows = Collaborator.objects.filter(project=self.project)
        if not holds(permissions.change, self.request.user, self.project):
            leaves = self.request.method == "DELETE"
            rows = rows.filter(Q(user_id=self.request.user.pk or 0) if leaves else Q(pk__in=[]))
        return with_people(rows.select_related("user", "project"), self.request)

    @property
    def actor(self) -> User:
        """The person who writes."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    @extend_schema(request=CollaboratorInput, responses={201: CollaboratorOutput})
    def create(self, request: Request, **address: Any) -> Response:
        """Share the project with a person who has an account, by their e-mail address."""
        data = CollaboratorInput(data=request.data)
        data.is_valid(raise_exception=True)
        made = actions.add(self.project, actor=self.actor, **data.validated_data)
        return Response(self._shown(made.user_id), status=201)

    @extend_schema(request=CollaboratorUpdate)
    def update(self, request: Request, *, is_partial: bool = False, **address: Any) -> Response:
        """PUT: another access; names the person once more by their address."""
        collaborator = self.get_object()
        data = CollaboratorUpdate(collaborator, data=request.data, partial=is_partial)
        data.is_valid(raise_exception=True)
        if "access" in data.validated_data:
            actions.change(collaborator, access=data.validated_data["access"], actor=self.actor)
        return Response(self._shown(collaborator.user_id))

    @extend_schema(request=CollaboratorUpdate)
    def partial_update(self, request: Request, **address: Any) -> Response:
        """PATCH: another access."""
        return self.update(request, is_partial=True)

    def destroy(self, request: Request, **address: Any) -> Response:
        """Share the project with the person no longer, or leave it oneself."""
        if request.user.is_anonymous:
            raise NotAuthenticated
        actions.remove(self.get_object(), actor=self.actor)
        return Response(status=204)

    def _shown(self, user_id: int) -> Any:
        """As it is now, even when the person has just given up their own right to see it."""
        rows = Collaborator.objects.filter(project=self.project, user_id=user_id)
        return self.get_serializer(get_object_or_404(with_people(rows, self.request))).data
