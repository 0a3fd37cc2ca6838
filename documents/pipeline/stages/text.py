"""The stage that sets the text of pages: new page rows that share their images with the old ones, and a new layer."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from docplatform.lib import storage
from docplatform.lib.storage.base import Content
from documents import paths
from documents.models import Job, Page, Version, VersionPage
from documents.pipeline import artefacts, folders, page_text, pdfs, versions
from documents.pipeline.edits import Layer, TextResult, TextWork
from documents.pipeline.page_text import NewText
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.values import StepFailed
from documents.search import index


@dataclass(frozen=True)
class Texts:
    """The pages' new texts, and what became of the PDF."""

    pages: list[NewText]
    pdf: str


class Text(Stage):
    """One step. Readers see the old text until the whole is done."""

    def sizes(self, context: Context) -> Iterable[int]:
        files = storage.backend()
        return [files.size(page_text.key(context.job.pk)), files.size(_version(context.job).pdf_key)]

    def prepare(self, context: Context) -> tuple[TextWork, list[NewText]]:
        pages = page_text.fetch(context.job, context.folder)
        layers = [Layer(page["page_number"], page_text.words(page)) for page in pages if page["positions"] is not None]
        pdf = folders.shared(_version(context.job).pdf_key)
        return TextWork(pdf=str(pdf), layers=layers, folder=str(context.folder)), pages

    def run(self, context: Context, work: tuple[TextWork, list[NewText]], on_tick: Callable[[], bool]) -> Texts:
        task, pages = work
        if not task.layers:  # the PDF stays as it is
            return Texts(pages, "")
        made: TextResult = super().run(context, task, on_tick)
        return Texts(pages, made.pdf)

    def store(self, context: Context, result: Texts) -> Stored:
        token, old = context.claim.token, _pages(context.job, result.pages)
        items: list[tuple[str, Content]] = []
        for page in result.pages:
            folder = artefacts.words_folder(token, page["page_number"])
            boxes = page_text.boxes(page, old[page["page_number"]])
            items.append((paths.page_text(folder), page["text"].encode()))
            # Metadata may hold anything that JSON can spell, also what no file can hold.
            items.append((paths.page_boxes(folder), index.storable(json.dumps(boxes, ensure_ascii=False)).encode()))
        if not result.pdf:
            key = _version(context.job).pdf_key
            return Stored(items, {"pdf": key, "bytes": storage.backend().size(key), "pages": []})
        key = paths.work(context.job.pk, f"{token}.pdf")
        return Stored([*items, (key, Path(result.pdf))], pdfs.entry(key, Path(result.pdf)) | {"pages": []})

    def surrender(self, context: Context) -> Texts:
        raise StepFailed(
            "text_crashed",
            "The text of the pages could not be changed: the program that writes it into the PDF stopped several "
            "times. The document is as it was. Send the text without positions to leave the PDF alone.",
        )

    def apply(self, context: Context, job: Job, result: Texts, stored: Stored) -> None:
        old = _pages(job, result.pages)
        job.version = versions.derive(_version(job), without=old.keys())
        rows = Page.objects.bulk_create(_row(context, new, old[new["page_number"]]) for new in result.pages)
        VersionPage.objects.bulk_create(
            VersionPage(version=job.version, number=new["page_number"], page=row)
            for new, row in zip(result.pages, rows, strict=True)
        )
        index.add_pages([(row, new["text"]) for new, row in zip(result.pages, rows, strict=True)])
        job.pages_total = job.images_left = job.texts_left = 0


def _version(job: Job) -> Version:
    """What readers see while the job runs; nothing else changes it meanwhile."""
    if job.document.version is None:
        raise StepFailed("version_lost", "The pages of this document are gone. Process it again.")
    return job.document.version


def _pages(job: Job, wanted: Iterable[NewText]) -> dict[int, Page]:
    """The pages as readers see them."""
    numbers = [page["page_number"] for page in wanted]
    entries = VersionPage.objects.filter(version=_version(job), number__in=numbers)
    found = {entry.number: entry.page for entry in entries.select_related("page")}
    if len(found) < len(numbers):
        raise StepFailed("page_lost", "The document does not have all of these pages any more. Send the text again.")
    return found


def _row(context: Context, new: NewText, old: Page) -> Page:
    return Page(
        images=old.images,
        words=artefacts.words_folder(context.claim.token, new["page_number"]),
        width=old.width,
        height=old.height,
        ocr=new["ocr"],
        language=context.document.language,
        error=old.error,
    )
