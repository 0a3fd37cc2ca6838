"""Documents of one organization that were made from the same bytes in the same way share what was read from them.

Only a document's first processing takes over what another one has: who processes again wants it read again.
"""

from django.db.models import Exists, OuterRef, QuerySet

from documents import permissions
from documents.choices import Status
from documents.models import Document, Job, Page, Version, VersionPage
from documents.pipeline.sandbox import Crashed

REVISION = 1
"""Raise it when the steps come to read another text, or draw other images, from the same file."""


def recipe(job: Job, document: Document, original_hash: str) -> str:
    """What a version is made from, and how."""
    how = f"{document.language}/{job.ocr_engine}/{'force' if job.force_ocr else 'read'}/{REVISION}"
    return f"{original_hash}/{document.original_extension}/{how}"


def find(job: Job, document: Document, original_hash: str, *, count: int) -> Version | None:
    """A version of another document, of `count` pages, that this job would only make once more."""
    if job.force_ocr or document.version_id is not None:
        return None
    wanted = recipe(job, document, original_hash)
    return _twins(document, wanted).filter(page_count=count).order_by("-pk").first()


def share(twin_id: int, version: Version, document: Document) -> None:
    """Give the version the pages of the twin. Crashed where that is there no more: the next attempt goes without."""
    # Its row is held so that it is neither dropped nor redacted before this is written.
    held = _twins(document, version.recipe).filter(pk=twin_id).select_for_update(of=("self",), no_key=True)
    twin = held.first()
    if twin is None:
        raise Crashed("The version whose pages were to be shared is gone.")
    entries = VersionPage.objects.filter(version=twin)
    VersionPage.objects.bulk_create(VersionPage(version=version, number=e.number, page_id=e.page_id) for e in entries)
    version.page_spec = twin.page_spec
    version.save(update_fields=["page_spec"])


def _twins(document: Document, wanted: str) -> QuerySet[Version]:
    """Whole versions without a flaw that readers see, of other documents in the organization."""
    seen = Document.objects.filter(
        permissions.ALIVE, version=OuterRef("pk"), organization_id=document.organization_id, status=Status.SUCCESS
    )
    flaws = Page.objects.exclude(error="", language=document.language).filter(entries__version=OuterRef("pk"))
    same = Version.objects.filter(Exists(seen), ~Exists(flaws), recipe=wanted).exclude(recipe="")
    return same.exclude(document_id=document.pk).exclude(pdf_key="")
