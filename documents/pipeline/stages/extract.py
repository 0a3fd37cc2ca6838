"""The only stage of an extraction: the text of pages, as readers see it, is searched for dates, prices and the like."""

import json
from collections.abc import Iterable
from itertools import accumulate

from django.conf import settings
from django.db.models.functions import Coalesce, Length

from documents.models import Job, VersionPage
from documents.pipeline import extracts, pdfs
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.work import ExtractResult, ExtractWork

SECONDS = 180  # for the pages of a step; it takes a few, and one that takes longer is tried page by page
BETWEEN = 2  # characters between two pages of the whole text


class Extract(Stage):
    """Steps of some pages. One page that no attempt could read has nothing on it; the others are not held up."""

    @property
    def timeout(self) -> float:
        return min(float(settings.MAX_STEP_SECONDS), SECONDS)

    def batches(self, job: Job) -> list[list[int]]:
        return extracts.batches(job.document.page_count)

    def sizes(self, context: Context) -> Iterable[int]:
        """The text comes from rows."""
        return []

    def prepare(self, context: Context) -> ExtractWork:
        entries = VersionPage.objects.filter(version_id=pdfs.version_id(context.job))
        wanted = entries.filter(number__in=context.claim.pages).order_by("number")
        pages = {number: text or "" for number, text in wanted.values_list("number", "page__text__body")}
        offsets = _offsets(context.job)
        texts = context.folder / "texts.json"
        texts.write_text(json.dumps(list(pages.values())))
        return ExtractWork(
            texts=str(texts),
            pages=list(pages),
            offsets=[offsets[number] for number in pages],
            language=context.document.language,
            folder=str(context.folder),
        )

    def store(self, context: Context, result: ExtractResult) -> Stored:
        """Nothing: text in the row of a step would outlive a redaction."""
        return Stored([], {})

    def surrender(self, context: Context) -> ExtractResult:
        return ExtractResult([])

    def apply(self, context: Context, job: Job, result: ExtractResult, stored: Stored) -> None:
        extracts.add(job.document_id, context.claim.pages, result.found)
        job.texts_left = max(0, job.texts_left - len(context.claim.pages))

    def close(self, job: Job) -> None:
        extracts.weigh(job.document_id)

    def conclude(self, job: Job) -> None:
        extracts.show(job.document_id)


def _offsets(job: Job) -> dict[int, int]:
    """Where each page begins in the whole text."""
    entries = VersionPage.objects.filter(version_id=pdfs.version_id(job)).order_by("number")
    lengths = dict(entries.values_list("number", Coalesce(Length("page__text__body"), 0)))
    starts = accumulate((length + BETWEEN for length in lengths.values()), initial=0)
    return dict(zip(lengths, starts, strict=False))
