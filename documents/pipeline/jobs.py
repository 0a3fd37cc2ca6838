"""The rows of a job: opened with its first step, moved from stage to stage, and ended in one of three ways.

Lock order everywhere: the document, its job, the job's steps, lanes.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min, QuerySet
from django.db.models.functions import Now

from docplatform.lib.queue import wake
from documents.choices import JobKind, JobState, Queue, Status, StepKind, StepState
from documents.models import Document, DocumentError, Job, Step, Version
from documents.pipeline import claims, drafts, extracts, holds, revisions, versions
from documents.pipeline.claims import Claim
from documents.search import index
from organizations import events
from organizations.permissions import Person

QUEUES: dict[StepKind, Queue] = {
    StepKind.FETCH: Queue.BULK,
    StepKind.INGEST: Queue.FAST,
    StepKind.PAGES: Queue.FAST,
    StepKind.OCR: Queue.BULK,
    StepKind.FINALIZE: Queue.FAST,
    StepKind.REDACT: Queue.FAST,
    StepKind.MODIFY: Queue.FAST,
    StepKind.TURN: Queue.FAST,
    StepKind.TEXT: Queue.FAST,
    StepKind.PROVE: Queue.BULK,
    StepKind.EXTRACT: Queue.BULK,
    StepKind.ADOPT: Queue.FAST,
    StepKind.DRAW: Queue.FAST,
}
READ = (StepKind.PAGES, StepKind.OCR, StepKind.FINALIZE)
ROUTES: dict[str, tuple[StepKind, ...]] = {
    JobKind.PROCESS: (StepKind.INGEST, *READ),
    JobKind.REDACT: (StepKind.REDACT, *READ, StepKind.PROVE),
    JobKind.MODIFY: (StepKind.MODIFY, StepKind.TURN, StepKind.FINALIZE),
    JobKind.TEXT: (StepKind.TEXT, StepKind.FINALIZE),
    JobKind.EXTRACT: (StepKind.EXTRACT,),
    JobKind.ADOPT: (StepKind.ADOPT, StepKind.DRAW, StepKind.FINALIZE),
}
"""The stages of each kind of job. The first makes the PDF and the version that the others go on with; a stage that
finds nothing to do is passed over. An extraction makes none: its version is the one that readers see."""
UNDISTURBING = (JobKind.TEXT, JobKind.EXTRACT)
"""Jobs during which everybody reads on, and whose failure leaves the document as it was."""
LOOK = "documents.tasks.look"


def open_job(
    document: Document,
    *,
    user_id: int,
    kind: JobKind = JobKind.PROCESS,
    batches: Sequence[list[int]] = ([],),
    **columns: Any,
) -> Job:
    """A job with its first steps, inside the caller's transaction and under its lock on the document; 409 where a hold
    stops it. A second active one violates a constraint."""
    holds.refuse_job(document, kind, has_new_file=bool(columns.get("upload_key")))
    job = Job.objects.create(document=document, user_id=user_id, kind=kind, **columns)
    open_stage(job, route(job)[0], batches)
    return job


def route(job: Job) -> tuple[StepKind, ...]:
    """The stages of the job, in their order."""
    stages = ROUTES[job.kind]
    return (StepKind.FETCH, *stages) if "file_url" in job.options else stages


def open_stage(job: Job, kind: StepKind, batches: Sequence[list[int]]) -> None:
    """Add the steps of a stage; their virtual time starts where the person's other jobs stand."""
    queue = QUEUES[kind]
    ready = Step.objects.filter(queue=queue, user_id=job.user_id, state=StepState.READY)
    vt = ready.aggregate(vt=Min("vt"))["vt"] or 0.0
    steps = []
    for idx, pages in enumerate(batches):
        steps.append(_step(job, kind, idx, pages, vt))
        vt += max(len(pages), 1)
    Step.objects.bulk_create(steps)
    job.stage, job.left = kind, len(steps)
    job.save(update_fields=["stage", "left"])
    wake(queue, task=LOOK, times=len(steps))


@transaction.atomic
def split(claim: Claim, reason: str, *, pause: float) -> None:
    """Replace a step of many pages that keeps dying by one step a page, so that one bad page harms no other."""
    job = lock(claim)
    step = Step.objects.get(pk=claim.step_id)
    if job is None or not claims.put_off(claim, reason, pause=pause):
        return
    last = Step.objects.filter(job=job, kind=claim.kind).aggregate(idx=Max("idx"))["idx"]
    first, *rest = claim.pages
    Step.objects.filter(pk=claim.step_id).update(pages=[first])
    steps = [_step(job, claim.kind, last + 1 + i, [page], step.vt) for i, page in enumerate(rest)]
    for new in steps:
        new.attempts = claim.attempts
    Step.objects.bulk_create(steps)
    Job.objects.filter(pk=job.pk).update(left=F("left") + len(rest))


def lock(claim: Claim) -> Job | None:
    """The claim's job, locked until the transaction ends, its document too; None when the job is over or gone."""
    return lock_job(Job.objects.filter(pk=claim.job_id))


def lock_job(jobs: QuerySet[Job]) -> Job | None:
    """The active one among the jobs of one document, locked until the transaction ends, its document before it."""
    documents = Document.objects.filter(pk__in=jobs.values("document_id")).order_by("pk")
    if not documents.select_for_update(no_key=True).exists():
        return None
    active = jobs.filter(state=JobState.ACTIVE).select_for_update(of=("self",))
    return active.select_related("document", "version").first()


def finish(
    claim: Claim,
    result: dict[str, Any],
    *,
    apply: Callable[[Job], None],
    advance: Callable[[Job], None],
) -> bool:
    """End a step: `apply` writes its rows; whoever ends the last step of the stage calls `advance`.

    False when the claim was lost or the job is over: then nothing was written.
    """
    with transaction.atomic():
        job = lock(claim)
        if job is None:
            claims.abandon(claim, "The job was over before the step.")
            return False
        if not claims.complete(claim, result):
            return False
        job.left -= 1
        apply(job)
        job.save(update_fields=["left", "version", "pages_total", "images_left", "texts_left"])
        if job.left == 0:
            advance(job)
        return True


def succeed(job: Job, version: Version, *, conclude: Callable[[], None]) -> None:
    """Let readers see the new version: everything that speaks of it changes in the caller's transaction.

    `conclude` writes what the job means beyond the pages.
    """
    _end(job, JobState.DONE, "")
    if versions.show(version):
        revisions.after(job, version)
        drafts.after(job, version)
        extracts.after(job)
        conclude()
        index.write(Document.objects.get(pk=job.document_id))
        _record("document.processed", job, change=job.kind)


@transaction.atomic
def fail(claim: Claim, code: str, message: str) -> None:
    """End the whole job with an error that people can read."""
    job = lock(claim)
    held = claims.abandon(claim, message)
    if job is not None and held:
        stop(job, JobState.FAILED, code, message)


def stop(job: Job, state: JobState, code: str, message: str, *, actor: Person | None = None) -> None:
    """End a locked job without success. An earlier version of the document stays as it is."""
    _end(job, state, message)
    refuse(job.document, code, message, status=Status.SUCCESS if job.kind in UNDISTURBING else Status.ERROR)
    _record("document.cancelled" if state is JobState.CANCELLED else "document.failed", job, actor=actor, code=code)


def refuse(document: Document, code: str, message: str, *, status: Status = Status.ERROR) -> None:
    """Tell people why something was not done to a document, and give it its status after that."""
    alive = Document.objects.filter(pk=document.pk).exclude(status=Status.DELETED)
    # What the first job knew of the pages goes with it: there is no version that has them.
    alive.filter(version=None).update(page_count=0, page_spec="", file_hash="")
    if alive.update(status=status, updated_at=Now()):
        DocumentError.objects.create(document=document, code=code, message=message)
        index.write(Document.objects.get(pk=document.pk))


def _end(job: Job, state: JobState, error: str) -> None:
    Step.objects.filter(job=job, state=StepState.READY).update(state=StepState.FAILED, error=error)
    job.state, job.error = state, error
    Job.objects.filter(pk=job.pk).update(state=state, error=error, finished_at=Now())


def _record(kind: str, job: Job, *, actor: Person | None = None, **data: Any) -> None:
    document = job.document
    data = {"job": job.pk, **data}
    events.record(kind, target=document, actor=actor, organization_id=document.organization_id, data=data)


def _step(job: Job, kind: StepKind, idx: int, pages: list[int], vt: float) -> Step:
    return Step(
        job=job, user_id=job.user_id, kind=kind, queue=QUEUES[kind], idx=idx, pages=pages, vt=vt, run_after=Now()
    )
