"""Rows that contradict each other."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from documents.actions.verify.finding import Finding, Kind
from documents.choices import PROCESSING, JobState, Status, StepState
from documents.models import Document, Job, SearchDoc, Step
from documents.pipeline import jobs

OPEN = (StepState.READY, StepState.RUNNING)


def check() -> Iterator[Finding]:
    """Documents and jobs that wait for something that will never come."""
    active = Job.objects.filter(document_id=OuterRef("pk"), state=JobState.ACTIVE)
    waiting = Document.objects.filter(~Exists(active), status__in=PROCESSING).order_by("pk")
    for pk, status in waiting.values_list("pk", "status"):
        yield Finding(pk, Kind.STATUS, f"{status}, but no job is active")
    open_steps = Step.objects.filter(job_id=OuterRef("pk"), state__in=OPEN)
    for job in Job.objects.filter(~Exists(open_steps), state=JobState.ACTIVE).order_by("pk"):
        yield Finding(job.document_id, Kind.JOB, f"job {job.pk} is active, but has no open step", subject=job.pk)
    loud = Job.objects.exclude(kind__in=jobs.UNDISTURBING).filter(state=JobState.ACTIVE)
    unknown = loud.exclude(document__status__in=PROCESSING).order_by("pk")
    for job in unknown.select_related("document"):
        detail = f"job {job.pk} is active, but the document is in status {job.document.status}"
        yield Finding(job.document_id, Kind.JOB, detail, subject=job.pk)
    for pk in SearchDoc.objects.filter(document__status=Status.DELETED).order_by("pk").values_list("pk", flat=True):
        yield Finding(pk, Kind.INDEX, "the index still knows the deleted document")
