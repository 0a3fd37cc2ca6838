"""Stage 3: the text of pages that have none, or of all pages when people ask for it."""

from collections.abc import Callable, Iterable
from pathlib import Path

from documents import paths
from documents.choices import StepKind, StepState
from documents.models import Job, Page, Step, Version, VersionPage
from documents.pipeline import artefacts, folders, pdfs, redaction
from documents.pipeline.engines import ENGINES
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.work import OcrResult, OcrWork, PageRead
from documents.search import index

UNREADABLE = "The text of this page could not be read: the program that reads it stopped several times."


class Ocr(Stage):
    """Steps of a few pages. The pages' images stay as they are; their text arrives."""

    def batches(self, job: Job) -> list[list[int]]:
        done = Step.objects.filter(job=job, kind=StepKind.PAGES, state=StepState.DONE)
        unread = sorted(number for step in done for number in step.result.get("ocr", []))
        chunk = ENGINES[job.ocr_engine].chunk
        return [unread[i : i + chunk] for i in range(0, len(unread), chunk)]

    def sizes(self, context: Context) -> Iterable[int]:
        return [pdfs.source(context.job).size]

    def prepare(self, context: Context) -> OcrWork:
        return OcrWork(
            pdf=str(folders.shared(pdfs.source(context.job).key)),
            pages=list(context.claim.pages),
            language=context.document.language,
            force=context.job.force_ocr,
            folder=str(context.folder),
            covers=redaction.covers(context.job, context.claim.pages),
        )

    def run(self, context: Context, work: OcrWork, on_tick: Callable[[], bool]) -> OcrResult:
        return ENGINES[context.job.ocr_engine].read(context.claim, work, on_tick)

    def store(self, context: Context, result: OcrResult) -> Stored:
        token = context.claim.token
        items = [item for page in result.pages for item in artefacts.words(token, page)]
        if not result.pdf:
            return Stored(items, {})
        key = paths.work(context.job.pk, f"{token}.pdf")
        return Stored([*items, (key, Path(result.pdf))], pdfs.entry(key, Path(result.pdf)))

    def surrender(self, context: Context) -> OcrResult:
        ENGINES[context.job.ocr_engine].give_up(context.claim)
        sizes = pdfs.made(context.job)["sizes"]
        return OcrResult([_unread(number, *sizes[number]) for number in context.claim.pages], pdf="")

    def apply(self, context: Context, job: Job, result: OcrResult, stored: Stored) -> None:
        entries = VersionPage.objects.filter(version_id=pdfs.version_id(job), number__in=context.claim.pages)
        rows = {entry.number: entry.page for entry in entries.select_related("page")}
        engine = f"{result.engine}_force" if job.force_ocr else result.engine
        if result.engine != job.ocr_engine:
            # Another engine had to step in: who asks for this one later shall not get that one's text.
            Version.objects.filter(pk=pdfs.version_id(job)).update(recipe="")
        for read in result.pages:
            row = rows[read.number]
            row.words = artefacts.words_folder(context.claim.token, read.number)
            row.ocr, row.confidence, row.error = engine, read.confidence, row.error or read.error
        Page.objects.bulk_update(rows.values(), ["words", "ocr", "confidence", "error"])
        index.add_pages([(rows[read.number], artefacts.text_of(read)) for read in result.pages])
        job.texts_left -= len(result.pages)


def _unread(number: int, width: float, height: float) -> PageRead:
    return PageRead(number, width, height, text="", error=UNREADABLE)
