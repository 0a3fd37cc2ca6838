"""Shared organizations: founding them, their members, their plan."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from docplatform.lib.errors import Refused
from docplatform.lib.slugs import slug
from organizations import events
from organizations.actions.credits import next_reset
from organizations.models import Membership, Organization, Plan, User


@transaction.atomic
def create_organization(
    *, name: str, actor: User | None = None, verified: bool = False, private: bool = False
) -> Organization:
    """A shared organization without members."""
    organization = Organization.objects.create(name=name, slug=slug(name), verified=verified, private=private)
    events.record("organization.created", target=organization, actor=actor, organization_id=organization.pk)
    return organization


@transaction.atomic
def update(organization: Organization, *, actor: User, **changes: str | bool | Organization | None) -> Organization:
    """Set the name, the picture, the parent, or whether the organization is private, verified or shares its credits."""
    for field, value in changes.items():
        setattr(organization, field, value)
    organization.save(update_fields=[*changes, "updated_at"])
    _record("organization.updated", organization, actor, fields=sorted(changes))
    return organization


@transaction.atomic
def set_groups(organization: Organization, *, groups: Iterable[Organization], actor: User) -> Organization:
    """Say which groups the organization is a member of."""
    organization.groups.set(groups)
    ids = sorted(organization.groups.values_list("pk", flat=True))
    _record("organization.updated", organization, actor, fields=["groups"], groups=ids)
    return organization


@transaction.atomic
def add_member(organization: Organization, *, user: User, admin: bool = False, actor: User | None = None) -> Membership:
    """Make the person a member; for a member only `admin` is set."""
    if organization.individual:
        raise Refused("individual", "This organization belongs to one person. Create a shared one to add members.")
    membership, _ = Membership.objects.update_or_create(user=user, organization=organization, defaults={"admin": admin})
    _record("organization.member_added", organization, actor, user=user.pk, admin=admin)
    return membership


@transaction.atomic
def set_admin(membership: Membership, *, admin: bool, actor: User) -> Membership:
    """Make a member one of the admins, or an admin a plain member."""
    found = _hold(membership, actor, stays_admin=admin)
    if found.admin != admin:
        found.admin = admin
        found.save(update_fields=["admin"])
        _record("organization.member_changed", found.organization, actor, user=found.user_id, admin=admin)
    return found


def _hold(membership: Membership, actor: User, *, stays_admin: bool) -> Membership:
    """The membership as it is now, while nobody else changes who the admins are; refuses to lose the last of them."""
    rows = Organization.objects.select_for_update(no_key=True)
    organization = rows.get(pk=membership.organization_id)
    if organization.individual:
        raise Refused(
            "individual", "This organization is one person's own: nobody else joins it, and nobody leaves it."
        )
    found = Membership.objects.filter(pk=membership.pk).select_related("user").first()
    if found is None:
        raise Refused("not_a_member", "This person is not a member any more.")
    found.organization = organization
    admins = Membership.objects.filter(organization=organization, admin=True, user__is_active=True)
    is_last = found.admin and not stays_admin and not admins.exclude(pk=found.pk).exists()
    if is_last and not actor.is_staff:
        raise Refused("last_admin", "This is the last admin of the organization. Make somebody else an admin first.")
    return found


@transaction.atomic
def remove_member(membership: Membership, *, actor: User) -> None:
    """End a membership. If it was the person's active organization, their own becomes it."""
    membership = _hold(membership, actor, stays_admin=False)
    organization, user = membership.organization, membership.user
    # The membership first: somebody who is choosing this organization holds it, see people.set_active_organization.
    membership.delete()
    User.objects.filter(pk=user.pk, organization=organization).update(
        organization=Organization.objects.get(uuid=user.uuid, individual=True)
    )
    _record("organization.member_removed", organization, actor, user=user.pk)


@transaction.atomic
def hand_over_admin(user: User, *, heir: User | None, actor: User) -> None:
    """Somebody leaves who may be the last admin of organizations: the heir becomes it, where they are a member.

    People who close their own account must not leave others behind without an admin; staff may, and name one later.
    """
    mine = Membership.objects.filter(user=user, admin=True, organization__individual=False)
    ids = list(mine.values_list("organization_id", flat=True))
    for organization in Organization.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"):
        others = Membership.objects.filter(organization=organization, user__is_active=True).exclude(user=user)
        if others.filter(admin=True).exists() or not others.exists():
            continue
        if others.filter(user=heir, admin=False).update(admin=True):
            _record("organization.member_changed", organization, actor, user=heir.pk if heir else None, admin=True)
        elif actor == user:
            raise Refused("last_admin", "You are the last admin of an organization. Make somebody else an admin first.")


@transaction.atomic
def set_plan(organization: Organization, *, plan: Plan | None, actor: User) -> Organization:
    """Put the organization on a plan; its monthly credits begin today."""
    today = timezone.localdate()
    organization.plan = plan
    organization.monthly_credits = plan.monthly_credits if plan else 0
    organization.credit_reset_date = next_reset(today, today=today) if plan and plan.monthly_credits else None
    organization.save(update_fields=["plan", "monthly_credits", "credit_reset_date", "updated_at"])
    _record("organization.plan_changed", organization, actor, plan=plan.pk if plan else None)
    return organization


def _record(kind: str, organization: Organization, actor: User | None, **data: object) -> None:
    events.record(kind, target=organization, actor=actor, organization_id=organization.pk, data=data)
