"""The loop of one worker process: claim a step, run it, until none is ready, time is up, or it is told to stop."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

from django.db.models.functions import Now

from docplatform.lib.logs import about
from documents.choices import Queue
from documents.models import WorkerBeat
from documents.pipeline import claims, hosts, runner
from documents.pipeline.database import patiently

BUDGET_SECONDS = 200.0  # with the longest step it stays below the queue's time-out, see settings.Q_CLUSTER


class Stop:
    """Whether this worker was told to stop, or lost the cluster that started it."""

    def __init__(self) -> None:
        self.told = False
        self.parent = os.getppid()

    def __call__(self) -> bool:
        return self.told or os.getppid() != self.parent

    def tell(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGTERM."""
        self.told = True


def work(queue: str) -> bool:
    """Run ready steps. True when the time was used up, so that there may be more."""
    began = time.monotonic()
    with _stoppable() as stop:
        alive = partial(beat, queue)
        while not stop():
            if time.monotonic() - began > BUDGET_SECONDS:
                return True
            patiently(alive)
            claim = patiently(partial(claims.claim, queue, hosts.me()))
            if claim is None:
                return False
            with about(job=claim.job_id, step=claim.step_id):
                runner.run(claim, stopping=stop, alive=alive)
    return False


def beat(queue: str) -> None:
    """Leave a sign of life of this host's workers."""
    host = hosts.host()
    if not WorkerBeat.objects.filter(host=host, queue=queue).update(at=Now()):
        WorkerBeat.objects.get_or_create(host=host, queue=Queue(queue), defaults={"at": Now()})


@contextmanager
def _stoppable() -> Iterator[Stop]:
    """While work goes on, SIGTERM means: give the step back. Afterwards the signal gets what it came for."""
    stop = Stop()
    before = signal.signal(signal.SIGTERM, stop.tell)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)
        if stop():
            os.kill(os.getpid(), signal.SIGTERM)
