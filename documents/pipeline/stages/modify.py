"""The first stage of a modification: the PDF with its pages in the new order; pages that are not turned stay the rows
that they are, in whatever document.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from docplatform.lib import storage
from documents import paths
from documents.models import Job, Version, VersionPage
from documents.pipeline import carry, folders, leaves, pdfs, turning
from documents.pipeline.edits import ModifyResult, ModifyWork
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.values import StepFailed


class Modify(Stage):
    """One step about the whole."""

    def sizes(self, context: Context) -> Iterable[int]:
        try:
            return [storage.backend().size(version.pdf_key) for version in leaves.sources(context.job, lock=False)]
        except storage.Missing:
            return []

    def prepare(self, context: Context) -> ModifyWork:
        versions = leaves.sources(context.job, lock=False)
        places = {version.pk: place for place, version in enumerate(versions)}
        try:
            sources = [str(folders.shared(version.pdf_key)) for version in versions]
        except storage.Missing as error:
            raise leaves.GONE from error
        return ModifyWork(
            sources=sources,
            plan=[(places[leaf.version], leaf.page, leaf.turn) for leaf in leaves.of(context.job)],
            folder=str(context.folder),
            pdf_limit=settings.MAX_PDF_BYTES,
        )

    def store(self, context: Context, result: ModifyResult) -> Stored:
        plan, pdf = leaves.of(context.job), Path(result.pdf)
        rows = leaves.pages(plan)
        key = paths.work(context.job.pk, f"{context.claim.token}.pdf")
        with pdf.open("rb") as stream:
            sha1 = hashlib.file_digest(stream, "sha1").hexdigest()
        facts = {
            "pages": [number for number, leaf in enumerate(plan) if leaf.turn],
            "sizes": [turning.size(row.width, row.height, leaf.turn) for row, leaf in zip(rows, plan, strict=True)],
            "sha1": sha1,
        }
        return Stored([(key, pdf)], pdfs.entry(key, pdf) | facts)

    def surrender(self, context: Context) -> ModifyResult:
        raise StepFailed(
            "modify_crashed",
            "The pages could not be put together: the program that does it stopped several times. The document is as "
            "it was before. Try it with fewer pages at once.",
        )

    def apply(self, context: Context, job: Job, result: ModifyResult, stored: Stored) -> None:
        leaves.sources(job, lock=True)
        plan = leaves.of(job)
        rows = leaves.pages(plan)
        job.version = Version.objects.create(document_id=job.document_id, page_count=len(plan))
        VersionPage.objects.bulk_create(
            VersionPage(version=job.version, number=number, page=row)
            for number, (leaf, row) in enumerate(zip(plan, rows, strict=True))
            if not leaf.turn
        )
        job.pages_total, job.images_left, job.texts_left = len(plan), len(stored.result["pages"]), 0

    def close(self, job: Job) -> None:
        if not pdfs.made(job)["pages"]:
            version = Version.objects.get(pk=pdfs.version_id(job))
            version.page_spec = pdfs.page_spec(version)
            version.save(update_fields=["page_spec"])

    def conclude(self, job: Job) -> None:
        leaves.sources(job, lock=True)
        carry.everything(job, leaves.of(job))
