"""Marks of projects that mean nothing any more: the index loses them bit by bit, whatever is killed in between."""

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from documents.models import StaleMark
from documents.search import index

BATCH = 50
SECONDS = 10.0
PATIENCE = timedelta(hours=1)
"""A transaction that read the mark while it was right may still write it down: look again for so long."""


def owe(mark: str) -> None:
    """The documents that carry the mark will be written anew."""
    StaleMark.objects.bulk_create([StaleMark(mark=mark)], ignore_conflicts=True)


def sweep() -> int:
    """Write documents that carry stale marks anew; returns how many. A few seconds of work; may run twice at once."""
    deadline, done = time.monotonic() + SECONDS, 0
    for stale in StaleMark.objects.order_by("at"):
        while (count := _batch(stale.mark)) and time.monotonic() < deadline:
            done += count
        if count:
            return done + count
        if stale.at < timezone.now() - PATIENCE:
            stale.delete()
    return done


@transaction.atomic
def _batch(mark: str) -> int:
    found = index.carriers(mark, most=BATCH)
    index.write_all(found)
    return len(found)
