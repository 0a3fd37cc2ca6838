"""Tidies up after jobs that are over: work files, what lost claims stored, and versions that nobody will read."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.db.models.functions import Now

from docplatform.lib import storage
from documents import paths
from documents.choices import JobState, StepKind
from documents.models import Document, Job, Step
from documents.pipeline import artefacts, holds, versions

QUIET = timedelta(hours=1)  # no worker of a job that is over so long can still be writing
AT_ONCE = 20


def finished_jobs() -> int:
    """Sweep some jobs that have been over for a while; the number of jobs swept."""
    over = Job.objects.filter(holds.LIFTED, swept=False, finished_at__lt=Now() - QUIET).select_related("document")
    jobs = list(over.order_by("finished_at")[:AT_ONCE])
    for job in jobs:
        _sweep(job)
        Job.objects.filter(pk=job.pk).update(swept=True)
    return len(jobs)


def interrupted_writes() -> None:
    """Remove half-written files of processes that were killed."""
    storage.backend().tidy(older_than=timedelta(days=1))


def _sweep(job: Job) -> None:
    files = storage.backend()
    files.delete_prefix(paths.work(job.pk, ""))
    files.delete(lost_keys(job))
    versions.drop_unread(job.document_id)
    if job.state == JobState.DONE:
        Step.objects.filter(job=job).delete()
    if not Document.objects.filter(pk=job.document_id).exclude(upload_key="").exists():
        files.delete_prefix(paths.uploads(job.document_id))


def lost_keys(job: Job) -> Iterator[str]:
    for step in Step.objects.filter(job=job).exclude(lost=[]):
        for claim in step.lost:
            token = uuid.UUID(claim["token"])
            pages = job.options["pages"] if step.kind == StepKind.TEXT else claim["pages"]
            yield from artefacts.lost_keys(token, pages)
            if step.kind == StepKind.FETCH:
                yield paths.fetched(job.document_id, token)
            if job.version_id:
                key = paths.pdf(job.document_id, job.version_id, token)
                yield from (key, paths.full_text(key), paths.json_text(key))
