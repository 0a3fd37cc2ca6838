"""Stage 1: keep the uploaded bytes under their own hash, and turn them into a PDF whose page sizes are known."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models.functions import Now

from docplatform.lib import storage
from documents import paths
from documents.models import Document, Job, Version
from documents.pipeline import pdfs
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.work import IngestResult, IngestWork, StepFailed


class Ingest(Stage):
    """One step. The bytes that are hashed are the very bytes that are kept and converted."""

    timeout = 400.0

    def sizes(self, context: Context) -> Iterable[int]:
        try:
            return [storage.backend().size(_source(context))]
        except storage.Missing:
            return []

    def prepare(self, context: Context) -> IngestWork:
        source = context.folder / "source"
        try:
            storage.backend().fetch(_source(context), source)
        except storage.Missing as error:
            raise StepFailed("no_file", "The uploaded file is gone. Upload it again as a new document.") from error
        check_size(source.stat().st_size, context.document.original_extension)
        return IngestWork(
            source=str(source),
            extension=context.document.original_extension,
            language=context.document.language,
            folder=str(context.folder),
            pdf_limit=settings.MAX_PDF_BYTES,
            other_limit=settings.MAX_OTHER_BYTES,
        )

    def store(self, context: Context, result: IngestResult) -> Stored:
        source, pdf = context.folder / "source", Path(result.pdf)
        if not result.sizes:
            raise StepFailed("empty", "The file has no pages. Check it and upload it again as a new document.")
        original_hash = _digest(source, "sha256")
        original = paths.original(context.document.pk, original_hash)
        key = paths.work(context.job.pk, f"{context.claim.token}.pdf")
        items: list[tuple[str, Path]] = [(key, pdf)]
        if not storage.backend().exists(original):
            items.append((original, source))
        pages = list(range(len(result.sizes)))
        facts = {"pages": pages, "sizes": result.sizes, "sha1": _digest(pdf, "sha1"), "original": original_hash}
        return Stored(items, pdfs.entry(key, pdf) | facts)

    def surrender(self, context: Context) -> IngestResult:
        raise StepFailed(
            "ingest_crashed",
            "The file could not be opened: the program that reads it stopped several times. "
            "Save it again with another program, or as PDF, and upload it as a new document.",
        )

    def apply(self, context: Context, job: Job, result: IngestResult, stored: Stored) -> None:
        count = len(result.sizes)
        job.version = Version.objects.create(document_id=job.document_id, page_count=count)
        job.pages_total = job.images_left = job.texts_left = count
        document = Document.objects.filter(pk=job.document_id)
        document.update(original_hash=stored.result["original"])
        document.filter(upload_key=job.upload_key).update(upload_key="")
        # A document that is processed again keeps the numbers of the version that readers still see.
        document.filter(version=None).update(page_count=count, updated_at=Now())


def check_size(size: int, extension: str) -> None:
    """Refuse an empty file and one that is over the limit of its kind."""
    limit = settings.MAX_PDF_BYTES if extension == "pdf" else settings.MAX_OTHER_BYTES
    if size == 0:
        raise StepFailed("empty", "The file is empty. Check it and upload it again as a new document.")
    if size > limit:
        kind = "a PDF" if extension == "pdf" else "a file that is not a PDF"
        raise StepFailed(
            "too_large",
            f"The file is too large: {size / 1024**2:.1f} MB, and {kind} may have {limit // 1024**2} MB. "
            "Make it smaller or split it, then upload it as a new document.",
        )


def _source(context: Context) -> str:
    document = context.document
    return context.job.upload_key or paths.original(document.pk, document.original_hash)


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
