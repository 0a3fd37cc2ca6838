"""The PDFs of a job: the one that its first stage made, and the chunks that OCR made; and the sizes of their pages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import listcrunch
from django.db.models import QuerySet

from documents.choices import StepKind, StepState
from documents.models import Job, Step, Version, VersionPage
from documents.pipeline.values import StepFailed

MAKERS = (StepKind.INGEST, StepKind.REDACT, StepKind.MODIFY, StepKind.TEXT, StepKind.ADOPT)


@dataclass(frozen=True)
class StoredPdf:
    """A PDF that a step hands to a later one; `pages` are those that it replaces."""

    key: str
    size: int
    pages: list[int]


def entry(key: str, path: Path) -> dict[str, Any]:
    """How a step's result speaks of a PDF that it stores."""
    return {"pdf": key, "bytes": path.stat().st_size}


def made(job: Job) -> dict[str, Any]:
    """What the stage that makes the job's PDF tells the later ones.

    That PDF (see `entry`) and its `sha1`, the `sizes` of all its pages, and the `pages` (0-based) that have to be read.
    """
    result: dict[str, Any] = _maker(job).values_list("result", flat=True).get()
    return result


def source(job: Job) -> StoredPdf:
    """The PDF that every later stage reads."""
    key, size = _maker(job).values_list("result__pdf", "result__bytes").get()
    return StoredPdf(key, size, [])


def version_id(job: Job) -> int:
    """The version that the job builds."""
    if job.version_id is None:
        raise StepFailed("version_lost", "The pages of this document are gone. Process it again.")
    return job.version_id


def chunks(job: Job) -> list[StoredPdf]:
    """The PDFs of the chunks that OCR gave a text layer."""
    done = Step.objects.filter(job=job, kind=StepKind.OCR, state=StepState.DONE).order_by("idx")
    results = [(step.result, step.pages) for step in done]
    return [StoredPdf(result["pdf"], result["bytes"], pages) for result, pages in results if "pdf" in result]


def _maker(job: Job) -> QuerySet[Step]:
    return Step.objects.filter(job=job, kind__in=MAKERS, state=StepState.DONE)


def page_spec(version: Version) -> str:
    """The sizes of a version's pages in the notation of the API."""
    entries = VersionPage.objects.filter(version=version).order_by("number")
    sizes = [f"{width:.2f}x{height:.2f}" for width, height in entries.values_list("page__width", "page__height")]
    spec: str = listcrunch.crunch(sizes)
    return spec
