"""Founding, changing and deleting projects. Whoever changes what belongs to a project holds its row first."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404

from docplatform.lib.rows import assign
from docplatform.lib.slugs import slug
from organizations import events
from organizations.actions import notifications
from organizations.models import User
from projects.models import Access, Collaborator, Pin, Project


@transaction.atomic
def create(*, user: User, title: str = "", description: str = "", private: bool = False) -> Project:
    """A project whose creator administers it and finds it pinned."""
    project = Project.objects.create(user=user, title=title, slug=slug(title), description=description, private=private)
    Collaborator.objects.create(project=project, user=user, access=Access.ADMIN)
    Pin.objects.create(project=project, user=user)
    record("project.created", project, user)
    return project


@transaction.atomic
def update(project: Project, values: Mapping[str, Any], *, actor: User) -> None:
    """Write new values; what is the same already is no change."""
    held = hold(project)
    before = assign(held, values)
    if not before:
        return
    held.save(update_fields=[*before, "updated_at"])
    private = {"private": [before["private"], held.private]} if "private" in before else {}
    record("project.updated", held, actor, fields=sorted(before), **private)


@transaction.atomic
def pin(project: Project, *, is_pinned: bool, actor: User) -> None:
    """Keep the project at hand for the person, or no longer."""
    if is_pinned:
        Pin.objects.bulk_create([Pin(project=hold(project), user=actor)], ignore_conflicts=True)
    else:
        Pin.objects.filter(project=project, user=actor).delete()
    record("project.pinned" if is_pinned else "project.unpinned", project, actor)


@transaction.atomic
def delete(project: Project, *, actor: User) -> None:
    """The project is no more, and shares nothing; its documents stay."""
    record("project.deleted", project, actor)
    Project.objects.filter(pk=hold(project, entirely=True).pk).delete()


@transaction.atomic
def add_collaborator(project: Project, *, user: User, access: Access = Access.VIEW, actor: User) -> Collaborator:
    """Share the project with a person; for a collaborator only the access changes."""
    collaborator, is_new = Collaborator.objects.update_or_create(
        project=project, user=user, defaults={"access": access}
    )
    record("project.collaborator_added", project, actor, user=user.pk, access=str(access))
    if is_new:
        tell(collaborator, actor=actor)
    return collaborator


def tell(collaborator: Collaborator, *, actor: User) -> None:
    """Let the person know that somebody else shares a project with them."""
    if collaborator.user_id != actor.pk:
        data = {"project": collaborator.project_id, "access": str(collaborator.access), "by": actor.pk}
        notifications.notify(collaborator.user, "project.shared", data)


def hold(project: Project, *, entirely: bool = False) -> Project:
    """The project's row as it is now, held until the end of the transaction: what is read of its members stays so.
    `entirely`: not even new documents are put into it meanwhile. Hold a project before you lock documents."""
    found = Project.objects.select_for_update(no_key=not entirely).filter(pk=project.pk).first()
    if found is None:
        raise Http404
    return found


def record(kind: str, project: Project, actor: User, **data: object) -> None:
    """One event about the project."""
    events.record(kind, target=project, actor=actor, organization_id=actor.organization_id, data=data)
