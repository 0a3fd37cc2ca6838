"""For tests of every area: make documents and process them for real, in this process instead of a worker's."""

import time

from django.utils import timezone

from docplatform.lib import storage
from documents import tasks
from documents.actions import processing, upload
from documents.actions.processing import Options
from documents.choices import JobState, Queue, StepState
from documents.models import Document, Job, Step
from organizations.models import User

PATIENCE = 300  # seconds


def drain() -> None:
    """Look for work in all queues until no job is active any more. Pauses before another attempt are skipped."""
    began = time.monotonic()
    while Job.objects.filter(state=JobState.ACTIVE).exists():
        assert time.monotonic() - began < PATIENCE, list(Step.objects.exclude(state=StepState.DONE).values())
        Step.objects.filter(state=StepState.READY).update(run_after=timezone.now())
        for queue in Queue.values:
            tasks.look(queue)


def upload_file(owner: User, content: bytes, extension: str = "pdf", **fields: object) -> Document:
    """A document whose file lies where its owner would have put it, not started yet."""
    item = {"title": f"A {extension} file", "original_extension": extension, **fields}
    [document] = upload.create([item], actor=owner)
    storage.backend().put(document.upload_key, content)
    return document


def process_file(
    owner: User, content: bytes, extension: str = "pdf", *, force_ocr: bool = False, **fields: object
) -> Document:
    """Upload a file, process it to its end, and return the document as it then is."""
    document = upload_file(owner, content, extension, **fields)
    processing.start([(document, Options(force_ocr=force_ocr))], actor=owner)
    drain()
    document.refresh_from_db()
    return document
