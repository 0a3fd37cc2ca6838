"""Stage 2: the images of every page, and the text of those pages that have some."""

from collections.abc import Iterable

from django.db.models.functions import Now
from PIL import Image

from documents import paths
from documents.models import Document, Job, Page, Version, VersionPage
from documents.pipeline import artefacts, folders, pdfs
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.work import PageRead, PagesResult, PagesWork
from documents.search import index

BATCH = 32  # pages: a few seconds of work, so that starting a process costs little and progress shows
UNREADABLE = "This page could not be drawn: the program that reads it stopped several times."


class Pages(Stage):
    """Steps of up to a batch of pages."""

    def batches(self, job: Job) -> list[list[int]]:
        pages = pdfs.made(job)["pages"]
        return [pages[i : i + BATCH] for i in range(0, len(pages), BATCH)]

    def sizes(self, context: Context) -> Iterable[int]:
        return [pdfs.source(context.job).size]

    def prepare(self, context: Context) -> PagesWork:
        return PagesWork(
            pdf=str(folders.shared(pdfs.source(context.job).key)),
            pages=list(context.claim.pages),
            force_ocr=context.job.force_ocr,
            folder=str(context.folder),
        )

    def store(self, context: Context, result: PagesResult) -> Stored:
        token = context.claim.token
        items = [item for page in result.pages for item in artefacts.images(token, page)]
        items += [item for page in result.pages if page.text is not None for item in artefacts.words(token, page)]
        return Stored(items, {"ocr": [page.number for page in result.pages if page.text is None]})

    def surrender(self, context: Context) -> PagesResult:
        sizes = pdfs.made(context.job)["sizes"]
        return PagesResult([_blank(context, number, *sizes[number]) for number in context.claim.pages])

    def apply(self, context: Context, job: Job, result: PagesResult, stored: Stored) -> None:
        rows = Page.objects.bulk_create(_row(context, page) for page in result.pages)
        VersionPage.objects.bulk_create(
            VersionPage(version_id=pdfs.version_id(job), number=read.number, page=row)
            for read, row in zip(result.pages, rows, strict=True)
        )
        known = zip(result.pages, rows, strict=True)
        index.add_pages([(row, artefacts.text_of(read)) for read, row in known if read.text is not None])
        job.images_left -= len(result.pages)
        job.texts_left -= len(result.pages) - len(stored.result["ocr"])

    def close(self, job: Job) -> None:
        """All images are there: the version knows its page sizes, and so does a document that waits for its first."""
        version = Version.objects.get(pk=pdfs.version_id(job))
        version.page_spec = pdfs.page_spec(version)
        version.save(update_fields=["page_spec"])
        Document.objects.filter(pk=job.document_id, version=None).update(
            page_spec=version.page_spec, file_hash=pdfs.made(job)["sha1"], updated_at=Now()
        )


def _blank(context: Context, number: int, width: float, height: float) -> PageRead:
    images = {}
    for size in paths.STORED_SIZES:
        pixels = paths.SIZES[size]
        path = context.folder / f"blank-{number}-{size}.gif"
        Image.new("L", (pixels, max(1, round(pixels * height / width))), "white").save(path)
        images[size] = str(path)
    return PageRead(number, width, height, text="", images=images, error=UNREADABLE)


def _row(context: Context, read: PageRead) -> Page:
    token = context.claim.token
    return Page(
        images=artefacts.images_folder(token, read.number),
        words=None if read.text is None else artefacts.words_folder(token, read.number),
        width=read.width,
        height=read.height,
        language=context.document.language,
        confidence=read.confidence,
        error=read.error,
    )
