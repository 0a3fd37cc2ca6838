"""Parts that die are started again, ever more slowly; the watchdog replaces a silent cluster, and only a silent one."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from docplatform.lib import processes, queue
from docplatform.lib.postgres import Unusable
from docplatform.management import monitor as monitors
from docplatform.management.monitor import Monitor
from docplatform.management.supervisor import Part, Stop, Supervisor
from documents import tasks
from documents.choices import Queue
from documents.models import WorkerBeat


def sleeper() -> subprocess.Popen[bytes]:
    return processes.spawn([sys.executable, "-c", "import time; time.sleep(60)"])


def test_restarts_slow_down_while_a_part_dies_young() -> None:
    part = Part("web", sleeper)
    delays = []
    for _ in range(10):
        part.begun = time.monotonic()
        part.died(1)
        delays.append(round(part.due - time.monotonic(), 1))
    assert delays == [0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    part.begun = time.monotonic() - 61
    part.died(1)
    assert part.deaths == 1


def test_a_part_that_cannot_start_is_tried_again() -> None:
    def refuse() -> subprocess.Popen[bytes]:
        raise Unusable("the disk is full")

    part = Part("database", refuse)
    supervisor = Supervisor([part], database=None)

    def tick() -> None:
        if part.deaths:
            raise Stop

    with pytest.raises(Stop):
        supervisor.run(tick=tick)
    assert part.process is None


def test_descendants_are_ended_whatever_they_do() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {stubborn!r}]); time.sleep(60)"
    parent = processes.spawn([sys.executable, "-c", code])
    deadline = time.monotonic() + 10
    while not processes.children(parent.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    child = processes.children(parent.pid).pop()
    processes.kill_below(parent.pid)
    assert child not in processes.descendants([parent.pid])
    parent.kill()
    assert processes.wait(parent, 5)
    processes.send(parent.pid, 0)
    processes.reap(parent.pid)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Monitor]:
    """A monitor whose cluster is a sleeping process, running for a minute already."""
    woken: list[str] = []
    monkeypatch.setattr(queue, "wake", lambda name, task: woken.append(task))
    monkeypatch.setattr(tasks, "tend", lambda name: None)
    monkeypatch.setattr(monitors, "close_old_connections", lambda: None)  # the test's transaction lives in one
    monkeypatch.setattr(monitors.processes, "kill_below", lambda pid, **options: found.cluster.process.kill())
    found = Monitor(Queue.BULK)
    found.cluster.start = sleeper
    found.cluster.begin()
    found.cluster.begun -= 60
    found.woken = woken  # type: ignore[attr-defined]
    yield found
    if found.cluster.process:
        found.cluster.process.kill()
        found.cluster.process.wait()


def beat(seconds: int) -> None:
    at = timezone.now() - timedelta(seconds=seconds)
    WorkerBeat.objects.update_or_create(host=monitors.hosts.host(), queue=Queue.BULK, defaults={"at": at})


@pytest.mark.parametrize(("seconds", "woken", "lives"), [(1, 0, True), (8, 1, True), (20, 1, False)])
def test_a_silent_cluster_is_woken_and_then_replaced(watched: Monitor, seconds: int, woken: int, lives: bool) -> None:
    beat(seconds)
    watched._tend()
    assert len(watched.woken) == woken  # type: ignore[attr-defined]
    assert (watched.cluster.process is not None) is lives


def test_a_cluster_with_a_leased_step_is_left_alone(watched: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    beat(20)
    monkeypatch.setattr(Monitor, "_is_busy", lambda self: True)
    watched._tend()
    assert watched.cluster.process is not None


def test_a_young_cluster_gets_time_to_start(watched: Monitor) -> None:
    beat(3600)
    watched._tend()
    assert watched.cluster.process is not None
    watched.cluster.begun -= 60
    watched._tend()
    assert watched.cluster.process is None


def test_no_lease_means_not_busy(watched: Monitor) -> None:
    assert not watched._is_busy()


def test_a_dead_cluster_is_started_again(watched: Monitor) -> None:
    assert watched.cluster.process is not None
    watched.cluster.process.kill()
    watched.cluster.process.wait()
    watched._keep_alive()
    assert watched.cluster.deaths == 1
    watched.cluster.due = 0
    watched._keep_alive()
    assert watched.cluster.process is not None


def test_the_monitor_outlives_a_lost_database(watched: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(name: str) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(monitors.tasks, "tend", lost)
    # Not its method: that would still be a dummy when the test's own connection is to be closed.
    monkeypatch.setattr(monitors, "connection", SimpleNamespace(close=lambda: None))
    watched._tend()
    assert watched.cluster.process is not None
