"""What readers get of a document, so that a disturbed run can be compared with an undisturbed one."""

import hashlib

from django.db.models import F

from docplatform.lib import storage
from documents import paths
from documents.choices import JobState, StepState
from documents.models import Document, DocumentError, Job, Step
from organizations.models import Event


def pages(document: Document) -> list[tuple[object, ...]]:
    """Every page as it is shown: its text, where it came from, its error, and the bytes of all its files."""
    files, found = storage.backend(), []
    fresh = Document.objects.select_related("version").get(pk=document.pk)
    assert fresh.version, list(Step.objects.values_list("kind", "state", "error"))
    for entry in fresh.version.entries.order_by("number").select_related("page__text"):
        page = entry.page
        keys = [paths.page_image(page.images, size) for size in paths.STORED_SIZES]
        keys += [paths.page_text(page.words), paths.page_boxes(page.words)]
        digests = [hashlib.sha256(files.read(key)).hexdigest() for key in keys]
        found.append((entry.number, page.text.body, page.ocr, page.error, *digests))
    return found


def assert_done_once(document: Document) -> None:
    """One success, no step open, no counter astray, no page twice."""
    assert Document.objects.get(pk=document.pk).status == "success"
    assert not DocumentError.objects.filter(document=document).exists()
    assert Job.objects.get(document=document, left=0, images_left=0, texts_left=0).state == JobState.DONE
    assert not Step.objects.filter(job__document=document).exclude(state=StepState.DONE).exists()
    assert Event.objects.filter(kind="document.processed", target_id=document.pk).count() == 1
    numbers = Document.objects.filter(pk=document.pk).values_list(F("version__entries__number"), flat=True)
    assert len(set(numbers)) == len(numbers)
