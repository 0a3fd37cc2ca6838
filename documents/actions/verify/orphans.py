"""Stored files that no row speaks of. Young ones are left alone: whoever wrote them may be about to tell the rows."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice

from django.db.models import Q
from django.utils import timezone

from docplatform.lib import storage
from documents import paths
from documents.actions.verify.finding import Finding, Kind
from documents.choices import Status
from documents.models import Document, Doomed, Job, Mail, Page, Revision, Version

YOUNG = timedelta(days=1)
AT_ONCE = 1_000
Keys = Sequence[str]


def check() -> Iterator[Finding]:
    """Every old file without a row, and files that should have been deleted long ago."""
    limit = timezone.now() - YOUNG
    for area in paths.AREAS:
        old = (item.key for item in storage.backend().listing(area) if item.modified < limit)
        while batch := list(islice(old, AT_ONCE)):
            known = spoken_of(batch)
            for key in batch:
                if key not in known:
                    yield Finding(document_of(key), Kind.ORPHAN, key)
    for key in Doomed.objects.filter(created_at__lt=limit).order_by("pk").values_list("key", flat=True):
        yield Finding(None, Kind.DOOMED, key)


def document_of(key: str) -> int | None:
    """The document whose folder the key is in, whether or not that is there."""
    owner = paths.owner(key)
    return int(owner) if key.startswith(("documents/", "uploads/")) and owner.isdecimal() else None


def spoken_of(keys: Keys) -> set[str]:
    """Those of the keys that some row speaks of, or that are about to be deleted anyway."""
    known = set(Doomed.objects.filter(key__in=keys).values_list("key", flat=True))
    for area, rule in RULES.items():
        known |= rule([key for key in keys if key.startswith(f"{area}/")])
    return known


def _documents(keys: Keys) -> set[str]:
    ids = _numbers(keys)
    settled, kept = _settled(ids), set(_waiting(ids))
    keeps_originals = set(Revision.objects.filter(document__in=ids).values_list("document_id", flat=True))
    known = {paths.original(document.pk, document.original_hash) for document in settled if document.original_hash}
    pdfs = Version.objects.filter(document__in=ids).exclude(pdf_key="").values_list("pdf_key", flat=True)
    for pdf in pdfs:
        known |= {pdf, paths.full_text(pdf), paths.json_text(pdf)}
    originals = tuple(paths.original(pk, "") for pk in keeps_originals)
    return {key for key in keys if key in known or document_of(key) in kept or key.startswith(originals)}


def _uploads(keys: Keys) -> set[str]:
    ids = _numbers(keys)
    kept, known = set(_waiting(ids)), {document.upload_key for document in _settled(ids)}
    return {key for key in keys if key in known or document_of(key) in kept}


def _pages(keys: Keys) -> set[str]:
    folders: set[uuid.UUID] = set()
    for key in keys:
        with suppress(ValueError):
            folders.add(uuid.UUID(paths.owner(key)))
    rows = Page.objects.filter(Q(images__in=folders) | Q(words__in=folders)).values_list("images", "words")
    known = {str(folder) for pair in rows for folder in pair if folder}
    return {key for key in keys if paths.owner(key) in known}


def _work(keys: Keys) -> set[str]:
    owners = [int(paths.owner(key)) for key in keys if paths.owner(key).isdecimal()]
    jobs = {str(pk) for pk in Job.objects.filter(pk__in=owners, swept=False).values_list("pk", flat=True)}
    return {key for key in keys if paths.owner(key) in jobs}


def _mail(keys: Keys) -> set[str]:
    people = {int(paths.owner(key)) for key in keys if paths.owner(key).isdecimal()}
    return set(Mail.objects.filter(user__in=people, storage_key__in=keys).values_list("storage_key", flat=True))


def _numbers(keys: Keys) -> set[int]:
    return {pk for key in keys if (pk := document_of(key)) is not None}


def _settled(ids: Iterable[int]) -> list[Document]:
    return list(Document.objects.filter(pk__in=ids).only("pk", "original_hash", "upload_key"))


def _waiting(ids: Iterable[int]) -> Iterator[int]:
    """Documents whose files somebody else tidies up: deleted ones, and those with jobs that were not swept yet."""
    yield from Document.objects.filter(pk__in=ids, status=Status.DELETED).values_list("pk", flat=True)
    yield from Job.objects.filter(document__in=ids, swept=False).values_list("document_id", flat=True)


RULES: dict[str, Callable[[Keys], set[str]]] = {
    "documents": _documents,
    "uploads": _uploads,
    "pages": _pages,
    "work": _work,
    "mail": _mail,
}
