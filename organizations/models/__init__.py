"""The tables of people and organizations, and the log of what they did."""

from organizations.models.event import Event
from organizations.models.idempotency import IdempotencyKey
from organizations.models.organization import Charge, Membership, Organization, Plan
from organizations.models.signin import SignInFailure
from organizations.models.user import User

__all__ = [
    "Charge",
    "Event",
    "IdempotencyKey",
    "Membership",
    "Organization",
    "Plan",
    "SignInFailure",
    "User",
]
