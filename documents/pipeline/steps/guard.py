"""Stands between the sandbox and a step's process: ends it with its parent, and goes on without a poisonous page.

Three processes: the guard (this one, which never parses anything), the launcher, which enters the jail, and the
worker, which is the first process inside it. A library that crashes or hangs on one page takes the worker with it;
the guard then notes the page as lost and starts another worker that carries on after it.
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from documents.pipeline import wire
from documents.pipeline.steps import jail, progress
from documents.pipeline.values import StepFailed
from documents.pipeline.work import STEPS

PAGE_SECONDS = 240  # for one page, drawing and reading together
# How libraries die of a page. Not SIGKILL: that comes from outside, and the whole step is worth another try.
POISON = {
    int(how) for how in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP)
}


def main(kind: str, folder: Path, *, parent: int) -> int:
    """Do the step; the exit code says how it ended (128 + signal where a signal ended it)."""
    signal.signal(signal.SIGTERM, _end_group)
    jail.die_with_parent(signal.SIGTERM, parent)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        code = _attempt(kind, folder)
        if code - 128 not in POISON or not progress.lose_page(folder):
            return code


def _end_group(signum: int, frame: FrameType | None) -> None:
    os.killpg(0, signal.SIGKILL)


def _attempt(kind: str, folder: Path) -> int:
    guard = os.getpid()
    launcher = os.fork()
    if launcher == 0:
        _in_child(lambda: _launch(kind, folder, guard))
    watch = progress.Stopwatch(folder)
    while True:
        found, status = os.waitpid(launcher, os.WNOHANG)
        if found:
            return _code(status)
        signal.sigtimedwait({signal.SIGCHLD}, 5)
        if watch.seconds() > PAGE_SECONDS:
            # The worker asked to die with its launcher, and everything it started ends with it.
            os.kill(launcher, signal.SIGKILL)
            os.waitpid(launcher, 0)
            return 128 + signal.SIGABRT


def _launch(kind: str, folder: Path, guard: int) -> int:
    jail.isolate()
    jail.die_with_parent(signal.SIGKILL, guard)
    worker = os.fork()
    if worker == 0:
        _in_child(lambda: _work(kind, folder))
    _, status = os.waitpid(worker, 0)
    return _code(status)


def _work(kind: str, folder: Path) -> int:
    jail.die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    work: Any = wire.build(STEPS[kind][0], json.loads((folder / "work.json").read_bytes()))
    jail.limit(kind)
    jail.confine(kind, folder, work.inputs())
    answer = folder / "result.json"
    try:
        # By name, so that no step pays for the libraries of another: the imports are most of its start.
        step = importlib.import_module(f"documents.pipeline.steps.{kind}")
        wire.write({"done": dict(step.run(work))}, answer)
    except StepFailed as error:
        wire.write({"failed": {"code": error.code, "message": error.message}}, answer)
    return 0


def _in_child(act: Callable[[], int]) -> NoReturn:
    """Run a forked process to its end; it never returns into its parent's code."""
    code, last_words = 1, os.dup(sys.stderr.fileno())  # libraries close or divert the standard ones
    try:
        code = act()
    except BaseException as error:
        os.write(last_words, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
    finally:
        os._exit(code)


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code
