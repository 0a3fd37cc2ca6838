"""What the queue calls: a wake-up looks for ready steps; the monitor of every cluster tends what was left lying."""

from docplatform.lib.queue import wake
from documents.actions import access, purge, upload
from documents.choices import Queue
from documents.pipeline import chores, worker
from documents.pipeline.jobs import LOOK


def look(queue: str) -> None:
    """Run ready steps until none is left; when time is up, ask to be called again."""
    if worker.work(queue):
        wake(queue, task=LOOK)


def tend(queue: str) -> None:
    """Every couple of seconds, on every host: what died is tried again, and what was forgotten is woken."""
    chores.tend(Queue(queue))
    chores.once_a_minute(access.publish_due, upload.expire_never_uploaded, purge.purge)
