"""Deleting an account: what the person owned goes to a colleague or is removed for good, and the person is forgotten.

All in one transaction. Handing over is a few statements however much there is; removing takes each document in turn,
some milliseconds each. Documents that are published for an organization which the person has left are that
organization's, and stay.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from docplatform.lib.errors import Refused
from documents import permissions
from documents.actions import document as documents
from documents.actions import handover, trash
from documents.actions import projects as places
from documents.actions.mail import inbox
from documents.choices import Access
from documents.models import Document, Entity, Mail, Note, SavedSearch
from organizations import events
from organizations.actions import erasure
from organizations.models import User
from projects.models import Access as Role
from projects.models import Collaborator, Pin, Project

GONE = "This account was deleted already."


@dataclass(frozen=True)
class Settled:
    """How much was handed over or removed."""

    documents: int
    projects: int


@transaction.atomic
def delete(user: User, *, heir_id: int | None, actor: User) -> Settled:
    """Forget the person. Without an heir their documents and projects are removed for good."""
    if erasure.is_erased(user):
        raise Refused("deleted", GONE)
    removed = 0 if heir_id is not None else _remove_projects(user, actor)
    handed = handover.deactivate(user, heir_id=heir_id, actor=actor)
    done = Settled(handed.documents, handed.projects)
    if heir_id is None:
        done = Settled(_remove_documents(user, actor), removed)
    _forget(user, actor)
    person = User.objects.get(pk=user.pk)
    where, data = person.organization_id, {"heir": heir_id, "documents": done.documents, "projects": done.projects}
    events.record("user.deleted", target=person, actor=actor, organization_id=where, data=data)
    erasure.erase(person, actor=actor)
    return done


def _remove_projects(user: User, actor: User) -> int:
    """Those that nobody else administers. Projects are locked before documents."""
    admins = Collaborator.objects.filter(project_id=OuterRef("pk"), access=Role.ADMIN, user__is_active=True)
    mine = Collaborator.objects.filter(project_id=OuterRef("pk"), user=user, access=Role.ADMIN)
    alone = Project.objects.filter(Exists(mine), ~Exists(admins.exclude(user=user))).order_by("pk")
    projects = list(alone)
    for project in projects:
        places.delete(project, actor=actor)
    return len(projects)


def _remove_documents(user: User, actor: User) -> int:
    """Also those in the trash. 409 where staff hold one."""
    theirs = Document.objects.filter(user=user)
    alive = list(theirs.filter(permissions.share(user)).values_list("pk", flat=True))
    documents.delete(alive, actor=actor, is_final=True)
    waiting = list(theirs.filter(permissions.IN_TRASH).order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        trash.remove(pk, actor=actor)
    return len(alive) + len(waiting)


def _forget(user: User, actor: User) -> None:
    """What was for the person's own eyes."""
    for mail in Mail.objects.filter(user=user).order_by("pk"):
        inbox.remove(mail, actor=actor)
    Collaborator.objects.filter(user=user).delete()
    Pin.objects.filter(user=user).delete()
    SavedSearch.objects.filter(user=user).delete()
    Note.objects.filter(user=user, access=Access.PRIVATE).delete()
    Entity.objects.filter(user=user, access=Access.PRIVATE).delete()
