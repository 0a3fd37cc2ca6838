"""The administration of people and organizations."""

from organizations.admin.invitation import InvitationAdmin
from organizations.admin.ledger import ChargeAdmin, EventAdmin
from organizations.admin.organization import MembershipAdmin, OrganizationAdmin, PlanAdmin
from organizations.admin.user import UserAdmin

__all__ = [
    "ChargeAdmin",
    "EventAdmin",
    "InvitationAdmin",
    "MembershipAdmin",
    "OrganizationAdmin",
    "PlanAdmin",
    "UserAdmin",
]
