"""Adding people, and what they and the administrators do with their accounts."""

from typing import Any

from django.db import transaction
from django.db.models import F

from docplatform.lib.errors import Refused, Shape
from docplatform.lib.slugs import slug
from organizations import events
from organizations.actions import api_keys
from organizations.models import Membership, Organization, Session, User


@transaction.atomic
def create_user(
    *,
    username: str,
    email: str = "",
    password: str | None = None,
    name: str = "",
    is_staff: bool = False,
    actor: User | None = None,
) -> User:
    """A person with an individual organization of the same uuid, which is their active one. No password: none works."""
    user = User(username=username, email=email, name=name or username, is_staff=is_staff, is_superuser=is_staff)
    user.set_password(password)
    user.save()
    organization = Organization.objects.create(
        name=user.name, slug=slug(username), uuid=user.uuid, individual=True, private=True
    )
    Membership.objects.create(user=user, organization=organization, admin=True)
    user.organization = organization
    user.save(update_fields=["organization"])
    events.record("user.created", target=user, actor=actor or user, organization_id=organization.pk)
    return user


@transaction.atomic
def update(user: User, *, actor: User, **changes: Any) -> User:
    """Set the person's name, e-mail address, picture or rights."""
    for field, value in changes.items():
        setattr(user, field, value)
    user.save(update_fields=[*changes, "updated_at"])
    events.record("user.updated", target=user, actor=actor, data={"fields": sorted(changes)})
    return user


@transaction.atomic
def set_active_organization(user: User, *, organization: Organization) -> User:
    """Choose the organization that the person's next documents belong to."""
    memberships = Membership.objects.filter(user=user, organization=organization)
    if not memberships.select_for_update(no_key=True).exists():  # held, so that it does not end meanwhile
        raise Refused("not_a_member", "Choose an organization that you are a member of.", shape=Shape.LIST)
    if user.organization_id != organization.pk:
        user.organization = organization
        user.save(update_fields=["organization", "updated_at"])
        events.record("user.organization_changed", target=user, actor=user, organization_id=organization.pk)
    return user


@transaction.atomic
def choose(user: User, *, organization: Organization | None = None, wants_mail: bool | None = None) -> User:
    """What people decide about themselves; what is None stays."""
    if organization is not None:
        set_active_organization(user, organization=organization)
    if wants_mail is not None and wants_mail != user.wants_mail:
        update(user, actor=user, wants_mail=wants_mail)
    return user


@transaction.atomic
def change_password(user: User, *, password: str, actor: User | None = None) -> User:
    """Set the password. Whoever is signed in with the old one is signed out at once, everywhere.

    API keys stay good, as they do not come from the password: programs go on. Signing out everywhere ends them too.
    """
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    _end_sessions(user)
    events.record("user.password_changed", target=user, actor=actor or user)
    return user


@transaction.atomic
def sign_out_everywhere(user: User, *, actor: User) -> User:
    """End every session and make every token and every API key invalid, at once."""
    _end_sessions(user)
    api_keys.revoke_all(user, actor=actor)
    events.record("user.signed_out_everywhere", target=user, actor=actor)
    return user


@transaction.atomic
def end_session(session: Session, *, actor: User) -> None:
    """Sign one browser out."""
    Session.objects.filter(pk=session.pk).delete()
    events.record("user.session_ended", target=actor, actor=actor)


@transaction.atomic
def deactivate(user: User, *, actor: User) -> User:
    """Keep the person's documents but let them in no more; sessions, tokens and keys end at once."""
    user.is_active = False
    user.save(update_fields=["is_active", "updated_at"])
    _end_sessions(user)
    api_keys.revoke_all(user, actor=actor)
    events.record("user.deactivated", target=user, actor=actor)
    return user


@transaction.atomic
def reactivate(user: User, *, actor: User) -> User:
    """Let a deactivated person sign in again."""
    user.is_active = True
    user.save(update_fields=["is_active", "updated_at"])
    events.record("user.reactivated", target=user, actor=actor)
    return user


def _end_sessions(user: User) -> None:
    # counted in the database: two at once must not end in the same number
    User.objects.filter(pk=user.pk).update(token_epoch=F("token_epoch") + 1)
    user.refresh_from_db(fields=["token_epoch"])
    Session.objects.filter(user=user).delete()
