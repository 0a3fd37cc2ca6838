"""Writes the index anew from the texts that the database has, while everybody searches and writes on.

What another analyzer read bears another number, so that whoever is killed goes on where they were: each batch of pages
and each document is a short transaction of its own, and whatever is written meanwhile is right already.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from documents.choices import Status
from documents.models import Document, Note, PageText, SearchDoc
from documents.search import analyzer, index

PAGES = 50
DOCUMENTS = 200
SECONDS = 5.0
OTHER = Q(analyzer__lt=analyzer.VERSION) | Q(analyzer__gt=analyzer.VERSION)
"""What another analyzer read; spelled so that an index finds it."""
logger = logging.getLogger("docplatform.search")


@dataclass(frozen=True)
class Done:
    """What was just written anew. `failed` is the id of a document with which that went wrong, for the log says why."""

    documents: int = 0
    pages: int = 0
    failed: int | None = None


def waiting() -> QuerySet[Document]:
    """Documents whose entry is missing or old, or whose notes were not read yet."""
    entry = SearchDoc.objects.filter(pk=OuterRef("pk"))
    unread = Note.objects.filter(tsv=None).values("document_id")
    wrong = ~Exists(entry) | Exists(entry.filter(OTHER)) | Q(pk__in=unread)
    return Document.objects.exclude(status=Status.DELETED).filter(wrong)


def everything(*, document_id: int | None = None, anew: bool = False, pages: int = PAGES) -> Iterator[Done]:
    """Write what waits, or with `anew` all there is; one step after another, between which the caller may pause."""
    alive = Document.objects.exclude(status=Status.DELETED)
    if document_id is not None:
        yield from _documents(alive.filter(pk=document_id), pages, anew=True)
        return
    if anew:
        yield from _batches(PageText.objects.all(), pages)
    yield from _documents(alive if anew else waiting(), pages)
    yield from _batches(PageText.objects.filter(OTHER), pages)


def catch_up(seconds: float = SECONDS) -> int:
    """A few seconds of what another analyzer left behind, for whoever comes by; how many documents and pages."""
    deadline, count = time.monotonic() + seconds, 0
    old = Document.objects.exclude(status=Status.DELETED).filter(pk__in=SearchDoc.objects.filter(OTHER).values("pk"))
    for steps in (_documents(old, PAGES), _batches(PageText.objects.filter(OTHER), PAGES)):
        for done in steps:
            count += done.documents + done.pages
            if time.monotonic() > deadline:
                return count
    return count


def _documents(documents: QuerySet[Document], size: int, *, anew: bool = False) -> Iterator[Done]:
    last = 0
    while batch := list(documents.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:DOCUMENTS]):
        for pk in batch:
            yield from _document(pk, size, anew=anew)
        last = batch[-1]


def _document(pk: int, size: int, *, anew: bool) -> Iterator[Done]:
    """One that cannot be written does not keep the others from it."""
    shown = PageText.objects.filter(page__entries__version__document=pk)
    try:
        yield from _batches(shown if anew else shown.filter(OTHER), size)
        with transaction.atomic():
            row = Document.objects.select_for_update(no_key=True).exclude(status=Status.DELETED).filter(pk=pk).first()
            if row is not None:
                index.rebuild(row)
        yield Done(documents=1)
    except Exception:
        if not connection.is_usable():
            raise  # the database is away; nothing is wrong with the document
        logger.exception("document could not be indexed", extra={"document": pk})
        yield Done(failed=pk)


def _batches(texts: QuerySet[PageText], size: int) -> Iterator[Done]:
    last = 0
    rows = texts.order_by("page_id").distinct().values_list("page_id", flat=True)
    while batch := list(rows.filter(page_id__gt=last)[:size]):
        yield Done(pages=_pages(batch))
        last = batch[-1]


@transaction.atomic
def _pages(pks: Sequence[int]) -> int:
    """The texts are held meanwhile. Whose row somebody else holds is passed over: it is written or deleted there."""
    held = PageText.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk__in=pks)
    texts = list(held.defer("tsv").select_related("page"))
    if texts:
        index.add_pages([(text.page, text.body) for text in texts])
    return len(texts)
