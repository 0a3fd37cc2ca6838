"""What is swept once a day: rows that passed the time at which anybody still looks at them."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import Model
from django.utils import timezone

from documents import tasks
from documents.models import BulkItem, BulkJob, Chore
from organizations.models import Invitation, Notification, Session, User


def _session(number: int, days: float, user: User) -> None:
    ends = timezone.now() - timedelta(days=days)
    Session.objects.create(session_key=str(number), expire_date=ends, uuid=uuid.uuid4(), seen_at=ends, user=user)


def _invitation(number: int, days: float, user: User) -> None:
    ends = timezone.now() - timedelta(days=days)
    Invitation.objects.create(email=f"{number}@example.org", inviter=user, digest=str(number), expires_at=ends)


def _notification(number: int, days: float, user: User) -> None:
    Notification.objects.create(user=user, kind="news", read_at=timezone.now() - timedelta(days=days))


def _bulk_job(number: int, days: float, user: User) -> None:
    over = timezone.now() - timedelta(days=days)
    job = BulkJob.objects.create(user=user, action="access", total=1, state="done", finished_at=over)
    BulkItem.objects.create(job=job, document_id=1)


MADE = (
    (Session, _session, (1, 0.1), (-1,)),
    (Invitation, _invitation, (200, 91), (89, -1)),
    (Notification, _notification, (200, 91), (89, 1)),
    (BulkJob, _bulk_job, (200, 91), (89, 1)),
)


@pytest.mark.django_db
def test_once_a_day_what_is_long_over_goes(owner: User) -> None:
    kept: dict[type[Model], set[object]] = {}
    for model, make, old, new in MADE:
        for number, days in enumerate(new):
            make(number, days, owner)
        kept[model] = set(model._default_manager.values_list("pk", flat=True))
        for number, days in enumerate(old, len(new)):
            make(number, days, owner)
    Notification.objects.create(user=owner, kind="unread")
    kept[Notification] |= set(Notification.objects.filter(read_at=None).values_list("pk", flat=True))
    long_ago = BulkJob.objects.order_by("finished_at")[0]
    undo = BulkJob.objects.order_by("-finished_at")[0]
    BulkJob.objects.filter(pk=undo.pk).update(undone=long_ago)
    kept[BulkJob].add(long_ago.pk)

    tasks.tend("fast")
    found = {model: set(model._default_manager.values_list("pk", flat=True)) for model in kept}
    assert found == kept
    assert BulkItem.objects.count() == len(kept[BulkJob])

    _session(9, 1, owner)
    tasks.tend("fast")
    assert Session.objects.filter(pk="9").exists(), "not twice a day"
    Chore.objects.filter(name="day").update(at=timezone.now() - timedelta(days=1))
    tasks.tend("fast")
    assert not Session.objects.filter(pk="9").exists()
