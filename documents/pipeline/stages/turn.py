"""The second stage of a modification: pages that are turned get their images drawn anew and their boxes turned; their
text is known.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from docplatform.lib import storage
from docplatform.lib.storage.base import Content
from documents import paths
from documents.choices import StepKind
from documents.models import Job, Page, VersionPage
from documents.pipeline import artefacts, leaves, pdfs, sandbox, turning
from documents.pipeline.stages.base import Context, Stored
from documents.pipeline.stages.pages import Pages
from documents.pipeline.work import PagesResult, PagesWork
from documents.search import index

BOXES_BYTES = 100_000  # of a page full of words


class Turn(Pages):
    """Steps of up to a batch of pages."""

    def sizes(self, context: Context) -> Iterable[int]:
        return [*super().sizes(context), *(BOXES_BYTES for _ in context.claim.pages)]

    def prepare(self, context: Context) -> PagesWork:
        _turn_boxes(context)
        # that is: draw them, but leave their text alone
        return replace(super().prepare(context), force_ocr=True)

    def run(self, context: Context, work: Any, on_tick: Callable[[], bool]) -> PagesResult:
        """It is drawing like any other."""
        result: PagesResult = sandbox.run(StepKind.PAGES, work, timeout=settings.MAX_STEP_SECONDS, on_tick=on_tick)
        return result

    def store(self, context: Context, result: PagesResult) -> Stored:
        token = context.claim.token
        items: list[tuple[str, Content]] = [item for read in result.pages for item in artefacts.images(token, read)]
        for number, page, _ in _turned(context):
            if page.words:
                folder = artefacts.words_folder(token, number)
                items.append((paths.page_boxes(folder), _boxes(context, number)))
                items.append((paths.page_text(folder), page.text.body.encode()))
        return Stored(items, {})

    def surrender(self, context: Context) -> PagesResult:
        _turn_boxes(context)
        return super().surrender(context)

    def apply(self, context: Context, job: Job, result: PagesResult, stored: Stored) -> None:
        errors = {read.number: read.error for read in result.pages}
        turned = _turned(context)
        rows = Page.objects.bulk_create(_row(context, number, page, errors[number]) for number, page, _ in turned)
        VersionPage.objects.bulk_create(
            VersionPage(version_id=pdfs.version_id(job), number=number, page=row)
            for (number, _, _), row in zip(turned, rows, strict=True)
        )
        index.add_pages([(row, page.text.body) for (_, page, _), row in zip(turned, rows, strict=True)])
        job.images_left -= len(rows)


def _turn_boxes(context: Context) -> None:
    for number, page, turn in _turned(context):
        if page.words:
            words = json.loads(storage.backend().read(paths.page_boxes(page.words)))
            boxes = [turning.word(word, turn) for word in words]
            _boxes(context, number).write_text(json.dumps(boxes, ensure_ascii=False))


def _turned(context: Context) -> list[tuple[int, Page, int]]:
    """The claim's pages: number, the row that is turned, degrees."""
    plan = leaves.of(context.job)
    wanted = [plan[number] for number in context.claim.pages]
    found = zip(context.claim.pages, leaves.pages(wanted), wanted, strict=True)
    return [(number, page, leaf.turn) for number, page, leaf in found]


def _boxes(context: Context, number: int) -> Path:
    return context.folder / f"boxes-{number}.json"


def _row(context: Context, number: int, page: Page, error: str) -> Page:
    token, (width, height) = context.claim.token, pdfs.made(context.job)["sizes"][number]
    return Page(
        images=artefacts.images_folder(token, number),
        words=artefacts.words_folder(token, number) if page.words else None,
        width=width,
        height=height,
        ocr=page.ocr,
        language=page.language,
        confidence=page.confidence,
        error=page.error or error,
    )
