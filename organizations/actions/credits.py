"""The ledger: what an organization may spend this month, what it bought, and what it spent.

An organization spends its own credits first, then those of its parent and of its groups where these share them. All
rows that a payment may touch are locked at once, in the order of their ids, so that payments never wait in a circle.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
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
    """Credits as of today. `allowance` is what the monthly ones become at their next refill."""

    monthly: int
    purchased: int
    reset_date: date | None
    allowance: int = 0


def balance(organization: Organization) -> Balance:
    """What the organization can spend: its own credits and those that are shared with it."""
    own = _own(organization)
    purses = [own, *(_own(sharer) for sharer in _sharers(organization).select_related("plan"))]
    return Balance(
        sum(purse.monthly for purse in purses),
        sum(purse.purchased for purse in purses),
        own.reset_date,
        sum(purse.allowance for purse in purses),
    )


def _own(organization: Organization) -> Balance:
    """The stored credits, or the plan's allowance when the day of the refill has come and nothing was spent since."""
    due, today = organization.credit_reset_date, timezone.localdate()
    allowance = organization.plan.monthly_credits if organization.plan else 0
    if due is None or due > today:
        return Balance(organization.monthly_credits, organization.purchased_credits, due, allowance)
    return Balance(allowance, organization.purchased_credits, next_reset(due, today=today), allowance)


def _sharers(organization: Organization) -> QuerySet[Organization]:
    """Its parent and its groups, those of them that share."""
    links = Organization.groups.through.objects.filter(from_organization_id=organization.pk)
    related = Q(pk=organization.parent_id or 0) | Q(pk__in=links.values("to_organization_id"))
    return Organization.objects.filter(related, share_resources=True)


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
    """Take `amount` credits and book them; returns what was taken. All of it, or a Shortfall.

    Monthly credits go before purchased ones: the organization's own, then its parent's, then its groups' by id.
    What was paid under the same `key` is not paid again, even if it was refunded meanwhile.
    """
    rows = _purses(organization)
    paid = list(Charge.objects.filter(key=key)) if key else []
    if paid:
        return _sum(paid, rows[0])
    taken, missing = _divide(amount, rows)
    if missing:
        raise Shortfall(missing)
    lines = [
        Charge(organization=row, user=user, monthly=part.monthly, purchased=part.purchased, note=note, key=key, part=n)
        for n, (row, part) in enumerate(taken)
    ]
    for line in Charge.objects.bulk_create(lines):
        _change(line.organization, monthly=-line.monthly, purchased=-line.purchased)
        _record("organization.charged", line, actor=user)
    return _sum(lines, rows[0])


def _purses(organization: Organization) -> list[Organization]:
    """The locked rows that can pay, in the order in which they do."""
    wanted = {organization.pk, *_sharers(organization).values_list("pk", flat=True)}
    rows = {row.pk: row for row in _lock(wanted)}
    own = rows.pop(organization.pk)
    sharing = [row for row in rows.values() if row.share_resources]
    return [own, *sorted(sharing, key=lambda row: (row.pk != own.parent_id, row.pk))]


def _divide(amount: int, rows: Iterable[Organization]) -> tuple[list[tuple[Organization, Balance]], int]:
    """What each of the organizations pays, those that pay nothing left out, and what is missing in the end."""
    parts = []
    for row in rows:
        now = _own(row)
        monthly = min(amount, now.monthly)
        purchased = min(amount - monthly, now.purchased)
        amount -= monthly + purchased
        if monthly or purchased:
            parts.append((row, Balance(monthly, purchased, now.reset_date)))
    return parts, amount


def _sum(lines: Iterable[Charge], payer: Organization) -> Balance:
    booked = list(lines)
    monthly, purchased = sum(line.monthly for line in booked), sum(line.purchased for line in booked)
    return Balance(monthly, purchased, _own(payer).reset_date)


@transaction.atomic
def refund(key: str) -> bool:
    """Give back what was paid under the key, to each who paid; False where that was done before, or nothing was paid.

    Monthly credits come back within their month: those of a month that is over are gone.
    """
    unpaid = Charge.objects.filter(key=key, refunded_at=None).exclude(key="").order_by("part")
    rows = {row.pk: row for row in _lock(unpaid.values_list("organization_id", flat=True))}
    lines = list(unpaid)  # again, under the locks: perhaps somebody else was first
    for line in lines:
        row = rows[line.organization_id]
        is_over = _is_over(timezone.localdate(line.created_at), _own(row).reset_date)
        _change(row, monthly=0 if is_over else line.monthly, purchased=line.purchased)
        _record("organization.refunded", line)
    unpaid.filter(pk__in=[line.pk for line in lines]).update(refunded_at=timezone.now())
    return bool(lines)


def _is_over(day: date, next_refill: date | None) -> bool:
    """Was there a refill after that day?"""
    return next_refill is not None and next_reset(next_refill, today=day) <= timezone.localdate()


def _lock(ids: Iterable[int]) -> list[Organization]:
    rows = Organization.objects.select_for_update(of=("self",), no_key=True).select_related("plan")
    return list(rows.filter(pk__in=list(ids)).order_by("pk"))


def _change(row: Organization, *, monthly: int, purchased: int) -> None:
    """Write the credits of a locked row; where the day of the refill has come, the refill with them, once."""
    now = _own(row)
    row.monthly_credits, row.purchased_credits = now.monthly + monthly, now.purchased + purchased
    row.credit_reset_date = now.reset_date
    row.save(update_fields=["monthly_credits", "purchased_credits", "credit_reset_date", "updated_at"])


def _record(kind: str, line: Charge, actor: User | None = None) -> None:
    data = {"charge": line.pk, "credits": line.monthly + line.purchased}
    events.record(kind, target=line.organization, actor=actor, organization_id=line.organization_id, data=data)


@transaction.atomic
def grant(organization: Organization, *, amount: int, actor: User) -> Organization:
    """Add purchased credits, which do not expire; a negative amount takes some back, down to none."""
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    row.purchased_credits = max(0, row.purchased_credits + amount)
    row.save(update_fields=["purchased_credits", "updated_at"])
    data = {"credits": amount}
    events.record("organization.credits_granted", target=row, actor=actor, organization_id=row.pk, data=data)
    return row
