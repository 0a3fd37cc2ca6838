"""Letting somebody go: their account is closed, and what they owned goes to a colleague, in one transaction.

However many documents there are, each table is written by a few statements: about a second for ten thousand.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from docplatform.lib.errors import Refused
from documents.actions import ownership
from documents.choices import Access
from documents.models import Document
from documents.search import owners
from organizations import events
from organizations.actions import notifications, organization, people
from organizations.models import Organization, User
from projects.actions import handover as projects

SHARED = (Access.PUBLIC, Access.ORGANIZATION)
NOT_A_COLLEAGUE = "Choose an active member of an organization that the person belongs to, or null to hand over nothing."


@dataclass(frozen=True)
class HandedOver:
    """How much went to the colleague."""

    documents: int = 0
    projects: int = 0


@transaction.atomic
def deactivate(user: User, *, heir_id: int | None, actor: User) -> HandedOver:
    """Close the account and hand over, if anybody is named. May be repeated, for what was left behind before."""
    wanted = User.objects.filter(pk=heir_id).first() if heir_id is not None else None
    organization.hand_over_admin(user, heir=wanted, actor=actor)  # organizations are locked before people
    people_ = {row.pk: row for row in _held(user.pk, heir_id)}
    user, heir = people_[user.pk], people_.get(heir_id or 0)
    if heir_id is not None and (heir is None or not _may_inherit(user, heir)):
        raise Refused("hand_over_to", NOT_A_COLLEAGUE)
    if user.is_active:
        people.deactivate(user, actor=actor)
    if heir is None:
        return HandedOver()
    count = projects.hand_over(user, heir=heir, actor=actor)  # projects are locked before documents
    done = HandedOver(_documents(user, heir, actor), count)
    data = {"from": user.pk, "documents": done.documents, "projects": done.projects}
    notifications.notify(heir, "documents.handed_over", data)
    return done


def _held(*ids: int | None) -> list[User]:
    found = User.objects.filter(pk__in=[pk for pk in ids if pk is not None])
    return list(found.select_for_update(no_key=True).order_by("pk"))


def _may_inherit(user: User, heir: User) -> bool:
    return heir.is_active and heir.pk != user.pk and bool(ownership.new_owners(user, [heir.pk]))


def _documents(user: User, heir: User, actor: User) -> int:
    """All of them, also in the trash. Those of the person's own organization go to the heir's own."""
    rows = Document.objects.filter(user=user).select_for_update(no_key=True).order_by("pk")
    found = list(rows.values_list("pk", "organization_id", "access"))
    ids = [pk for pk, _, _ in found]
    now = timezone.now()
    Document.objects.filter(pk__in=ids).update(user=heir, updated_at=now)
    owners.change_user(ids, old=user.pk, new=heir.pk, at=now)
    old, new = _own(user), _own(heir)
    for is_shared in (True, False):
        moved = [pk for pk, where, access in found if where == old and (access in SHARED) == is_shared]
        Document.objects.filter(pk__in=moved).update(organization_id=new)
        owners.change_organization(moved, old=old, new=new, is_shared=is_shared, at=now)
    _record(found, {old: new}, user, heir, actor)
    return len(ids)


def _own(user: User) -> int:
    return Organization.objects.values_list("pk", flat=True).get(uuid=user.uuid, individual=True)


def _record(
    found: Collection[tuple[int, int, str]], moves: Mapping[int, int], user: User, heir: User, actor: User
) -> None:
    rows = []
    for pk, where, _ in found:
        data: dict[str, Any] = {"fields": ["user_id"], "user_id": [user.pk, heir.pk]}
        if where in moves:
            data |= {"fields": ["organization_id", "user_id"], "organization_id": [where, moves[where]]}
        rows.append((pk, moves.get(where, where), data))
    events.record_many("document.updated", model=Document, rows=rows, actor=actor)
