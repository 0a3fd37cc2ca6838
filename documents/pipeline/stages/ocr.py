"""Stage 3: the text of pages that have none, or of all pages when people ask for it."""

from collections.abc import Iterable
from pathlib import Path

from documents import paths
from documents.choices import StepKind, StepState
from documents.models import Job, Page, Step, VersionPage
from documents.pipeline import artefacts, folders, pdfs
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.work import OcrResult, OcrWork, PageRead
from documents.search import index

CHUNK = 8  # pages of a step: about twenty seconds
UNREADABLE = "The text of this page could not be read: the program that reads it stopped several times."


class Ocr(Stage):
    """Steps of a few pages. The pages' images stay as they are; their text arrives."""

    timeout = 600.0

    def batches(self, job: Job) -> list[list[int]]:
        done = Step.objects.filter(job=job, kind=StepKind.PAGES, state=StepState.DONE)
        unread = sorted(number for step in done for number in step.result.get("ocr", []))
        return [unread[i : i + CHUNK] for i in range(0, len(unread), CHUNK)]

    def sizes(self, context: Context) -> Iterable[int]:
        return [pdfs.source(context.job).size]

    def prepare(self, context: Context) -> OcrWork:
        return OcrWork(
            pdf=str(folders.shared(pdfs.source(context.job).key)),
            pages=list(context.claim.pages),
            language=context.document.language,
            force=context.job.force_ocr,
            folder=str(context.folder),
        )

    def store(self, context: Context, result: OcrResult) -> Stored:
        token = context.claim.token
        items = [item for page in result.pages for item in artefacts.words(token, page)]
        if not result.pdf:
            return Stored(items, {})
        key = paths.work(context.job.pk, f"{token}.pdf")
        return Stored([*items, (key, Path(result.pdf))], pdfs.entry(key, Path(result.pdf)))

    def surrender(self, context: Context) -> OcrResult:
        sizes = pdfs.made(context.job)["sizes"]
        return OcrResult([_unread(number, *sizes[number]) for number in context.claim.pages], pdf="")

    def apply(self, context: Context, job: Job, result: OcrResult, stored: Stored) -> None:
        entries = VersionPage.objects.filter(version_id=pdfs.version_id(job), number__in=context.claim.pages)
        rows = {entry.number: entry.page for entry in entries.select_related("page")}
        engine = f"{job.ocr_engine}_force" if job.force_ocr else job.ocr_engine
        for read in result.pages:
            row = rows[read.number]
            row.words = artefacts.words_folder(context.claim.token, read.number)
            row.ocr, row.confidence, row.error = engine, read.confidence, row.error or read.error
        Page.objects.bulk_update(rows.values(), ["words", "ocr", "confidence", "error"])
        index.add_pages([(rows[read.number], artefacts.text_of(read)) for read in result.pages])
        job.texts_left -= len(result.pages)


def _unread(number: int, width: float, height: float) -> PageRead:
    return PageRead(number, width, height, text="", error=UNREADABLE)
