"""Benchmark of writing the index: a page, many documents, what they take on disk, and how soon they are found."""

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from django.db import transaction

from docplatform.management.bench import corpus
from docplatform.management.bench.corpus import Sheet
from docplatform.management.bench.filling import Library, run
from docplatform.management.bench.report import Line
from docplatform.management.bench.searching import take
from documents.models import Document, Page, VersionPage
from documents.search import index, query, vectors
from documents.search.pages import Window
from documents.search.params import Wanted

ROUNDS = 60
PAGES = 2_000
CHECKED = 100
BARE_PAGE = "UPDATE bench_page SET body = %s WHERE page_id = %s"
NO_INDEX = "UPDATE bench_page SET body = %s, tsv = %s::tsvector WHERE page_id = %s"
BARE = """
CREATE TABLE bench_page AS SELECT page_id, body, tsv, analyzer FROM documents_pagetext LIMIT 0;
ALTER TABLE bench_page ADD PRIMARY KEY (page_id)
"""
COPY = "INSERT INTO bench_page SELECT page_id, body FROM documents_pagetext WHERE page_id = ANY(%s)"
SIZES = "SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) t"


def indexing(library: Library) -> Iterator[Line]:
    """Figures of the real write path, with all of the index in place."""
    yield from _one_page(library)
    yield _visible(library)
    yield from _many(library)
    yield _bytes(library)


def check(library: Library) -> None:
    """Some of the entries, from all over, are what would be written again."""
    step = max(1, library.documents // CHECKED)
    for document in Document.objects.order_by("pk")[::step]:
        if not index.is_right(document):
            raise RuntimeError(f"The entry of document {document.pk} is not right.")


def _one_page(library: Library) -> Iterator[Line]:
    """A page gets another text, committed: in the index, with the same words in a table without index, and bare."""
    run(BARE)
    pages = list(Page.objects.order_by("-pk")[:ROUNDS])
    run(COPY, [[page.pk for page in pages]])
    texts = [text for sheet in corpus.sheets(library.batches + 1) for text in sheet.pages][:ROUNDS]
    pairs = list(zip(pages, texts, strict=False))
    whole = transaction.atomic(index.add_page)
    turns = [[_timed(partial(way, *pair)) for way in (_bare, _no_index, whole)] for pair in pairs]
    bare, no_index, ours = (_median(list(times)) for times in zip(*turns, strict=True))
    yield Line("text of a page, over the same without index", ours, no_index, "ms", 3)
    yield Line("text of a page, over the bare text", ours, bare, "ms", float("inf"))
    run("DROP TABLE bench_page")


@transaction.atomic
def _no_index(page: Page, text: str) -> None:
    run(NO_INDEX, [text, vectors.page(text, page.language), page.pk])


@transaction.atomic
def _bare(page: Page, text: str) -> None:
    run(BARE_PAGE, [text, page.pk])


def _visible(library: Library) -> Line:
    """The first search after the commit, which must find the new word, beside the same search later."""
    document = Document.objects.filter(user=library.user, page_count__lt=20).latest("pk")
    place = VersionPage.objects.filter(version=document.version_id).select_related("page").latest("number")
    times = []
    wanted = Wanted("")
    for word in (f"freshly{chr(97 + number)}" for number in range(10)):
        wanted = Wanted(word)
        with transaction.atomic():
            index.add_page(place.page, f"{word} words")
            index.rebuild(document)
        times.append(_timed(partial(_find, library, wanted, document)))
    floor = take(partial(_find, library, wanted, document)).p50
    return Line("first search after a commit finds it", _median(times), floor, "ms", 3)


def _find(library: Library, wanted: Wanted, document: Document) -> None:
    if document.pk not in query.search(library.user, wanted, Window(25)).hits.ids:
        raise RuntimeError("What was committed is not found.")


def _many(library: Library) -> Iterator[Line]:
    """Pages a second, each document in its transaction as the pipeline does it, beside rows without index."""
    chosen: list[Sheet] = []
    batches = count(library.batches + 2)
    while (pages := sum(len(sheet.pages) for sheet in chosen)) < PAGES:
        chosen += [sheet for sheet in corpus.sheets(next(batches)) if len(sheet.pages) < PAGES]
    began = time.perf_counter()
    for number, sheet in enumerate(chosen):
        library.add([sheet], first=library.documents + number)
    seconds = time.perf_counter() - began
    run("CREATE TABLE bench_page (page_id bigint PRIMARY KEY, body text)")
    began = time.perf_counter()
    start = 0
    for sheet in chosen:
        with transaction.atomic():
            for number, text in enumerate(sheet.pages, start):
                run("INSERT INTO bench_page VALUES (%s, %s)", [number, text])
        start += len(sheet.pages)
    bare = time.perf_counter() - began
    run("DROP TABLE bench_page")
    yield Line("documents indexed, over their bare text", pages / seconds, pages / bare, "pages/s", 0, at_least=True)


def _bytes(library: Library) -> Line:
    """What a page takes with all that the index keeps, beside its text alone."""
    tables = ["documents_pagetext", "documents_searchdoc", "documents_searchword"]
    [(size,)] = run(SIZES, [tables])
    [(pages, text)] = run("SELECT count(*), sum(octet_length(body)) FROM documents_pagetext")
    return Line(
        "bytes of a page in the index, over its text", float(size / pages), float(text / pages), "bytes", float("inf")
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _median(times: list[float]) -> float:
    return statistics.median(times)
