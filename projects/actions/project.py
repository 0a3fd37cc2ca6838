"""Founding projects and sharing them with people."""

from django.db import transaction

from docplatform.lib.slugs import slug
from organizations import events
from organizations.models import User
from projects.models import Access, Collaborator, Pin, Project


@transaction.atomic
def create(*, user: User, title: str = "", description: str = "", private: bool = False) -> Project:
    """A project whose creator administers it and finds it pinned."""
    project = Project.objects.create(user=user, title=title, slug=slug(title), description=description, private=private)
    Collaborator.objects.create(project=project, user=user, access=Access.ADMIN)
    Pin.objects.create(project=project, user=user)
    _record("project.created", project, user)
    return project


@transaction.atomic
def add_collaborator(project: Project, *, user: User, access: Access = Access.VIEW, actor: User) -> Collaborator:
    """Share the project with a person; for a collaborator only the access changes."""
    collaborator, _ = Collaborator.objects.update_or_create(project=project, user=user, defaults={"access": access})
    _record("project.collaborator_added", project, actor, user=user.pk, access=str(access))
    return collaborator


def _record(kind: str, project: Project, actor: User, **data: object) -> None:
    events.record(kind, target=project, actor=actor, organization_id=actor.organization_id, data=data)
