"""What organizations can subscribe to."""

from django.db import transaction

from organizations import events
from organizations.models import Plan, User


@transaction.atomic
def keep(plan: Plan, *, actor: User) -> Plan:
    """Store a new or a changed plan. A new allowance counts from an organization's next refill."""
    is_new = plan.pk is None
    plan.save()
    events.record("plan.created" if is_new else "plan.updated", target=plan, actor=actor)
    return plan
