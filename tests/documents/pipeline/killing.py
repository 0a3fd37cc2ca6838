"""Worker processes that are killed at a chosen moment of a chosen stage."""

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from typing import Any

from django.db import connections

from docplatform.lib import http, storage
from documents.choices import Queue, StepKind, StepState
from documents.models import Step
from documents.pipeline import claims, sandbox
from documents.pipeline.worker import work

fork = get_context("fork")


def die(*args: Any, **named: Any) -> None:
    """Be killed here."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(call: Callable[..., Any]) -> Callable[..., Any]:
    """Be killed as soon as this is done."""

    def then_die(*args: Any, **named: Any) -> None:
        call(*args, **named)
        die()

    return then_die


def _in_the_program() -> None:
    sandbox.run = die  # this process is the fork's own
    http.download = die


IN_THE_PROGRAM = "while the program runs"
MOMENTS: dict[str, Callable[[], None]] = {
    IN_THE_PROGRAM: _in_the_program,
    "before anything is stored": lambda: setattr(storage.backend(), "put_many", die),
    "when all is stored": lambda: setattr(storage.backend(), "put_many", after(storage.backend().put_many)),
    "before the commit": lambda: setattr(claims, "complete", after(claims.complete)),
}


def kill_worker(stage: StepKind, moment: str) -> None:
    """Let a worker process do what is ready; it is killed in the first step of `stage`, which stays as it was left."""
    run(lambda: _work_until(stage, MOMENTS[moment]))
    assert Step.objects.get(state=StepState.RUNNING).kind == stage


def run(what: Callable[[], object]) -> None:
    """Do it in a process that must be killed on the way."""
    process = started(what)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def started(what: Callable[[], object]) -> ForkProcess:
    """A process that does it."""
    connections.close_all()  # a fork must not share a connection
    process = fork.Process(target=what)
    process.start()
    return process


def _work_until(stage: StepKind, prepare: Callable[[], None]) -> None:
    real = claims.claim

    def claim(queue: str, worker: str) -> claims.Claim | None:
        taken = real(queue, worker)
        if taken and taken.kind == stage:
            prepare()
        return taken

    claims.claim = claim
    while True:
        for queue in Queue:
            work(queue)
