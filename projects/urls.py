"""The routes of collaborators and invitations. Those of projects themselves read documents, and stand there."""

from typing import Any

from django.urls import path
from rest_framework.urlpatterns import format_suffix_patterns

from projects.views.collaborators import CollaboratorView
from projects.views.invitation import InvitationPage, InvitationView
from projects.views.invitations import ProjectInvitationsView

MANY: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

api = format_suffix_patterns(
    [
        path("projects/<int:project_pk>/users/", CollaboratorView.as_view(MANY), name="collaborators"),
        path("projects/<int:project_pk>/users/<int:user_id>/", CollaboratorView.as_view(ONE), name="collaborator"),
        path(
            "projects/<int:project_pk>/invitations/",
            ProjectInvitationsView.as_view(MANY),
            name="project-invitations",
        ),
        path(
            "projects/<int:project_pk>/invitations/<int:pk>/",
            ProjectInvitationsView.as_view({"delete": "destroy"}),
            name="project-invitation",
        ),
        path(
            "projects/<int:project_pk>/invitations/<int:pk>/resend/",
            ProjectInvitationsView.as_view({"post": "resend"}),
            name="project-invitation-resend",
        ),
        path("invitations/<str:token>/", InvitationView.as_view(), name="invitation"),
    ],
    allowed=["json"],
)
pages = [path("accounts/invitation/<str:token>/", InvitationPage.as_view(), name="invitation-page")]
