"""Exactly once: worker processes are killed at random moments, and rows and artefacts come out as if they were not."""

import os
import random
import time
import traceback
from collections.abc import Iterator
from multiprocessing import get_context

import pytest
from django.db import connections

from docplatform.lib import storage
from documents import paths
from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import JobState, Queue, StepState
from documents.models import Document, Job, Page, Step
from documents.pipeline import chores, claims, sandbox, worker
from organizations.models import Event, User
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import upload_file

fork = get_context("fork")
SEED = int(os.environ.get("SOAK_SEED") or random.randrange(10**6))
SECONDS = 180


def _keep_working(queue: str) -> None:
    """One worker process. Its steps take a moment, so that it is often killed in the middle of one."""
    steps = FakeSteps(before=lambda kind, work: time.sleep(0.01))
    sandbox.run = steps  # type: ignore[assignment]  # this process is the fork's own
    while True:
        try:
            worker.work(queue)
        except Exception:  # the queue's own worker notes what a task raises, and takes the next one
            traceback.print_exc()
            connections.close_all()
        time.sleep(0.02)


@pytest.fixture
def workers() -> Iterator[list]:
    running = [_start(queue) for queue in [Queue.FAST, Queue.FAST, Queue.BULK, Queue.BULK]]
    yield running
    for process, _ in running:
        process.kill()
        process.join()


def _start(queue: str) -> tuple:
    connections.close_all()  # a fork must not share a connection
    process = fork.Process(target=_keep_working, args=(queue,))
    process.start()
    return process, queue


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_killed_workers_lose_nothing_and_do_nothing_twice(owner: User, outsider: User, workers: list) -> None:
    dice = random.Random(SEED)
    documents = [upload_file(owner if i % 2 else outsider, f"{i + 30} {i * 4}".encode()) for i in range(6)]
    for document in documents:
        processing.start([(document, Options())], actor=document.user)
    kills, deadline = 0, time.monotonic() + SECONDS
    while Job.objects.filter(state=JobState.ACTIVE).exists() and time.monotonic() < deadline:
        # After four attempts a page is given up, and that is meant to be: nobody kills a step on its last one.
        on_its_last = Step.objects.exclude(state=StepState.DONE).filter(attempts__gte=claims.MAX_ATTEMPTS - 1)
        if kills < 20 and not on_its_last.exists():
            victim = dice.randrange(len(workers))
            process, queue = workers[victim]
            process.kill()
            process.join()
            kills += 1
            workers[victim] = _start(queue)
        time.sleep(dice.random() * 0.2)
        for queue in Queue:
            chores.tend(queue)
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}, f"seed {SEED}"
    for number, document in enumerate(documents):
        _check(document, number + 30, number * 4)
    assert not Step.objects.filter(attempts__gt=4).exists()
    assert Page.objects.count() == sum(number + 30 for number in range(6))


def _check(document: Document, pages: int, scans: int) -> None:
    document = Document.objects.select_related("version").get(pk=document.pk)
    assert (document.status, document.page_count) == ("success", pages)
    assert Event.objects.filter(kind="document.processed", target_id=document.pk).count() == 1
    assert Job.objects.filter(document=document, left=0, images_left=0, texts_left=0).count() == 1
    assert document.version
    entries = document.version.entries.order_by("number").select_related("page__text")
    words = ["read" if number >= pages - scans else "text" for number in range(pages)]
    expected = [f"{word} {number}" for number, word in enumerate(words)]
    assert [entry.page.text.body for entry in entries] == expected
    files = storage.backend()
    for entry in entries:
        assert files.read(paths.page_text(entry.page.words)).decode() == expected[entry.number]
        assert f"{entry.number} large".encode() in files.read(paths.page_image(entry.page.images, "large"))
