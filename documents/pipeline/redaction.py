"""The boxes of a redaction as its job keeps them: fractions of the displayed page, which is all that is said there."""

from collections.abc import Collection, Iterable
from typing import Any

from documents.choices import JobKind
from documents.models import Job
from documents.pipeline.values import Cover


def options(boxes: Iterable[Cover], *, version_id: int) -> dict[str, Any]:
    """What the job's options say: the boxes, and the version whose PDF is redacted."""
    return {"source": version_id, "covers": [vars(box) for box in boxes]}


def covers(job: Job, pages: Collection[int] | None = None) -> list[Cover]:
    """The boxes of the job, or those on some pages; none in a job of another kind."""
    if job.kind != JobKind.REDACT:
        return []
    boxes = [Cover(**values) for values in job.options["covers"]]
    return boxes if pages is None else [box for box in boxes if box.page in pages]


def source_id(job: Job) -> int:
    """The version whose PDF the job redacts; that of another document where a copy is made."""
    found: int = job.options["source"]
    return found
