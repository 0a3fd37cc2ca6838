"""What was found in the text of a document: gathered step by step, and gone when the text is another one.

Steps end in any order, so each adds to the rows of the others; readers get them when the document is `extracted`.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, FloatField, Sum
from django.db.models.functions import Cast, Now

from documents.choices import ExtractKind, JobKind
from documents.models import Document, Extract, Job, Mention
from documents.pipeline.work import Value
from documents.search import index

BATCH = 100  # pages of a step
AT_MOST = 1000  # places that a row tells; it counts all
FACTS, LENGTH, CONTENT = 20, 500, 200
UNKNOWN = "unknown"  # the contract tells proper from common nouns; these are neither
Name = tuple[str, str]


def batches(page_count: int) -> list[list[int]]:
    """The pages of each step."""
    return [list(range(first, min(first + BATCH, page_count))) for first in range(0, page_count, BATCH)]


def add(document_id: int, pages: Iterable[int], found: Iterable[Value]) -> None:
    """Write down what a step found on its pages, under the document's lock. What it says is not trusted."""
    known, new = set(pages), defaultdict[Name, list[Value]](list)
    for item in found:
        name = index.storable(item.name)[:LENGTH]
        if item.kind in ExtractKind.values and name and item.spot.page in known:
            new[item.kind, name].append(item)
    rows = Extract.objects.filter(document_id=document_id, name__in={name for _, name in new})
    old = {(row.kind, row.name): row for row in rows}
    changed = [_more(old[name], items) for name, items in new.items() if name in old]
    Extract.objects.bulk_update(changed, ["count", "occurrences"], batch_size=500)
    made = [_more(_row(document_id, name, items[0]), items) for name, items in new.items() if name not in old]
    Extract.objects.bulk_create(made, batch_size=500)


def weigh(document_id: int) -> None:
    """Everything is found: what stands there most often is the most relevant."""
    rows = Extract.objects.filter(document_id=document_id)
    total = rows.aggregate(total=Sum("count"))["total"]
    if total:
        rows.update(relevance=Cast(F("count"), FloatField()) / float(total))


def show(document_id: int) -> None:
    """Readers get what was found."""
    Document.objects.filter(pk=document_id).update(extracted_at=Now())


def after(job: Job) -> None:
    """The job made another text: what was found in the old one is gone. On other pages, so is what people marked."""
    if job.kind != JobKind.EXTRACT:
        outdate(job.document_id)
    if job.kind == JobKind.MODIFY:
        Mention.objects.filter(document_id=job.document_id).delete()


def outdate(document_id: int) -> None:
    """Forget what was found, also by a job that did not come to its end."""
    Extract.objects.filter(document_id=document_id).delete()
    Document.objects.filter(pk=document_id, extracted_at__isnull=False).update(extracted_at=None)


def _row(document_id: int, name: Name, first: Value) -> Extract:
    facts = list(first.metadata.items())[:FACTS]
    metadata = {index.storable(key)[:LENGTH]: index.storable(value)[:LENGTH] for key, value in facts}
    return Extract(document_id=document_id, kind=name[0], name=name[1], metadata=metadata, count=0, occurrences=[])


def _more(row: Extract, items: list[Value]) -> Extract:
    row.count += len(items)
    places = row.occurrences + [_occurrence(item) for item in items]
    row.occurrences = sorted(places, key=lambda place: place["offset"])[:AT_MOST]
    return row


def _occurrence(item: Value) -> dict[str, Any]:
    spot = item.spot
    content = index.storable(spot.content)[:CONTENT]
    return {
        "page": spot.page,
        "offset": spot.offset,
        "content": content,
        "page_offset": spot.page_offset,
        "kind": UNKNOWN,
    }
