"""Shared organizations: founding them, their members, their plan."""

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
def update(organization: Organization, *, actor: User, **changes: str | bool) -> Organization:
    """Set the name, the picture, or whether the organization is private or verified."""
    for field, value in changes.items():
        setattr(organization, field, value)
    organization.save(update_fields=[*changes, "updated_at"])
    _record("organization.updated", organization, actor, fields=sorted(changes))
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
def remove_member(membership: Membership, *, actor: User) -> None:
    """End a membership. If it was the person's active organization, their own becomes it."""
    organization, user = membership.organization, membership.user
    if organization.individual:
        raise Refused("individual", "People cannot leave their own organization.")
    # The membership first: somebody who is choosing this organization holds it, see people.set_active_organization.
    membership.delete()
    User.objects.filter(pk=user.pk, organization=organization).update(
        organization=Organization.objects.get(uuid=user.uuid, individual=True)
    )
    _record("organization.member_removed", organization, actor, user=user.pk)


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
