"""Watches one cluster of workers: starts it, tends its queue, and replaces it when it hangs.

django-q2 replaces a worker that dies, but an idle one that is killed may take the lock of its queue with it: then no
other worker ever gets a message again. From outside it shows: wake-ups are sent and nobody gives a sign of life.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.db.models import F
from django.db.models.functions import Now

from docplatform.lib import processes, queue
from docplatform.management.supervisor import Part, Stop, ignore_signals, stop_on_signals
from documents import tasks
from documents.choices import Queue, StepState
from documents.models import Step, WorkerBeat
from documents.pipeline import hosts

TICK = 2.0
WAKE_SECONDS = 5  # without a sign of life for so long: send a wake-up to get one
HUNG_SECONDS = 15
START_SECONDS = 90  # a cluster that was never heard yet: starting takes long on a busy machine
RETURN_SECONDS = 2.0
NEVER = 24 * 3600.0
log = logging.getLogger("docplatform.monitor")


class Monitor:
    """The parent of one django-q2 cluster."""

    def __init__(self, name: Queue) -> None:
        self.queue = name
        self.cluster = Part(f"workers_{name}", self._start)
        self._woken_at = 0.0

    def run(self) -> None:
        """Watch until told to stop; then give running steps back and leave no process."""
        processes.adopt_orphans()
        stop_on_signals()
        try:
            while True:
                self._keep_alive()
                self._tend()
                time.sleep(TICK)
        except Stop:
            ignore_signals()
            self._give_back()
        finally:
            ignore_signals()
            processes.kill_below(os.getpid())

    def _start(self) -> subprocess.Popen[bytes]:
        env = os.environ | {"Q_CLUSTER_NAME": self.queue}
        argv: list[str | Path] = [
            sys.executable,
            settings.BASE_DIR / "manage.py",
            "worker",
            "--queue",
            self.queue,
            "--unwatched",
        ]
        return processes.spawn(argv, env=env, on_parent_death=signal.SIGKILL)

    def _keep_alive(self) -> None:
        process = self.cluster.process
        if process is not None and process.poll() is not None:
            self._replace(process.returncode)
        if self.cluster.process is None and time.monotonic() >= self.cluster.due:
            self.cluster.begin()

    def _replace(self, code: int | None) -> None:
        processes.kill_below(os.getpid())
        if self.cluster.process:
            self.cluster.process.wait()
        self.cluster.died(code)

    def _tend(self) -> None:
        """Housekeeping of the queue, a wake-up where it is silent, and the watchdog. A lost database comes back."""
        try:
            close_old_connections()
            tasks.tend(self.queue)
            self._listen()
        except (DatabaseError, OSError) as error:
            log.warning("no tending", extra={"queue": self.queue, "reason": str(error).split("\n", 1)[0]})
            connection.close()

    def _listen(self) -> None:
        silent = self._silence()
        if silent > WAKE_SECONDS and time.monotonic() - self._woken_at > WAKE_SECONDS:
            queue.wake(self.queue, task="documents.tasks.look")
            self._woken_at = time.monotonic()
        age = time.monotonic() - self.cluster.begun
        limit = HUNG_SECONDS if silent < age else START_SECONDS
        if self.cluster.process and min(silent, age) > limit and not self._is_busy():
            log.warning("workers hang", extra={"queue": self.queue, "silent_s": round(silent)})
            self._replace(None)

    def _silence(self) -> float:
        """Seconds since the workers were last heard, by the database's clock: this host's may be wrong."""
        beats = WorkerBeat.objects.filter(host=hosts.host(), queue=self.queue)
        silence = beats.values_list(Now() - F("at"), flat=True).first()
        return silence.total_seconds() if silence else NEVER

    def _is_busy(self) -> bool:
        """A step of this host holds a lease that still runs: whoever has it is alive, or its lease ends soon."""
        leased = Step.objects.filter(queue=self.queue, state=StepState.RUNNING, lease_until__gt=Now())
        return leased.filter(worker__startswith=f"{hosts.host()}/").exists()

    def _give_back(self) -> None:
        """Ask the workers to return what they run; their guard stands still, so that it replaces nobody."""
        if self.cluster.process is None:
            return
        guards = processes.children(self.cluster.process.pid)
        for guard in guards:
            processes.send(guard, signal.SIGSTOP)
        workers = {worker for guard in guards for worker in processes.children(guard)}
        for worker in workers:
            processes.send(worker, signal.SIGTERM)
        deadline = time.monotonic() + RETURN_SECONDS
        while time.monotonic() < deadline and any(processes.children(guard) for guard in guards):
            time.sleep(0.05)
