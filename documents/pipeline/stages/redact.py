"""The first stage of a redaction: the new PDF, and the version without the pages that are read again."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from docplatform.lib import storage
from documents import paths
from documents.models import Document, Job, Version
from documents.pipeline import pdfs, redaction, versions
from documents.pipeline.edits import RedactResult, RedactWork
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.values import StepFailed

GONE = StepFailed(
    "source_gone",
    "The document was changed or deleted before its pages could be redacted. Look at it again, then redact it again.",
)


class Redact(Stage):
    """One step."""

    def sizes(self, context: Context) -> Iterable[int]:
        return [storage.backend().size(_source(context.job).pdf_key)]

    def prepare(self, context: Context) -> RedactWork:
        covers = redaction.covers(context.job)
        return RedactWork(pdf=fetch_source(context), covers=covers, folder=str(context.folder))

    def store(self, context: Context, result: RedactResult) -> Stored:
        pdf = Path(result.pdf)
        key = paths.work(context.job.pk, f"{context.claim.token}.pdf")
        with pdf.open("rb") as file:
            sha1 = hashlib.file_digest(file, "sha1").hexdigest()
        return Stored([(key, pdf)], pdfs.entry(key, pdf) | {"pages": result.pages, "sizes": result.sizes, "sha1": sha1})

    def surrender(self, context: Context) -> RedactResult:
        raise StepFailed(
            "redact_crashed",
            "The boxes could not be put into the PDF: the program that does it stopped several times. "
            "Redact fewer pages at once; if that does not help, save the PDF again with another program and upload it.",
        )

    def apply(self, context: Context, job: Job, result: RedactResult, stored: Stored) -> None:
        source = _source(job, lock=True)
        if source.page_count != len(result.sizes):
            raise GONE
        job.version = versions.derive(source, without=result.pages, document_id=job.document_id)
        job.pages_total = job.images_left = job.texts_left = len(result.pages)
        Document.objects.filter(pk=job.document_id, version=None).update(page_count=source.page_count)

    def conclude(self, job: Job) -> None:
        """A copy shares pages with its source: it may not bring back what was redacted there meanwhile."""
        _source(job, lock=True)


def fetch_source(context: Context) -> str:
    """The PDF as it was, in no shared folder: nothing of it may stay on this host."""
    path = context.folder / "source.pdf"
    try:
        storage.backend().fetch(_source(context.job).pdf_key, path)
    except storage.Missing as error:
        raise GONE from error
    return str(path)


def _source(job: Job, *, lock: bool = False) -> Version:
    """With `lock` it stays until the transaction ends, and its pages with it."""
    found = Version.objects.filter(pk=redaction.source_id(job))
    version = (found.select_for_update(no_key=True) if lock else found).first()
    if version is None:
        raise GONE
    return version
