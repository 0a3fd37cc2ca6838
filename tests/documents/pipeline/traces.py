"""All that jobs leave: what readers get of a document, what was written down on the way, and the stored files."""

from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Now

from docplatform.lib import storage
from documents import paths
from documents.choices import JobState
from documents.models import Document, DocumentError, Extract, Job, Page, Step, Version
from documents.pipeline import doomed, sweep
from organizations.models import Event
from tests.documents import modifying
from tests.documents.pipeline import readers


def outcome(document: Document) -> dict[str, Any]:
    """All that readers get, and what was written down about the way there."""
    fresh = Document.objects.select_related("version").get(pk=document.pk)
    assert fresh.version
    jobs, events = Job.objects.filter(document=document), Event.objects.filter(kind__startswith="document.")
    return {
        "document": [fresh.status, fresh.page_count, fresh.page_spec, fresh.file_hash, fresh.original_extension],
        "pages": readers.pages(document),
        "text": storage.backend().read(paths.full_text(fresh.version.pdf_key)),
        "notes": modifying.notes(document),
        "sections": modifying.sections(document),
        "extracts": sorted(Extract.objects.filter(document=document).values_list("name", "count", "relevance")),
        "errors": list(DocumentError.objects.filter(document=document)),
        "jobs": list(jobs.order_by("pk").values_list("kind", "state", "left", "images_left", "texts_left")),
        "steps": sorted(Step.objects.filter(job__in=jobs).values_list("kind", "state", "pages", "job__kind")),
        "events": sorted(events.filter(target_id=document.pk).values_list("kind", flat=True)),
    }


def stored() -> set[str]:
    return {key for area in paths.AREAS for key in storage.backend().keys(area)}


def known() -> Iterator[str]:
    """The keys of all files that rows speak of."""
    for page in Page.objects.all():
        yield from paths.page_artefacts(page.images, page.words)
    for version in Version.objects.all():
        yield from (version.pdf_key, paths.full_text(version.pdf_key), paths.json_text(version.pdf_key))
    for document in Document.objects.all():
        yield paths.original(document.pk, document.original_hash)


def sweep_all() -> None:
    """An hour later."""
    Job.objects.exclude(state=JobState.ACTIVE).update(finished_at=Now() - 2 * sweep.QUIET)
    while sweep.finished_jobs() or doomed.carry_out():
        pass
