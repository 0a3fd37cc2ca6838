"""Inviting people: a link that lets its holder join, once and for a limited time.

Of its token only the hash is kept. An invitation counts as long as its inviter may invite: whoever loses that right
cannot come back by a link of their own.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from docplatform.lib.errors import Refused
from docplatform.lib.urls import absolute
from organizations import events
from organizations.actions import notifications, people
from organizations.actions.organization import add_member
from organizations.models import Invitation, Membership, Organization, User

MOST_OPEN = 50
TOO_MANY = f"There can be {MOST_OPEN} open invitations. Wait until some are accepted, or revoke some."
ALREADY = "This address is invited already. Send that invitation again, or revoke it."
TAKEN = (
    "The user name, or the address that was invited, belongs to an account already. Sign in, or choose another name."
)


@dataclass(frozen=True)
class Sent:
    """A new invitation, with the link that nobody can be shown again."""

    invitation: Invitation
    link: str


def waiting() -> QuerySet[Invitation]:
    """Invitations that nobody accepted, expired ones too: they can be sent again."""
    return Invitation.objects.filter(accepted_at=None)


@transaction.atomic
def invite(organization: Organization, *, email: str, admin: bool, actor: User) -> Sent:
    """Invite whoever has this address into the organization."""
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if organization.individual:
        raise Refused("individual", "This organization belongs to one person. Create a shared one to invite others.")
    earlier = waiting().filter(organization=organization)
    if earlier.filter(email__iexact=email, expires_at__gt=Now()).exists():
        raise Refused("already_invited", ALREADY)
    limit(earlier)
    earlier.filter(email__iexact=email).delete()
    sent = create(email=email, actor=actor, organization=organization, admin=admin)
    record("invitation.created", sent.invitation, actor)
    return sent


def limit(invitations: QuerySet[Invitation]) -> None:
    """Refuse when so many are open already. Hold a lock that their makers share."""
    if invitations.filter(expires_at__gt=Now()).count() >= MOST_OPEN:
        raise Refused("too_many_invitations", TOO_MANY)


def create(*, email: str, actor: User, organization: Organization | None = None, admin: bool = False) -> Sent:
    """The row and its link; mailed where mail is sent."""
    invitation = Invitation(email=email, organization=organization, admin=admin, inviter=actor)
    return _send(invitation)


@transaction.atomic
def resend(invitation: Invitation, *, actor: User) -> Sent:
    """A new link, which counts from today, and from the person who sends it; the old one is dead."""
    held = waiting().select_for_update(of=("self",)).select_related("organization").filter(pk=invitation.pk).first()
    if held is None:
        raise Refused("not_open", "This invitation was accepted or revoked meanwhile.")
    held.inviter = actor
    sent = _send(held)
    record("invitation.resent", held, actor)
    return sent


def _send(invitation: Invitation) -> Sent:
    token = secrets.token_urlsafe(32)
    invitation.digest = digest(token)
    invitation.expires_at = timezone.now() + timedelta(days=settings.INVITATION_DAYS)
    invitation.save()
    sent = Sent(invitation, absolute(reverse("invitation-page", args=[token])))
    if settings.MAIL_IS_SENT:
        transaction.on_commit(partial(_mail, sent), robust=True)  # the link can be copied where the mail fails
    return sent


def _mail(sent: Sent) -> None:
    invitation = sent.invitation
    context = {
        "inviter": shown_name(invitation.inviter),
        "place": invitation.organization.name if invitation.organization else "work on a project",
        "site": settings.PUBLIC_URL,
        "link": sent.link,
        "until": invitation.expires_at,
    }
    body = render_to_string("organizations/invitation_mail.txt", context)
    send_mail("You are invited", body, None, [invitation.email])


@transaction.atomic
def revoke(invitation: Invitation, *, actor: User) -> None:
    """The link is dead at once."""
    if not waiting().filter(pk=invitation.pk).delete()[0]:
        raise Refused("not_open", "This invitation was accepted or revoked meanwhile.")
    record("invitation.revoked", invitation, actor)


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def shown_name(user: User) -> str:
    """What strangers are told of an inviter."""
    return user.name or user.username


def by_token(token: str) -> QuerySet[Invitation]:
    """The open invitation with this token, as long as its inviter is in; of an organization: as its admin."""
    invites = Membership.objects.filter(
        organization_id=OuterRef("organization_id"), user_id=OuterRef("inviter_id"), admin=True
    )
    still_may = Q(organization=None) | Q(inviter__is_staff=True) | Q(Exists(invites))
    found = waiting().filter(still_may, digest=digest(token), expires_at__gt=Now(), inviter__is_active=True)
    return found.select_related("organization", "inviter")


def accept(invitation: Invitation, *, user: User) -> None:
    """The person joins. The invitation must be locked, in the transaction that found it open."""
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record("invitation.accepted", invitation, user)
    if invitation.organization:
        members = Membership.objects.filter(organization=invitation.organization, user=user)
        is_admin = members.filter(admin=True).exists()
        add_member(invitation.organization, user=user, admin=invitation.admin or is_admin, actor=user)
    if invitation.inviter_id != user.pk:
        data = {"invitation": invitation.pk, "user": user.pk, "organization": invitation.organization_id}
        notifications.notify(invitation.inviter, "invitation.accepted", data, key=f"invitation/{invitation.pk}")


def register(invitation: Invitation, *, username: str, name: str, password: str) -> User:
    """A new account with the address that was invited."""
    try:
        with transaction.atomic():
            return people.create_user(username=username, name=name, password=password, email=invitation.email)
    except IntegrityError as error:
        raise Refused("account_exists", TAKEN) from error


def record(kind: str, invitation: Invitation, actor: User, **data: object) -> None:
    """The event, without the address."""
    events.record(kind, target=invitation, actor=actor, organization_id=invitation.organization_id, data=data)
