"""Inviting people to a project, and what happens when somebody opens the link of an invitation."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404

from docplatform.lib.errors import Refused
from organizations.actions import invitations
from organizations.actions.invitations import Sent
from organizations.models import Invitation, User
from projects.actions import project as projects
from projects.models import Access, Collaborator, Project, ProjectInvitation

RANK = {access: number for number, access in enumerate((Access.VIEW, Access.EDIT, Access.ADMIN))}


@dataclass(frozen=True)
class Asked:
    """What came of asking an address into a project: somebody takes part now, or an invitation is under way."""

    collaborator: Collaborator | None = None
    sent: Sent | None = None


def waiting(project: Project) -> QuerySet[ProjectInvitation]:
    """Invitations to the project that nobody accepted yet."""
    return ProjectInvitation.objects.filter(project=project, invitation__in=invitations.waiting())


@transaction.atomic
def ask(project: Project, *, email: str, access: Access, actor: User) -> Asked:
    """Share the project with whoever has this address; without an account they are invited to make one."""
    project = projects.hold(project)
    known = User.objects.filter(email__iexact=email, is_active=True).first()
    if known:
        if Collaborator.objects.filter(project=project, user=known).exists():
            raise Refused("already_shared", "This person takes part in the project already.")
        return Asked(collaborator=projects.add_collaborator(project, user=known, access=access, actor=actor))
    earlier = waiting(project).filter(invitation__email__iexact=email)
    if earlier.filter(invitation__expires_at__gt=Now()).exists():
        raise Refused("already_invited", invitations.ALREADY)
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # held, so that the count is right
    invitations.limit(invitations.waiting().filter(organization=None, inviter=actor))
    Invitation.objects.filter(pk__in=earlier.values("invitation_id")).delete()
    sent = invitations.create(email=email, actor=actor)
    ProjectInvitation.objects.create(invitation=sent.invitation, project=project, access=access)
    invitations.record("invitation.created", sent.invitation, actor, project=project.pk)
    return Asked(sent=sent)


def by_token(token: str, *, lock: bool = False) -> Invitation:
    """The open invitation with this token; 404 where there is none, or its inviter may not invite any more."""
    admins = Collaborator.objects.filter(
        project_id=OuterRef("projects__project_id"),
        user_id=OuterRef("inviter_id"),
        access=Access.ADMIN,
    )
    still_may = Q(organization__isnull=False) | Q(Exists(admins))
    ids = invitations.by_token(token).filter(still_may).values("pk")
    found = Invitation.objects.select_related("organization", "inviter").filter(pk__in=ids, accepted_at=None)
    invitation = (found.select_for_update(of=("self",)) if lock else found).first()
    if invitation is None:
        raise Http404
    return invitation


@transaction.atomic
def accept(token: str, *, user: User | None = None, account: Mapping[str, str] | None = None) -> User:
    """Somebody joins what the link stands for, once: a person with an account, or one who makes one now.

    Who has an account may accept any link they hold, whatever its address: perhaps they use another one here. A new
    account gets the address that was invited.
    """
    invitation = by_token(token, lock=True)
    person = user or invitations.register(invitation, **(account or {}))
    invitations.accept(invitation, user=person)
    for place in ProjectInvitation.objects.filter(invitation=invitation).select_related("project"):
        mine = Collaborator.objects.filter(project=place.project, user=person).first()
        if mine is None or RANK[Access(mine.access)] < RANK[Access(place.access)]:
            projects.add_collaborator(place.project, user=person, access=Access(place.access), actor=person)
    return person
