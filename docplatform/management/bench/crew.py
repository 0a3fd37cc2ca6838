"""Workers for benchmarks: processes that look for ready steps all the time, so that no wake-up is measured."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from django.db import connections

from docplatform.lib import storage
from documents.actions import processing, upload
from documents.actions.processing import Options
from documents.choices import Queue, Status
from documents.models import Document, VersionPage
from documents.pipeline import worker
from organizations.models import User

PAUSE = 0.01
PATIENCE = 600.0
fork = get_context("fork")


@dataclass(frozen=True)
class Run:
    """A processed document: seconds until its first page could be looked at, and until all was done."""

    document: Document
    first: float
    whole: float


@contextmanager
def crew(*, fast: int = 2, bulk: int = 2) -> Iterator[None]:
    """So many workers of each queue, as a host of two cores has them."""
    connections.close_all()  # a fork must not share a connection
    queues = [*[Queue.FAST] * fast, *[Queue.BULK] * bulk]
    members = [fork.Process(target=_look_for_ever, args=(queue,), daemon=True) for queue in queues]
    for member in members:
        member.start()
    try:
        yield
    finally:
        for member in members:
            member.kill()
            member.join()


def process(user: User, pdf: Path) -> Run:
    """Upload a PDF and have it processed."""
    [document] = upload.create([{"title": pdf.stem, "original_extension": "pdf"}], actor=user)
    storage.backend().put(document.upload_key, pdf)
    began = time.perf_counter()
    processing.start([(document, Options())], actor=user)
    first = _until(began, lambda: VersionPage.objects.filter(version__document=document).exists(), document)
    return Run(document, first, await_success(document, began))


def await_success(document: Document, began: float) -> float:
    """Seconds from `began` until the document is done."""
    done = Document.objects.filter(pk=document.pk, status=Status.SUCCESS)
    return _until(began, done.exists, document)


def _until(began: float, holds: Callable[[], bool], document: Document) -> float:
    while not holds():
        if Document.objects.filter(pk=document.pk, status=Status.ERROR).exists():
            raise RuntimeError("A document of the benchmark failed.")
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("A document of the benchmark does not come to its end.")
        time.sleep(PAUSE)
    return time.perf_counter() - began


def _look_for_ever(queue: str) -> None:
    while True:
        worker.work(queue)
        time.sleep(PAUSE)
