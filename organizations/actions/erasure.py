"""Forgetting a person. Their row stays, because what they wrote and the log point at it, but it names nobody."""

from django.db import transaction
from django.db.models import Q

from organizations import events
from organizations.models import (
    ApiKey,
    IdempotencyKey,
    Invitation,
    Membership,
    Notification,
    Organization,
    Session,
    User,
)


def is_erased(user: User) -> bool:
    """Whether the person was forgotten already."""
    return not user.is_active and user.username == placeholder(user)


def placeholder(user: User) -> str:
    """What stands where the name stood."""
    return f"deleted-{user.uuid}"


@transaction.atomic
def erase(user: User, *, actor: User) -> None:
    """Name, addresses, rights, sessions, keys, messages and invitations of a deactivated person go. For good."""
    own = Organization.objects.get(uuid=user.uuid, individual=True)
    mine = Q(inviter=user, accepted_at=None) | Q(accepted_by=user)
    Invitation.objects.filter(mine | Q(email__iexact=user.email or "-")).delete()
    for model in (Session, ApiKey, Notification, IdempotencyKey):
        model.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).exclude(organization=own).delete()
    name = placeholder(user)
    Organization.objects.filter(pk=own.pk).update(name=name, slug=name, avatar_url="")
    user.username, user.name, user.email, user.avatar_url = name, "", "", ""
    user.mailkey, user.wants_mail, user.organization = None, False, own
    user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    events.record("user.erased", target=user, actor=actor, organization_id=own.pk)
