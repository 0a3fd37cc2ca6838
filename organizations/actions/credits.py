"""The ledger: what an organization may spend this month, what it bought, and what it spent."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from docplatform.lib.errors import Refused
from organizations import events
from organizations.models import Charge, Organization, User


class Shortfall(Refused):
    """The organization cannot pay; clients read how many credits are missing."""

    def __init__(self, missing: int) -> None:
        super().__init__("not_enough_credits", f"The organization lacks {missing} credits.")
        self.missing = missing

    def body(self) -> Any:
        return {"amount": self.missing}


@dataclass(frozen=True)
class Balance:
    """The credits of an organization as of today."""

    monthly: int
    purchased: int
    reset_date: date | None


def balance(organization: Organization) -> Balance:
    """The stored credits, or the plan's allowance when the day of the refill has come and nothing was spent since."""
    due, today = organization.credit_reset_date, timezone.localdate()
    if due is None or due > today:
        return Balance(organization.monthly_credits, organization.purchased_credits, due)
    allowance = organization.plan.monthly_credits if organization.plan else 0
    return Balance(allowance, organization.purchased_credits, next_reset(due, today=today))


def next_reset(start: date, *, today: date) -> date:
    """The first day after today that is whole months after `start`; the last of the month where it is too short."""
    months = (today.year - start.year) * 12 + today.month - start.month
    day = _months_after(start, months)
    return day if day > today else _months_after(start, months + 1)


def _months_after(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@transaction.atomic
def charge(organization: Organization, *, user: User, amount: int, note: str = "", key: str = "") -> Balance:
    """Take `amount` credits, monthly ones first, and book it; returns what was taken. All of it, or a Shortfall.

    What was paid under the same `key` is not paid again, even if it was refunded meanwhile.
    """
    row = _lock(organization.pk)
    now = balance(row)
    paid = Charge.objects.filter(key=key).first() if key else None
    if paid:
        return Balance(paid.monthly, paid.purchased, now.reset_date)
    if amount > now.monthly + now.purchased:
        raise Shortfall(amount - now.monthly - now.purchased)
    monthly = min(amount, now.monthly)
    taken = Balance(monthly, amount - monthly, now.reset_date)
    _store(row, Balance(now.monthly - taken.monthly, now.purchased - taken.purchased, now.reset_date))
    if amount:
        line = Charge.objects.create(
            organization=row, user=user, monthly=taken.monthly, purchased=taken.purchased, note=note, key=key
        )
        data = {"charge": line.pk, "credits": amount}
        events.record("organization.charged", target=row, actor=user, organization_id=row.pk, data=data)
    return taken


@transaction.atomic
def refund(key: str) -> bool:
    """Give back what was paid under the key; False where that was done before, or nothing was paid.

    Monthly credits come back within their month: those of a month that is over are gone.
    """
    line = Charge.objects.filter(key=key, refunded_at=None).exclude(key="").first()
    if line is None:
        return False
    row = _lock(line.organization_id)
    if not Charge.objects.filter(pk=line.pk, refunded_at=None).update(refunded_at=timezone.now()):
        return False
    now = balance(row)
    monthly = 0 if _is_over(timezone.localdate(line.created_at), now.reset_date) else line.monthly
    _store(row, Balance(now.monthly + monthly, now.purchased + line.purchased, now.reset_date))
    data = {"charge": line.pk, "credits": line.monthly + line.purchased}
    events.record("organization.refunded", target=row, organization_id=row.pk, data=data)
    return True


def _is_over(day: date, next_refill: date | None) -> bool:
    """Was there a refill after that day?"""
    return next_refill is not None and next_reset(next_refill, today=day) <= timezone.localdate()


def _lock(organization_id: int) -> Organization:
    rows = Organization.objects.select_for_update(of=("self",), no_key=True).select_related("plan")
    return rows.get(pk=organization_id)


def _store(row: Organization, now: Balance) -> None:
    row.monthly_credits, row.purchased_credits, row.credit_reset_date = now.monthly, now.purchased, now.reset_date
    row.save(update_fields=["monthly_credits", "purchased_credits", "credit_reset_date", "updated_at"])


@transaction.atomic
def grant(organization: Organization, *, amount: int, actor: User) -> Organization:
    """Add purchased credits, which do not expire; a negative amount takes some back, down to none."""
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    row.purchased_credits = max(0, row.purchased_credits + amount)
    row.save(update_fields=["purchased_credits", "updated_at"])
    data = {"credits": amount}
    events.record("organization.credits_granted", target=row, actor=actor, organization_id=row.pk, data=data)
    return row
