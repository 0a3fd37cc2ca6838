"""The administration of people and organizations."""

from organizations.admin.ledger import ChargeAdmin, EventAdmin
from organizations.admin.organization import MembershipAdmin, OrganizationAdmin, PlanAdmin
from organizations.admin.user import UserAdmin

__all__ = ["ChargeAdmin", "EventAdmin", "MembershipAdmin", "OrganizationAdmin", "PlanAdmin", "UserAdmin"]
