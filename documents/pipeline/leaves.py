"""What a modified document is made of: which page of which version each of its pages is, and how it is turned.

A job keeps this in its options as runs [version, first page, last page, degrees], so that it stays small.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from documents import permissions
from documents.models import Document, Job, Page, Version, VersionPage
from documents.pipeline.values import StepFailed

GONE = StepFailed(
    "source_changed",
    "Pages of another document could not be taken over: it was changed or removed meanwhile, or you may not see it "
    "any more. Look at it and try again.",
)


@dataclass(frozen=True)
class Leaf:
    """One new page: page `page` (0-based) of a version, turned clockwise by `turn` degrees."""

    version: int
    page: int
    turn: int


def options(base: Version, runs: Iterable[tuple[int, int, int, int]]) -> dict[str, Any]:
    """The options of a job that changes `base`."""
    return {"base": base.pk, "runs": [list(run) for run in runs]}


def of(job: Job) -> list[Leaf]:
    """The pages of the new version, in their order."""
    runs = job.options["runs"]
    return [Leaf(version, page, turn) for version, first, last, turn in runs for page in range(first, last + 1)]


def sources(job: Job, *, lock: bool) -> list[Version]:
    """The versions that the pages come from, that of the document itself first.

    StepFailed unless all are still there for the person who asked. With `lock` they stay until the transaction ends,
    and their pages with them.
    """
    base: int = job.options["base"]
    wanted = {base} | {run[0] for run in job.options["runs"]}
    visible = Document.objects.filter(permissions.view(job.user)).values("pk")
    found = Version.objects.filter(Q(document_id=job.document_id) | Q(document_id__in=visible), pk__in=wanted)
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    versions = sorted(found.order_by("pk"), key=lambda version: (version.pk != base, version.pk))
    if len(versions) < len(wanted):
        raise GONE
    return versions


def pages(leaves: Iterable[Leaf]) -> list[Page]:
    """The page rows that the new pages come from, in their order."""
    leaves = list(leaves)
    versions, numbers = {leaf.version for leaf in leaves}, {leaf.page for leaf in leaves}
    entries = VersionPage.objects.filter(version_id__in=versions, number__in=numbers).select_related("page")
    rows = {(entry.version_id, entry.number): entry.page for entry in entries}
    try:
        return [rows[leaf.version, leaf.page] for leaf in leaves]
    except KeyError as error:
        raise GONE from error
