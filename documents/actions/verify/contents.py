"""The files, pages and index entry of one document."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db.models import F, Func, IntegerField, Q

from docplatform.lib import storage
from documents import paths
from documents.actions.verify.finding import Finding, Kind
from documents.choices import Status
from documents.models import Document, Page, Version, VersionPage
from documents.search import index

CHUNK = 1024 * 1024
PARALLEL = 8  # listings at once: one takes milliseconds in S3
AT_ONCE = 200
FACTS = ("page_count", "page_spec", "file_hash")
EMPTY_LIST = 2  # bytes


def check(document: Document, *, quick: bool) -> list[Finding]:
    """All that is wrong with a document. What changed while it was looked at is looked at again, once."""
    for _ in range(2):
        findings = list(_check(document, quick=quick))
        kept = Document.objects.filter(~Q(status=Status.DELETED) | Q(trashed_at__isnull=False))
        fresh = kept.filter(pk=document.pk).select_related("version").first()
        if fresh is None or fresh.is_processing:
            return []  # the job that is at work on it writes all of this anew
        if not findings or fresh.updated_at == document.updated_at:
            return findings
        document = fresh
    return findings


def has_original(document: Document) -> bool:
    """The bytes as they were uploaded are there and right."""
    if not document.original_hash:
        return False
    sizes = {item.key: item.size for item in storage.backend().listing(paths.files(document.pk))}
    return not _file(paths.original(document.pk, document.original_hash), sizes, document.original_hash)


def _check(document: Document, *, quick: bool) -> Iterator[Finding]:
    sizes = {item.key: item.size for item in storage.backend().listing(paths.files(document.pk))}
    if document.original_hash:
        key = paths.original(document.pk, document.original_hash)
        problem = _file(key, sizes, "" if quick else document.original_hash)
        if problem:
            yield Finding(document.pk, Kind.ORIGINAL, problem)
    version = document.version
    if version is not None:
        yield from _version(document, version, sizes, quick=quick)
        yield from _pages(document, version)
        if not quick:
            yield from _page_index(document, version)
    elif Status.SUCCESS in (document.status, document.trashed_status):
        yield Finding(document.pk, Kind.NO_VERSION, "success, but there are no pages")
    is_in_trash = document.status == Status.DELETED  # where no search finds it
    if not is_in_trash and not document.is_processing and not index.is_right(document):
        yield Finding(document.pk, Kind.INDEX, "the entry is missing or out of date")


def _version(document: Document, version: Version, sizes: dict[str, int], *, quick: bool) -> Iterator[Finding]:
    problem = _file(version.pdf_key, sizes, "" if quick else version.file_hash)
    if problem:
        yield Finding(document.pk, Kind.PDF, problem)
    for key in (paths.full_text(version.pdf_key), paths.json_text(version.pdf_key)):
        if key not in sizes:
            yield Finding(document.pk, Kind.TEXT, f"missing: {key}")
    differing = [name for name in FACTS if getattr(document, name) != getattr(version, name)]
    if differing:
        yield Finding(document.pk, Kind.FACTS, f"not as in its version: {', '.join(differing)}")


def _file(key: str, sizes: dict[str, int], digest: str) -> str:
    """What is wrong with a file; `digest` is the sha1 or sha256 that it must have, or empty."""
    if not sizes.get(key):
        return f"{'empty' if key in sizes else 'missing'}: {key}"
    if not digest:
        return ""
    try:
        return "" if _digest(key, "sha256" if len(digest) > 40 else "sha1") == digest else f"wrong hash: {key}"
    except storage.Missing:
        return f"missing: {key}"


def _digest(key: str, algorithm: str) -> str:
    digest = hashlib.new(algorithm)
    with storage.backend().open(key) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _pages(document: Document, version: Version) -> Iterator[Finding]:
    rows = VersionPage.objects.filter(version=version).order_by("number")
    pages: list[Any] = list(
        rows.values(
            "number",
            "page_id",
            images=F("page__images"),
            words=F("page__words"),
            body=Func("page__text__body", function="octet_length", output_field=IntegerField()),
        )
    )
    numbers = {page["number"] for page in pages}
    lost = [number for number in range(version.page_count) if number not in numbers]
    if lost or len(numbers) != version.page_count:
        detail = f"{len(numbers)} of {version.page_count} pages, missing: {', '.join(map(str, lost[:20]))}"
        yield Finding(document.pk, Kind.PAGES, detail)
    with ThreadPoolExecutor(PARALLEL) as pool:
        for start in range(0, len(pages), AT_ONCE):
            batch = pages[start : start + AT_ONCE]
            for page, sizes in zip(batch, pool.map(_sizes, batch), strict=True):
                for kind, problem in _page(page, sizes):
                    yield Finding(document.pk, kind, f"page {page['number']}: {problem}", subject=page["page_id"])


def _sizes(page: dict[str, Any]) -> dict[str, int]:
    """The files of a page, in both its folders."""
    folders = {paths.page_folder(folder) for folder in (page["images"], page["words"]) if folder}
    return {item.key: item.size for folder in folders for item in storage.backend().listing(folder)}


def _page(page: dict[str, Any], sizes: dict[str, int]) -> Iterator[tuple[Kind, str]]:
    images = [paths.page_image(page["images"], size) for size in paths.STORED_SIZES]
    lost = [key for key in images if not sizes.get(key)]
    if page["words"] is None:
        yield Kind.PAGE_TEXT, "the text was never read"
    else:
        text, boxes = paths.page_text(page["words"]), paths.page_boxes(page["words"])
        lost += [text] * (text not in sizes) + [boxes] * (not sizes.get(boxes))
        yield from _text(page["body"], sizes.get(text), sizes.get(boxes, EMPTY_LIST))
    for key in lost:
        yield Kind.PAGE, f"missing or empty: {key}"


def _text(body: int | None, text: int | None, boxes: int) -> Iterator[tuple[Kind, str]]:
    if body is None:
        yield Kind.PAGE_TEXT, "no text in the database"
    elif body == 0 and boxes > EMPTY_LIST:
        yield Kind.PAGE_TEXT, "no text, though there are words"
    elif text is not None and text != body:
        yield Kind.PAGE_TEXT, "the text in the database is not the stored one"


def _page_index(document: Document, version: Version) -> Iterator[Finding]:
    entries = VersionPage.objects.filter(version=version, page__text__isnull=False).order_by("number")
    for batch in _batches(entries.values_list("page_id", flat=True)):
        pages = list(Page.objects.filter(pk__in=batch).select_related("text"))
        for pk in sorted(index.stale_pages([(page, page.text.body) for page in pages])):
            yield Finding(document.pk, Kind.PAGE_INDEX, f"other words than in the text: page row {pk}", subject=pk)


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    rows = list(ids)
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
