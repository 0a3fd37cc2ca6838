"""Stage 4: the PDF with its text layer, the whole text in two forms, and the switch to the new version."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from docplatform.lib.storage.base import Content
from documents import paths
from documents.models import Job, Version, VersionPage
from documents.pipeline import folders, pdfs
from documents.pipeline.stages.base import Context, Stage, Stored
from documents.pipeline.values import StepFailed
from documents.pipeline.work import Chunk, FinalizeResult, FinalizeWork


class Finalize(Stage):
    """One step. Its transaction is the moment at which readers see the document."""

    def sizes(self, context: Context) -> Iterable[int]:
        return [pdfs.source(context.job).size, *(chunk.size for chunk in pdfs.chunks(context.job))]

    def prepare(self, context: Context) -> FinalizeWork:
        chunks = [Chunk(str(folders.shared(chunk.key)), chunk.pages) for chunk in pdfs.chunks(context.job)]
        source = folders.shared(pdfs.source(context.job).key)
        return FinalizeWork(pdf=str(source), chunks=chunks, folder=str(context.folder))

    def store(self, context: Context, result: FinalizeResult) -> Stored:
        version_id = pdfs.version_id(context.job)
        key = paths.pdf(context.document.pk, version_id, context.claim.token)
        pages = _pages(version_id, context.document.created_at)
        text = "\n\n".join(str(page["contents"]) for page in pages)
        whole = {"updated": _milliseconds(timezone.now()), "pages": pages}
        items: list[tuple[str, Content]] = [
            (key, Path(result.pdf)),
            (paths.full_text(key), text.encode()),
            (paths.json_text(key), json.dumps(whole, ensure_ascii=False).encode()),
        ]
        return Stored(items, {"pdf": key})

    def surrender(self, context: Context) -> FinalizeResult:
        raise StepFailed(
            "finalize_crashed",
            "The PDF with the text could not be put together: the program that does it stopped several times. "
            "Process the document again; if that does not help, save the PDF again with another program.",
        )

    def apply(self, context: Context, job: Job, result: FinalizeResult, stored: Stored) -> None:
        version = Version.objects.get(pk=pdfs.version_id(job))
        version.pdf_key, version.file_hash = stored.result["pdf"], result.file_hash
        version.save(update_fields=["pdf_key", "file_hash"])


def _pages(version_id: int, since: datetime) -> list[dict[str, str | int | None]]:
    """The pages as the API hands them out in one file.

    None is older than its document: pages that are shared would tell when somebody else uploaded the same file.
    """
    entries = VersionPage.objects.filter(version_id=version_id).select_related("page__text").order_by("number")
    return [
        {
            "page": entry.number,
            "contents": entry.page.text.body,
            "ocr": entry.page.ocr,
            "lang": entry.page.language,
            "updated": _milliseconds(max(entry.page.created_at, since)),
        }
        for entry in entries
    ]


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
