"""For commands that wait until documents are processed: by the running workers, or by ourselves where none run."""

import time
from datetime import timedelta

from django.utils import timezone

from docplatform.health import BEAT_SECONDS
from documents.choices import Queue
from documents.models import WorkerBeat
from documents.pipeline import chores, worker


class Labour:
    """Somebody works while we wait."""

    def __init__(self) -> None:
        self.alone = False

    def wait(self) -> None:
        """A second, or as long as a piece of work takes."""
        self.alone = self.alone or not workers_run()  # once: our own work is a sign of life, too
        if self.alone:
            work()
        time.sleep(1)


def workers_run() -> bool:
    """Whether any worker gave a sign of life lately."""
    since = timezone.now() - timedelta(seconds=BEAT_SECONDS)
    return WorkerBeat.objects.filter(at__gt=since).exists()


def work() -> None:
    """All that is ready to be done."""
    for queue in Queue:
        chores.tend(queue)
        worker.work(queue)
