"""Keeps the parts alive: starts them, restarts what dies, and ends everything, whatever way it ends itself."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from docplatform.lib import processes
from docplatform.lib.postgres import Cluster, Unusable

TICK = 0.2
STEADY_SECONDS = 60
SLOWEST_RESTART = 30.0
PATIENCE = 4.0
log = logging.getLogger("docplatform.supervisor")


class Stop(BaseException):
    """Somebody asked us to end. Not an Exception, so that nothing on the way takes it for a failure."""


def _stop(signum: int, frame: FrameType | None) -> NoReturn:
    raise Stop


def stop_on_signals() -> None:
    """SIGTERM, Ctrl-C and a closed terminal raise Stop in the main thread."""
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, _stop)


def ignore_signals() -> None:
    """While everything is being ended, asking again changes nothing."""
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)


@dataclass
class Part:
    """One child, and how often in a row it died young."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0
    due: float = 0
    deaths: int = 0

    def begin(self) -> None:
        """Start the child."""
        self.begun = time.monotonic()
        self.process = self.start()

    def died(self, code: int | None) -> None:
        """Plan the restart: at once at first, then ever later while it keeps dying young."""
        now = time.monotonic()
        self.deaths = 1 if now - self.begun > STEADY_SECONDS else self.deaths + 1
        delay = min(SLOWEST_RESTART, 0.25 * 2 ** (self.deaths - 1))
        self.process, self.due = None, now + delay
        log.warning("part ended", extra={"part": self.name, "code": code, "restart_in": delay})


class Supervisor:
    """The parts of one installation. `database` is started first and ended last."""

    def __init__(self, parts: Sequence[Part], *, database: Cluster | None) -> None:
        self.parts = list(parts)
        self.database = database
        if database is not None:
            self.parts.insert(0, Part("database", lambda: database.start(wait=False)))

    def start_database(self) -> None:
        """Start the database and wait for it, because what comes next needs it."""
        if self.database is not None:
            self.parts[0].begun = time.monotonic()
            self.parts[0].process = self.database.start()

    def run(self, *, tick: Callable[[], None]) -> None:
        """Start what does not run, for ever; `tick` is called between looks. Ends by an exception only."""
        while True:
            for part in self.parts:
                self._look_after(part)
            tick()
            time.sleep(TICK)

    def _look_after(self, part: Part) -> None:
        if part.process is not None and part.process.poll() is not None:
            part.died(part.process.returncode)
            self._sweep()
        if part.process is None and time.monotonic() >= part.due:
            try:
                part.begin()
            except (OSError, Unusable) as error:
                log.warning("part does not start", extra={"part": part.name, "reason": str(error)})
                part.died(None)

    def _sweep(self) -> None:
        """End what a dead part left behind; as subreaper we have adopted it."""
        processes.kill_below(os.getpid(), spare=[part.process.pid for part in self.parts if part.process])

    def end(self) -> None:
        """End every part and whatever is below, the database last and cleanly."""
        ignore_signals()
        others = [part.process for part in self.parts if part.process and part.name != "database"]
        for process in others:
            processes.send(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for process in others:
            processes.wait(process, deadline - time.monotonic())
        server = self.database.process if self.database else None
        processes.kill_below(os.getpid(), spare=[server.pid] if server else [])
        if self.database:
            self.database.stop(seconds=3)
        processes.kill_below(os.getpid())
