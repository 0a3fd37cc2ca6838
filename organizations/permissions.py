"""Who may see which people and organizations. A rule is a function from a user to a Q, without joins."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from organizations.models import Membership, User

Person = User | AnonymousUser
ANONYMOUS = AnonymousUser()


def signed_in(user: Person) -> User:
    """The person, where only people with an account come."""
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def _memberships(user: Person) -> QuerySet[Membership]:
    return Membership.objects.filter(user_id=user.pk or 0)  # nobody has the id 0


def organization_ids(user: Person) -> "QuerySet[Membership, int]":
    """The organizations that the person belongs to, as a subquery."""
    return _memberships(user).values_list("organization_id", flat=True)


def colleague(user: Person, *, field: str = "organization_id") -> Q:
    """Rows whose `field` is one of the person's organizations."""
    return Q(**{f"{field}__in": organization_ids(user)})


def view_organizations(user: Person) -> Q:
    """Shared organizations that do not hide, and the person's own. People without an account see none."""
    return Q(pk__in=[]) if user.is_anonymous else Q(private=False) | colleague(user, field="pk")


def administer_organizations(user: Person) -> Q:
    """Organizations whose members and invitations the person manages."""
    return Q(pk__in=_memberships(user).filter(admin=True).values("organization_id"))


def know_organizations(user: Person) -> Q:
    """Organizations that everybody may learn of where they see a person who is active in one: not the hidden ones."""
    return Q(private=False) | Q(individual=True) | colleague(user, field="pk")


def view_people(user: Person) -> Q:
    """Oneself and the members of one's organizations."""
    if user.is_anonymous:
        return Q(pk__in=[])
    members = Membership.objects.filter(organization_id__in=organization_ids(user)).values("user_id")
    return Q(pk=user.pk) | Q(pk__in=members)


def is_verified(user: Person) -> bool:
    """The person belongs to a verified organization."""
    return _memberships(user).filter(organization__verified=True).exists()


def feature_level(user: Person) -> int:
    """The highest level among the plans of the person's organizations; 0 is free, 1 and above professional. Without a
    plan the site decides."""
    levels = Coalesce("organization__plan__feature_level", settings.FEATURE_LEVEL)
    return _memberships(user).aggregate(level=Max(levels))["level"] or 0


def may_upload(user: Person) -> bool:
    """Signed in and, where the site asks for it, a member of a verified organization."""
    return user.is_authenticated and (not settings.UPLOAD_NEEDS_VERIFIED or is_verified(user))
