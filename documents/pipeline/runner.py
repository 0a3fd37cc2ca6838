"""Does one claimed step: inputs from storage, the sandboxed program, outputs to storage, rows by token."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from documents.models import Job
from documents.pipeline import claims, folders, jobs, recovery, sandbox
from documents.pipeline.claims import Claim
from documents.pipeline.database import patiently
from documents.pipeline.stages import STAGES, Context
from documents.pipeline.values import StepFailed

REQUEST_SECONDS, TRANSFER_RATE = 0.2, 2_000_000  # a file, and bytes a second, that even a slow storage moves
OUTAGE_PAUSE = 15.0  # times two, four, eight: an outage of three minutes fails no document
BEAT_SECONDS = 2.0  # a cancelled job stops its programs within this and the second between two ticks
logger = logging.getLogger("docplatform.step")


class Lost(Exception):
    """The claim is somebody else's, or the job is over."""


class Pulse:
    """Keeps a claim's lease alive and tells the running program when to stop."""

    def __init__(self, claim: Claim, *, stopping: Callable[[], bool], alive: Callable[[], None]) -> None:
        self.claim = claim
        self.stopping = stopping
        self.alive = alive
        self.last = time.monotonic()

    def tick(self) -> bool:
        """Called about once a second while the program runs; False ends it."""
        if self.stopping():
            return False
        now = time.monotonic()
        if now - self.last < BEAT_SECONDS:
            return True
        try:
            held = claims.heartbeat(self.claim)
            self.alive()
        except (OperationalError, InterfaceError):
            # The database may be restarting: the claim is ours until the lease would have run out.
            connection.close()
            return now - self.last < claims.LEASE_SECONDS
        self.last = now
        return held

    def hold(self, sizes: Iterable[int]) -> None:
        """Stretch the lease before files of these sizes are moved."""
        grace = sum(REQUEST_SECONDS + size / TRANSFER_RATE for size in sizes)
        if not patiently(partial(claims.heartbeat, self.claim, grace=grace)):
            raise Lost
        self.last = time.monotonic()


def run(claim: Claim, *, stopping: Callable[[], bool], alive: Callable[[], None]) -> str:
    """Run a step to one of its ends and say which. Nothing that a file can cause comes out as an exception."""
    began = time.monotonic()
    pulse = Pulse(claim, stopping=stopping, alive=alive)
    outcome, document = "lost", None
    try:
        with folders.of(claim) as folder:
            job = patiently(lambda: Job.objects.select_related("document").get(pk=claim.job_id))
            document = job.document_id
            outcome = _attempt(Context(claim, job, job.document, folder), pulse)
    except (Lost, Job.DoesNotExist):
        patiently(partial(recovery.let_go, claim))
    except sandbox.Cancelled:
        outcome = patiently(partial(recovery.interrupted, claim)) if stopping() else "cancelled"
        if outcome == "cancelled":
            patiently(partial(recovery.let_go, claim))
    except StepFailed as error:
        outcome = "failed"
        patiently(partial(jobs.fail, claim, error.code, error.message))
    except sandbox.Crashed as error:
        outcome = "crashed"
        patiently(partial(recovery.crashed, claim, str(error), pause=error.pause))
    except Exception as error:
        # Not the file's fault: the storage is away, or the disk is full. That takes longer to pass.
        outcome = "broken"
        logger.exception("step broken", extra={"step": claim.step_id})
        # Only the first line: further ones of the database's errors may hold text of the document.
        reason = f"{type(error).__name__}: {error}".split("\n", 1)[0][:300]
        patiently(partial(recovery.crashed, claim, reason, pause=OUTAGE_PAUSE))
    _log(claim, document, outcome, time.monotonic() - began)
    return outcome


def _attempt(context: Context, pulse: Pulse) -> str:
    stage = STAGES[context.claim.kind]
    pulse.hold(patiently(partial(stage.sizes, context)))
    work = patiently(partial(stage.prepare, context))
    pulse.hold([])
    result = stage.run(context, work, pulse.tick)
    return recovery.deliver(context, result, hold=pulse.hold)


def _log(claim: Claim, document: int | None, outcome: str, seconds: float) -> None:
    facts: dict[str, Any] = {
        "kind": str(claim.kind),
        "step": claim.step_id,
        "job": claim.job_id,
        "document": document,
        "pages": len(claim.pages),
        "attempt": claim.attempts,
        "outcome": outcome,
        "seconds": round(seconds, 3),
    }
    logger.info("step", extra=facts)
