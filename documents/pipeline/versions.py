"""Versions that are made from others, and versions that nobody will read any more."""

from collections.abc import Collection, Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from documents import paths
from documents.choices import JobState, Status
from documents.models import Document, Job, Page, Version, VersionPage
from documents.pipeline.doomed import doom
from documents.search import forgetting


def derive(version: Version, *, without: Collection[int], document_id: int | None = None) -> Version:
    """A new version of the same document, or of another one, with the same pages, except those (0-based) that are made
    anew."""
    made = Version.objects.create(
        document_id=document_id or version.document_id, page_count=version.page_count, page_spec=version.page_spec
    )
    kept = VersionPage.objects.filter(version=version).exclude(number__in=without)
    VersionPage.objects.bulk_create(VersionPage(version=made, number=row.number, page_id=row.page_id) for row in kept)
    return made


def show(version: Version) -> bool:
    """Let readers see the version, in the caller's transaction; False for a document that was deleted meanwhile."""
    alive = Document.objects.filter(pk=version.document_id).exclude(status=Status.DELETED)
    changed = alive.update(
        version=version,
        page_count=version.page_count,
        page_spec=version.page_spec,
        file_hash=version.file_hash,
        status=Status.SUCCESS,
        updated_at=Now(),
    )
    return bool(changed)


@transaction.atomic
def drop_unread(document_id: int) -> list[str]:
    """Remove the versions that nobody can read any more, with those of their pages that no other version has. Returns
    the words that stand nowhere any more."""
    lost: list[str] = []
    document = Document.objects.select_for_update(of=("self",), no_key=True).filter(pk=document_id).first()
    if document is not None:
        for version in _unread(document):
            doom(_drop(version, lost))
    return lost


def _unread(document: Document) -> QuerySet[Version]:
    """Versions that readers do not see, no revision keeps and no job is building."""
    building = Job.objects.filter(version_id=OuterRef("pk"), state=JobState.ACTIVE)
    mine = Version.objects.filter(~Exists(building), document=document, revisions=None)
    return mine.exclude(pk=document.version_id) if document.version_id else mine


def _drop(version: Version, lost: list[str]) -> Iterator[str]:
    """Delete the rows; the keys that nothing points at any more. Adds to the lost words."""
    numbered = list(VersionPage.objects.filter(version=version).values_list("page_id", flat=True))
    version.delete()
    pages = list(Page.objects.filter(pk__in=numbered, entries=None))
    yield from artefacts_of(pages)
    gone = [page.pk for page in pages]
    words = forgetting.words_of(gone, document_id=version.document_id) if gone else []
    Page.objects.filter(pk__in=gone).delete()
    lost += forgetting.forget(words)
    if version.pdf_key:
        yield from (version.pdf_key, paths.full_text(version.pdf_key), paths.json_text(version.pdf_key))


def artefacts_of(pages: Sequence[Page]) -> Iterator[str]:
    """The keys of what belongs to these pages alone: one whose text was corrected shares images with another."""
    images, words = [page.images for page in pages], [page.words for page in pages if page.words]
    others = Page.objects.filter(Q(images__in=images) | Q(words__in=words)).exclude(pk__in=[page.pk for page in pages])
    kept = {str(folder) for pair in others.values_list("images", "words") for folder in pair if folder}
    for page in pages:
        keys = paths.page_artefacts(page.images, page.words)
        yield from (key for key in keys if not kept.intersection(key.split("/")))
