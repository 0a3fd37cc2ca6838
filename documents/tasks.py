"""What the queue calls: a wake-up looks for ready steps; the monitor of every cluster tends what was left lying."""

from docplatform.lib.queue import wake
from documents.actions import access, alerts, purge, stale_marks, upload
from documents.actions.bulk import chunks, orders
from documents.actions.mail import inbox, opening
from documents.choices import Queue
from documents.pipeline import chores, worker
from documents.pipeline.jobs import LOOK
from documents.search import forgetting, reindex
from organizations.actions import leftovers, messages, rates


def look(queue: str) -> None:
    """Run ready steps until none is left; when time is up, ask to be called again."""
    if worker.work(queue):
        wake(queue, task=LOOK)


def tend(queue: str) -> None:
    """Every couple of seconds, on every host: what died is tried again, and what was forgotten is woken."""
    chores.tend(Queue(queue))
    if queue == Queue.FAST:
        chunks.tend()
    chores.once_a_minute(
        access.publish_due,
        upload.expire_never_uploaded,
        purge.purge,
        stale_marks.sweep,
        rates.forget_full,
        opening.tend,
        messages.tend,
        alerts.tend,
        reindex.catch_up,
    )
    chores.once_a_day(orders.forget_old, leftovers.forget, forgetting.tidy)


def bulk(queue: str) -> None:
    """A few documents of one bulk job, then whatever else waits in the queue before the next ones."""
    if chunks.carry_on():
        wake(queue, task=orders.TASK)


def open_mail(queue: str) -> None:
    """One mailed message, then whatever else waits in the queue before the next one."""
    if opening.open_next():
        wake(queue, task=inbox.TASK)


def alert(queue: str) -> None:
    """One batch of what happened, for those who want to be told; then whatever else waits before the next one."""
    if alerts.tell_next():
        wake(queue, task=alerts.TASK)
