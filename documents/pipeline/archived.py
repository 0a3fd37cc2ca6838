"""What an archive knows of a document's pages, between the import that brings it and the steps that write it.

A line for each page. It waits in a file of the job: it may be hundreds of megabytes, of which a step needs a few pages.
"""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, TypedDict

from docplatform.lib import storage
from documents import paths
from documents.models import Job
from documents.pipeline import folders

LONGEST_LINE = 32 * 1024 * 1024


class ArchivedPage(TypedDict):
    """One page (0-based): its text, where the words stand (as readers get them), and how it was read."""

    page: int
    text: str
    words: list[dict[str, Any]]
    ocr: str | None
    language: str
    confidence: float | None
    error: str


def blank(number: int, language: str) -> ArchivedPage:
    """A page of which the archive knows nothing."""
    return ArchivedPage(page=number, text="", words=[], ocr=None, language=language, confidence=None, error="")


def spelled(page: ArchivedPage) -> bytes:
    """Its line."""
    return json.dumps(page, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def key(job_id: int) -> str:
    """Where a job's pages wait."""
    return paths.work(job_id, "archived.jsonl")


def keep(job: Job, lines: Path) -> None:
    """Store the checked lines for the job's steps."""
    storage.backend().put(key(job.pk), lines)


def of(job: Job, numbers: Collection[int]) -> dict[int, ArchivedPage]:
    """What is known of some pages."""
    with folders.shared(key(job.pk)).open("rb") as file:
        return {page["page"]: page for page in _read(file) if page["page"] in numbers}


def _read(lines: Any) -> Iterator[ArchivedPage]:
    while line := lines.readline(LONGEST_LINE):
        yield json.loads(line)
