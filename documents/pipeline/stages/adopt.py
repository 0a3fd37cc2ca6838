"""The stages that take over a document which another installation has read: its PDF is opened and measured as any
upload, its pages are drawn anew, and their text is the one that came with it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db.models.functions import Now

from docplatform.lib import storage
from docplatform.lib.storage.base import Content
from documents import paths
from documents.choices import StepKind
from documents.models import Document, Job, Page, Version, VersionPage
from documents.pipeline import archived, artefacts, pdfs, sandbox
from documents.pipeline.archived import ArchivedPage
from documents.pipeline.stages.base import Context, Stored
from documents.pipeline.stages.ingest import Ingest, check_size, digest, to_open
from documents.pipeline.stages.pages import Pages
from documents.pipeline.values import StepFailed
from documents.pipeline.work import IngestResult, IngestWork, PagesResult, PagesWork
from documents.search import index

BOXES_BYTES = 100_000  # of a page full of words
OTHER_PAGES = (
    "The PDF in the archive has {} pages, but the archive speaks of {}. Export the document again, or upload its file."
)


class Adopt(Ingest):
    """One step. The job's upload is the PDF that readers had; the original, where there is one, is stored already."""

    def prepare(self, context: Context) -> IngestWork:
        source = context.folder / "source"
        try:
            storage.backend().fetch(context.job.upload_key, source)
        except storage.Missing as error:
            raise StepFailed("no_file", "The file is gone. Import the archive again.") from error
        check_size(source.stat().st_size, "pdf")
        return to_open(context, source, extension="pdf")

    def run(self, context: Context, work: IngestWork, on_tick: Callable[[], bool]) -> IngestResult:
        """It is opened like any other."""
        result: IngestResult = sandbox.run(StepKind.INGEST, work, timeout=self.timeout, on_tick=on_tick)
        return result

    def store(self, context: Context, result: IngestResult) -> Stored:
        count, told = len(result.sizes), context.job.options["pages"]
        if count != told:
            raise StepFailed("other_pages", OTHER_PAGES.format(count, told))
        key = paths.work(context.job.pk, f"{context.claim.token}.pdf")
        pdf = Path(result.pdf)
        facts: dict[str, Any] = {"sizes": result.sizes, "pages": list(range(count)), "sha1": digest(pdf, "sha1")}
        items: list[tuple[str, Content]] = [(key, pdf)]
        original = context.document.original_hash
        if not original:
            source = context.folder / "source"
            original = digest(source, "sha256")
            items.append((paths.original(context.document.pk, original), source))
        return Stored(items, pdfs.entry(key, pdf) | facts | {"original": original})

    def apply(self, context: Context, job: Job, result: IngestResult, stored: Stored) -> None:
        count = len(result.sizes)
        job.version = Version.objects.create(document_id=job.document_id, page_count=count)
        job.pages_total = job.images_left = count
        job.texts_left = 0
        document = Document.objects.filter(pk=job.document_id)
        document.update(original_hash=stored.result["original"])
        document.filter(upload_key=job.upload_key).update(upload_key="")
        document.filter(version=None).update(page_count=count, updated_at=Now())


class Draw(Pages):
    """Steps of up to a batch of pages."""

    def sizes(self, context: Context) -> Iterable[int]:
        lines = storage.backend().size(archived.key(context.job.pk))
        return [*super().sizes(context), lines, *(BOXES_BYTES for _ in context.claim.pages)]

    def prepare(self, context: Context) -> PagesWork:
        # that is: draw them, but leave their text alone
        return replace(super().prepare(context), force_ocr=True)

    def run(self, context: Context, work: Any, on_tick: Callable[[], bool]) -> PagesResult:
        """It is drawing like any other."""
        result: PagesResult = sandbox.run(StepKind.PAGES, work, timeout=self.timeout, on_tick=on_tick)
        return result

    def store(self, context: Context, result: PagesResult) -> Stored:
        token = context.claim.token
        items: list[tuple[str, Content]] = [item for read in result.pages for item in artefacts.images(token, read)]
        for page in _known(context):
            folder = artefacts.words_folder(token, page["page"])
            items.append((paths.page_text(folder), page["text"].encode()))
            items.append((paths.page_boxes(folder), json.dumps(page["words"], ensure_ascii=False).encode()))
        return Stored(items, {})

    def apply(self, context: Context, job: Job, result: PagesResult, stored: Stored) -> None:
        known, errors = _known(context), {read.number: read.error for read in result.pages}
        rows = Page.objects.bulk_create(_row(context, page, errors[page["page"]]) for page in known)
        VersionPage.objects.bulk_create(
            VersionPage(version_id=pdfs.version_id(job), number=page["page"], page=row)
            for page, row in zip(known, rows, strict=True)
        )
        index.add_pages([(row, page["text"]) for page, row in zip(known, rows, strict=True)])
        job.images_left -= len(rows)


def _known(context: Context) -> list[ArchivedPage]:
    """The claim's pages, in their order."""
    numbers, language = context.claim.pages, context.document.language
    found = archived.of(context.job, set(numbers))
    return [found.get(number) or archived.blank(number, language) for number in numbers]


def _row(context: Context, page: ArchivedPage, error: str) -> Page:
    token, number = context.claim.token, page["page"]
    width, height = pdfs.made(context.job)["sizes"][number]
    return Page(
        images=artefacts.images_folder(token, number),
        words=artefacts.words_folder(token, number),
        width=width,
        height=height,
        ocr=page["ocr"],
        language=page["language"],
        confidence=page["confidence"],
        error=page["error"] or error,
    )
