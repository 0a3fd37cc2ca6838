"""Tidies up after jobs that are over: work files, what lost claims stored, and versions that nobody will read."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from docplatform.lib import storage
from documents import paths
from documents.choices import JobState
from documents.models import Document, Job, Page, Step, Version, VersionPage
from documents.pipeline import artefacts

QUIET = timedelta(hours=1)  # no worker of a job that is over so long can still be writing
AT_ONCE = 20


def finished_jobs() -> int:
    """Sweep some jobs that have been over for a while; the number of jobs swept."""
    over = Job.objects.filter(swept=False, finished_at__lt=Now() - QUIET).select_related("document")
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
    if job.version_id and job.version_id != job.document.version_id and job.state != JobState.DONE:
        drop_versions(Version.objects.filter(pk=job.version_id))
    if job.state == JobState.DONE:
        Step.objects.filter(job=job).delete()
        if not job.document.revision_control:
            older = Version.objects.filter(document=job.document, pk__lt=F("document__version_id"))
            drop_versions(older)
    if not Document.objects.filter(pk=job.document_id).exclude(upload_key="").exists():
        files.delete_prefix(paths.uploads(job.document_id))


def drop_versions(versions: Iterable[Version]) -> None:
    """Remove versions for good, with those of their pages that no other version has."""
    for version in versions:
        keys = list(_drop_rows(version))
        if version.pdf_key:
            keys += [version.pdf_key, paths.full_text(version.pdf_key), paths.json_text(version.pdf_key)]
        storage.backend().delete(keys)


@transaction.atomic
def _drop_rows(version: Version) -> list[str]:
    """Delete the rows; the keys that nothing points at any more."""
    numbered = list(VersionPage.objects.filter(version=version).values_list("page_id", flat=True))
    version.delete()
    unused = Page.objects.filter(pk__in=numbered, entries=None)
    pages = list(unused)
    Page.objects.filter(pk__in=[page.pk for page in pages]).delete()
    # A page whose text was corrected shares its images with the page it replaced.
    shared = Page.objects.filter(
        Q(images__in=[page.images for page in pages]) | Q(words__in=[page.words for page in pages if page.words])
    )
    kept = {folder for pair in shared.values_list("images", "words") for folder in pair}
    return [
        key
        for page in pages
        for key in paths.page_artefacts(page.images, page.words)
        if not any(str(folder) in key for folder in kept if folder)
    ]


def lost_keys(job: Job) -> Iterator[str]:
    for step in Step.objects.filter(job=job).exclude(lost=[]):
        for claim in step.lost:
            token = uuid.UUID(claim["token"])
            yield from artefacts.lost_keys(token, claim["pages"])
            if job.version_id:
                key = paths.pdf(job.document_id, job.version_id, token)
                yield from (key, paths.full_text(key), paths.json_text(key))
