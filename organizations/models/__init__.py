"""The tables of people and organizations, and the log of what they did."""

from organizations.models.api_key import ApiKey
from organizations.models.consumer import Consumer
from organizations.models.event import Event
from organizations.models.idempotency import IdempotencyKey
from organizations.models.invitation import Invitation
from organizations.models.notification import Notification
from organizations.models.organization import Charge, Membership, Organization, Plan
from organizations.models.rate import RateBucket
from organizations.models.session import Session
from organizations.models.user import User

__all__ = [
    "ApiKey",
    "Charge",
    "Consumer",
    "Event",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "Notification",
    "Organization",
    "Plan",
    "RateBucket",
    "Session",
    "User",
]
