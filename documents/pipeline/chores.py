"""What has to be done again and again, whoever does it: claims returned, workers woken, leftovers swept."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db.models.functions import Now

from docplatform.lib.queue import wake
from documents.choices import Queue, StepState
from documents.models import Chore, Step, WorkerBeat
from documents.pipeline import doomed, folders, recovery, sweep
from documents.pipeline.jobs import LOOK

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
logger = logging.getLogger("docplatform.step")


def tend(queue: Queue) -> None:
    """Return the steps of dead workers, wake this queue's workers when steps are ready, empty dead work folders."""
    recovery.reap()
    ready = Step.objects.filter(queue=queue, state=StepState.READY, run_after__lte=Now())
    waiting = len(ready.values_list("pk")[:100])
    if waiting:
        wake(queue, task=LOOK, times=waiting)
    folders.sweep()
    try:
        folders.forget_deleted()
    except Exception:
        logger.exception("chore failed", extra={"chore": "forget_deleted"})  # the storage is away; it will be back


def once_a_minute(*chores: Callable[[], object]) -> None:
    """Do the chores, and those of the pipeline, if no host has done them for a minute."""
    own = (sweep.finished_jobs, doomed.carry_out, sweep.interrupted_writes, forget_silent_hosts)
    _do("minute", MINUTE, (*own, *chores))


def once_a_day(*chores: Callable[[], object]) -> None:
    """Do the chores if no host has done them for a day."""
    _do("day", DAY, chores)


def _do(name: str, pause: timedelta, chores: Iterable[Callable[[], object]]) -> None:
    """One that fails does not keep the others from being done."""
    Chore.objects.get_or_create(name=name, defaults={"at": Now() - pause})
    if not Chore.objects.filter(name=name, at__lte=Now() - pause).update(at=Now()):
        return
    for chore in chores:
        try:
            chore()
        except Exception:
            logger.exception("chore failed", extra={"chore": chore.__name__})


def forget_silent_hosts() -> None:
    """Every container that is started has a name of its own: forget those that are no more."""
    WorkerBeat.objects.filter(at__lt=Now() - DAY).delete()
