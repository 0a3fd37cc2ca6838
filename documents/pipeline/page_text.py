"""The text that people set for pages, between the request that brings it and the step that writes it.

It may be megabytes, so it waits in a file of the job and not in its row.
"""

import json
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, TypedDict

from docplatform.lib import storage
from documents import paths
from documents.models import Job, Page
from documents.pipeline.values import Word

ALIKE_LIMIT = 5000  # words of a page that are compared; nobody corrects longer ones by hand


class NewText(TypedDict):
    """One page (0-based). `positions` are word boxes as readers will get them; None where nobody gave any."""

    page_number: int
    text: str
    ocr: str | None
    positions: list[dict[str, Any]] | None


def key(job_id: int) -> str:
    """Where a job's new text waits."""
    return paths.work(job_id, "text.json")


def keep(job: Job, pages: Sequence[NewText]) -> None:
    """Store it for the job's first step."""
    storage.backend().put(key(job.pk), json.dumps(pages).encode())


def fetch(job: Job, folder: Path) -> list[NewText]:
    """What was kept."""
    path = folder / "text.json"
    storage.backend().fetch(key(job.pk), path)
    pages: list[NewText] = json.loads(path.read_bytes())
    return pages


def words(page: NewText) -> list[Word]:
    """The words that somebody placed."""
    return [Word(box["text"], box["x1"], box["y1"], box["x2"], box["y2"]) for box in page["positions"] or ()]


def boxes(new: NewText, old: Page) -> list[dict[str, Any]]:
    """The page's boxes: those given, or else those of the words that stay: none ever speaks of a word that is gone."""
    if new["positions"] is not None:
        return new["positions"]
    if old.words is None:
        return []
    try:
        before: list[dict[str, Any]] = json.loads(storage.backend().read(paths.page_boxes(old.words)))
    except storage.Missing:
        return []
    after = new["text"].split()
    if max(len(before), len(after)) > ALIKE_LIMIT:
        return []
    same = SequenceMatcher(None, [box["text"] for box in before], after).get_matching_blocks()
    return [box for start, _, length in same for box in before[start : start + length]]
