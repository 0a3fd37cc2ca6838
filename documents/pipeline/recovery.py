"""What becomes of a step: delivered, returned after a crash or an interruption, or given up with a stand-in."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from docplatform.lib import storage
from docplatform.lib.storage.base import Content
from documents.models import Job
from documents.pipeline import claims, folders, hosts, jobs, routes
from documents.pipeline.claims import Claim
from documents.pipeline.database import patiently
from documents.pipeline.stages import STAGES, Context
from documents.pipeline.values import StepFailed

GAVE_UP = (
    "Processing failed several times for a reason that lies in this installation, not in the file. Process the "
    "document again later; if it fails again, ask the administrator, who finds the reason in the log under job {job}."
)
SPLIT_AFTER = 2  # attempts that a step of several pages gets before every page is tried by itself
logger = logging.getLogger("docplatform.step")


def deliver(context: Context, result: Any, *, hold: Callable[[Iterable[int]], None]) -> str:
    """Store a step's result under its own keys, then let its rows point at it, if the claim still holds."""
    stage, claim = STAGES[context.claim.kind], context.claim
    stored = patiently(partial(stage.store, context, result))
    hold([_size(content) for _, content in stored.items])
    storage.backend().put_many(stored.items)

    def apply(job: Job) -> None:
        stage.apply(context, job, result, stored)

    done = patiently(partial(jobs.finish, claim, stored.result, apply=apply, advance=routes.advance))
    return "done" if done else "lost"


@transaction.atomic
def interrupted(claim: Claim) -> str:
    """The worker was told to stop: the step goes back at once, as if it had never been tried."""
    if jobs.lock(claim) is None:
        claims.abandon(claim, "The job was over before the step.")
        return "cancelled"
    claims.give_back(claim)
    return "returned"


@transaction.atomic
def let_go(claim: Claim) -> None:
    """The job is over, or the claim is somebody else's: close the step if it is still ours."""
    if Job.objects.filter(pk=claim.job_id).exists() and jobs.lock(claim) is None:
        claims.abandon(claim, "The job was over before the step.")


def crashed(claim: Claim, reason: str, *, pause: float = 1.0) -> None:
    """A program or a worker died: again after a pause, page by page, or give up."""
    if claim.attempts >= claims.MAX_ATTEMPTS:
        give_up(claim)
    elif claim.attempts >= SPLIT_AFTER and len(claim.pages) > 1:
        jobs.split(claim, reason, pause=pause)
    else:
        with transaction.atomic():
            if jobs.lock(claim) is None:
                claims.abandon(claim, reason)
            else:
                claims.put_off(claim, reason, pause=pause)


def give_up(claim: Claim) -> None:
    """No attempt is left. A page becomes a blank one with an error; where nothing can stand in, the job fails."""
    facts = {"step": claim.step_id, "kind": str(claim.kind), "job": claim.job_id}
    logger.error("step given up", extra=facts)
    job = Job.objects.select_related("document").get(pk=claim.job_id)
    try:
        with folders.of(claim) as folder:
            context = Context(claim, job, job.document, folder)
            deliver(context, STAGES[claim.kind].surrender(context), hold=lambda _: None)
    except StepFailed as error:
        jobs.fail(claim, error.code, error.message)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("giving up failed", extra=facts)
        jobs.fail(claim, "gave_up", GAVE_UP.format(job=claim.job_id))


def reap() -> int:
    """Return the steps of workers that died or fell silent. Any process of any host may call it at any time."""
    late = claims.expired(hosts.is_gone)
    for claim in late:
        crashed(claim, "The worker stopped.")
    return len(late)


def _size(content: Content) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)
