"""Versions that are made from others, and versions that nobody will read any more."""

from collections.abc import Collection, Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from documents import paths
from documents.choices import JobState
from documents.models import Document, Job, Page, Version, VersionPage
from documents.pipeline.doomed import doom


def derive(version: Version, *, without: Collection[int]) -> Version:
    """A new version of the same document with the same pages, except those (0-based) that are made anew."""
    made = Version.objects.create(
        document_id=version.document_id, page_count=version.page_count, page_spec=version.page_spec
    )
    kept = VersionPage.objects.filter(version=version).exclude(number__in=without)
    VersionPage.objects.bulk_create(VersionPage(version=made, number=row.number, page_id=row.page_id) for row in kept)
    return made


@transaction.atomic
def drop_unread(document_id: int) -> None:
    """Remove the versions that nobody can read any more, with those of their pages that no other version has."""
    document = Document.objects.select_for_update(of=("self",), no_key=True).filter(pk=document_id).first()
    if document is not None:
        for version in _unread(document):
            doom(_drop(version))


def _unread(document: Document) -> QuerySet[Version]:
    """Versions that readers do not see, no revision keeps and no job is building."""
    building = Job.objects.filter(version_id=OuterRef("pk"), state=JobState.ACTIVE)
    mine = Version.objects.filter(~Exists(building), document=document, revisions=None)
    return mine.exclude(pk=document.version_id) if document.version_id else mine


def _drop(version: Version) -> Iterator[str]:
    """Delete the rows; the keys that nothing points at any more."""
    numbered = list(VersionPage.objects.filter(version=version).values_list("page_id", flat=True))
    version.delete()
    unused = Page.objects.filter(pk__in=numbered, entries=None)
    pages = list(unused)
    Page.objects.filter(pk__in=[page.pk for page in pages]).delete()
    # A page whose text was corrected shares its images with the page it replaced.
    shared = Page.objects.filter(
        Q(images__in=[page.images for page in pages]) | Q(words__in=[page.words for page in pages if page.words])
    )
    kept = {folder for pair in shared.values_list("images", "words") for folder in pair}
    for page in pages:
        for key in paths.page_artefacts(page.images, page.words):
            if not any(str(folder) in key for folder in kept if folder):
                yield key
    if version.pdf_key:
        yield from (version.pdf_key, paths.full_text(version.pdf_key), paths.json_text(version.pdf_key))
