"""Stage 1: keep the uploaded bytes under their own hash, and turn them into a PDF whose page sizes are known."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models.functions import Now

from docplatform.lib import storage
from documents import paths
from documents.models import Document, Job, Version
from documents.pipeline import pdfs, sandbox, twins
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestResult, IngestWork

PATIENCE = 2  # attempts that a file gets which takes too long to open


class Ingest(Stage):
    """One step. The bytes that are hashed are the very bytes that are kept and converted."""

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
        return to_open(context, source, extension=context.document.original_extension)

    def run(self, context: Context, work: IngestWork, on_tick: Callable[[], bool]) -> IngestResult:
        try:
            result: IngestResult = super().run(context, work, on_tick)
        except sandbox.TookTooLong as error:
            if context.claim.attempts < PATIENCE:  # the machine may just have been busy
                raise
            raise StepFailed(
                "too_slow",
                f"The file could not be opened within {settings.MAX_STEP_SECONDS} seconds. "
                "Save it as a PDF, or split it, and upload that as a new document.",
            ) from error
        return result

    def store(self, context: Context, result: IngestResult) -> Stored:
        source = context.folder / "source"
        if not result.sizes:
            raise StepFailed("empty", "The file has no pages. Check it and upload it again as a new document.")
        original_hash = digest(source, "sha256")
        original = paths.original(context.document.pk, original_hash)
        key = paths.work(context.job.pk, f"{context.claim.token}.pdf")
        facts: dict[str, Any] = {"sizes": result.sizes, "original": original_hash}
        items = [] if storage.backend().exists(original) else [(original, source)]
        twin = twins.find(context.job, context.document, original_hash, count=len(result.sizes))
        if twin and (size := _copy(twin, key)):
            facts |= {"pdf": key, "bytes": size, "sha1": twin.file_hash, "pages": [], "twin": twin.pk}
            return Stored(items, facts)
        pdf = Path(result.pdf)
        facts |= pdfs.entry(key, pdf) | {"sha1": digest(pdf, "sha1"), "pages": list(range(len(result.sizes)))}
        return Stored([(key, pdf), *items], facts)

    def surrender(self, context: Context) -> IngestResult:
        raise StepFailed(
            "ingest_crashed",
            "The file could not be opened: the program that reads it stopped several times. "
            "Save it again with another program, or as PDF, and upload it as a new document.",
        )

    def apply(self, context: Context, job: Job, result: IngestResult, stored: Stored) -> None:
        count = len(result.sizes)
        recipe = twins.recipe(job, job.document, stored.result["original"])
        job.version = Version.objects.create(document_id=job.document_id, page_count=count, recipe=recipe)
        if "twin" in stored.result:
            twins.share(stored.result["twin"], job.version, job.document)
        job.pages_total = count
        job.images_left = job.texts_left = len(stored.result["pages"])
        document = Document.objects.filter(pk=job.document_id)
        document.update(original_hash=stored.result["original"])
        document.filter(upload_key=job.upload_key).update(upload_key="")
        # A document that is processed again keeps the numbers of the version that readers still see.
        document.filter(version=None).update(page_count=count, updated_at=Now())


def to_open(context: Context, source: Path, *, extension: str) -> IngestWork:
    """The file, and the limits that hold for it."""
    return IngestWork(
        source=str(source),
        extension=extension,
        language=context.document.language,
        folder=str(context.folder),
        pdf_limit=settings.MAX_PDF_BYTES,
        other_limit=settings.MAX_OTHER_BYTES,
        page_limit=settings.MAX_PAGES,
        pixel_limit=settings.MAX_IMAGE_PIXELS,
        unpacked_limit=settings.MAX_UNPACKED_BYTES,
    )


def most_bytes(extension: str) -> int:
    """How large a file may be."""
    limit: int = settings.MAX_PDF_BYTES if extension == "pdf" else settings.MAX_OTHER_BYTES
    return limit


def check_size(size: int, extension: str) -> None:
    """Refuse an empty file and one that is over the limit of its kind."""
    limit = most_bytes(extension)
    if size == 0:
        raise StepFailed("empty", "The file is empty. Check it and upload it again as a new document.")
    if size > limit:
        kind = "a PDF" if extension == "pdf" else "a file that is not a PDF"
        raise StepFailed(
            "too_large",
            f"The file is too large: {size / 1024**2:.1f} MB, and {kind} may have {limit // 1024**2} MB. "
            "Make it smaller or split it, then upload it as a new document.",
        )


def _copy(twin: Version, key: str) -> int:
    """Take the PDF that readers of the twin get, with the text layer that it has by now; how many bytes, 0 for none."""
    try:
        storage.backend().copy(twin.pdf_key, key)
        return storage.backend().size(key)
    except storage.Missing:
        return 0


def _source(context: Context) -> str:
    document = context.document
    return context.job.upload_key or paths.original(document.pk, document.original_hash)


def digest(path: Path, algorithm: str) -> str:
    """Of the bytes of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
