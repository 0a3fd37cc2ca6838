"""What a redaction leaves behind of the old document: every row and every stored file, gone for good."""

from collections.abc import Iterator
from functools import partial

from django.db import transaction

from docplatform.lib import storage
from documents import paths
from documents.choices import JobKind, StepState
from documents.models import Document, Job, Revision, Step
from documents.pipeline import folders, sweep, versions
from documents.pipeline.doomed import doom
from documents.search import forgetting, index


def discard(job: Job, *, original: str) -> None:
    """Keep of the job's document what its new version needs and the file with the hash `original`; nothing else.

    In the transaction of the switch. Files go after it; what a killed worker leaves is found by its doomed keys.
    """
    document = Document.objects.get(pk=job.document_id)
    Document.objects.filter(pk=document.pk).update(original_hash=original, original_extension="pdf", upload_key="")
    Revision.objects.filter(document=document).exclude(version=document.version_id).update(
        version=None, extension="pdf"
    )
    index.write(document)  # else its entry would still hold the words
    lost = versions.drop_unread(document.pk)
    earlier = Job.objects.filter(document=document).exclude(pk=job.pk)
    doomed = {*_files(document, original), *_work(earlier)}
    doom(doomed)
    Step.objects.filter(job__in=earlier).exclude(state=StepState.RUNNING).update(result={})
    # Page numbers stay: by them the sweep finds what lost claims stored of a text that somebody set.
    earlier.exclude(kind=JobKind.TEXT).update(options={})
    transaction.on_commit(partial(_forget, sorted(doomed)), robust=True)
    transaction.on_commit(partial(forgetting.renew_statistics, lost), robust=True)


def _files(document: Document, original: str) -> Iterator[str]:
    """Everything that is stored under the document's name, by keys."""
    assert document.version is not None
    pdf = document.version.pdf_key
    kept = {paths.original(document.pk, original), pdf, paths.full_text(pdf), paths.json_text(pdf)}
    for folder in (paths.files(document.pk), paths.uploads(document.pk)):
        yield from (key for key in storage.backend().keys(f"{folder}/") if key not in kept)


def _work(jobs: object) -> Iterator[str]:
    """What earlier jobs handed from step to step, and what their lost claims stored."""
    for job in jobs:  # type: ignore[attr-defined]
        yield from storage.backend().keys(paths.work(job.pk, ""))
        yield from sweep.lost_keys(job)


def _forget(keys: list[str]) -> None:
    for key in keys:
        folders.forget(key)
