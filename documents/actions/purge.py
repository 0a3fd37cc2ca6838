"""The end of a document: what is left of a deleted one goes, files first, so that an interrupted purge is resumed."""

import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from docplatform.lib import storage
from documents import paths
from documents.actions import trash
from documents.choices import JobState
from documents.models import Document, Job, Page, Version, VersionPage
from documents.pipeline import sweep, versions
from documents.search import forgetting, remembered
from organizations import events

BATCH = 500
SECONDS = 10.0
MARGIN = timedelta(minutes=1)


def purge() -> int:
    """Remove files and rows of documents whose time in the trash is over; returns how many. A few seconds of work; may
    run twice at once.

    It waits until no URL that was handed out takes an upload any more, and no cancelled step is still writing.
    """
    quiet = timezone.now() - timedelta(seconds=settings.PRESIGN_SECONDS) - MARGIN
    busy = Job.objects.filter(document_id=OuterRef("pk"), state=JobState.ACTIVE)
    deleted = Document.objects.filter(trash.over(), ~Exists(busy), updated_at__lt=quiet).order_by("created_at")
    deadline, done = time.monotonic() + SECONDS, 0
    for pk in list(deleted.values_list("pk", flat=True)[:BATCH]):
        done += _purge(pk)
        if time.monotonic() > deadline:
            break
    return done


@transaction.atomic
def _purge(pk: int) -> bool:
    document = Document.objects.select_for_update(skip_locked=True).filter(trash.over(), pk=pk).first()
    if document is None:
        return False
    pages = _own_pages(document)
    storage.backend().delete(versions.artefacts_of(list(pages)))
    for job in document.jobs.all():
        storage.backend().delete(sweep.lost_keys(job))
    for folder in _folders(document):
        storage.backend().delete_prefix(folder)
    events.record("document.purged", target=document, organization_id=document.organization_id)
    _remove_rows(document, list(pages.values_list("pk", flat=True)))
    return True


def _own_pages(document: Document) -> QuerySet[Page]:
    """Pages that no other document shows: pages may be shared."""
    elsewhere = VersionPage.objects.filter(~Q(version__document=document))
    mine = VersionPage.objects.filter(version__document=document)
    return Page.objects.filter(pk__in=mine.values("page")).exclude(pk__in=elsewhere.values("page"))


def _folders(document: Document) -> Iterator[str]:
    yield paths.uploads(document.pk)
    yield paths.files(document.pk)
    for job in document.jobs.values_list("pk", flat=True):
        yield paths.work(job, "")


def _remove_rows(document: Document, pages: list[int]) -> None:
    words, values = forgetting.all_words(document, pages), list(remembered.pairs(document))
    # A version is protected by its document, a page by its place in a version: from the outside in.
    Document.objects.filter(pk=document.pk).update(version=None)
    VersionPage.objects.filter(version__document=document).delete()
    Version.objects.filter(document=document).delete()
    Page.objects.filter(pk__in=pages).delete()
    document.delete()
    forgetting.forget(words)
    forgetting.forget_values(values)
