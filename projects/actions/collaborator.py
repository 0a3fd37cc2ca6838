"""With whom a project is shared. There is always one admin who can sign in."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError

from docplatform.lib.errors import Refused, Shape
from organizations.models import User
from projects.actions.project import hold, record, tell
from projects.models import Access, Collaborator, Project

UNKNOWN = "Nobody with this address has an account here. Ask them to sign up first, then add them again."
ALREADY = "This person takes part already. Change their access instead."
LAST_ADMIN = "A project needs an admin. Make somebody else admin first."


@transaction.atomic
def add(project: Project, *, email: str, access: Access = Access.VIEW, actor: User) -> Collaborator:
    """Share the project with the person who has this e-mail address."""
    held = hold(project)
    user = User.objects.alias(address=Lower("email")).filter(address=email.lower(), is_active=True).first()
    if user is None:
        raise ValidationError({"email": [UNKNOWN]})
    collaborator, is_new = Collaborator.objects.get_or_create(project=held, user=user, defaults={"access": access})
    if not is_new:
        raise ValidationError({"email": [ALREADY]})
    record("project.collaborator_added", held, actor, user=user.pk, access=str(access))
    tell(collaborator, actor=actor)
    return collaborator


@transaction.atomic
def change(collaborator: Collaborator, *, access: Access, actor: User) -> None:
    """Let the person do more or less."""
    held, fresh = _hold(collaborator)
    if fresh.access == access:
        return
    if _is_last_admin(fresh):
        raise ValidationError({"access": [LAST_ADMIN]})
    changed = [fresh.access, str(access)]
    fresh.access = access
    fresh.save(update_fields=["access"])
    record("project.collaborator_changed", held, actor, user=fresh.user_id, access=changed)


@transaction.atomic
def remove(collaborator: Collaborator, *, actor: User) -> None:
    """Share the project with the person no longer; people may also leave by themselves."""
    held, fresh = _hold(collaborator)
    if _is_last_admin(fresh):
        raise Refused("last_admin", LAST_ADMIN, shape=Shape.LIST)
    fresh.delete()
    record("project.collaborator_removed", held, actor, user=fresh.user_id)


def _hold(collaborator: Collaborator) -> tuple[Project, Any]:
    """The project, held, so that of two admins who remove each other one comes second; and the row as it is then."""
    held = hold(collaborator.project)
    return held, get_object_or_404(Collaborator, pk=collaborator.pk)


def _is_last_admin(collaborator: Collaborator) -> bool:
    admins = Collaborator.objects.filter(project_id=collaborator.project_id, access=Access.ADMIN, user__is_active=True)
    return collaborator.access == Access.ADMIN and not admins.exclude(pk=collaborator.pk).exists()
