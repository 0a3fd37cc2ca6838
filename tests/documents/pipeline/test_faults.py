"""Faults of the machine, one by one, in every stage: each leaves the pages of an undisturbed run."""

import errno
import os
import resource
import time
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from docplatform.lib import storage
from docplatform.lib.storage.local import LocalStorage
from documents import tasks
from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import JobState, Queue, StepKind, StepState
from documents.models import Document, DocumentError, Job, Step
from documents.pipeline import claims, folders, hosts, recovery, sandbox
from organizations.models import User
from tests.documents.pipeline import killing, readers
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file, upload_file

fork = get_context("fork")
STAGES = [StepKind.INGEST, StepKind.PAGES, StepKind.OCR, StepKind.FINALIZE]
FILE = b"3 2"  # with a word behind it the same pages, but another file: what was read of it is not used again
everywhere = pytest.mark.parametrize("stage", STAGES)


def started(owner: User, content: bytes = FILE) -> Document:
    document = upload_file(owner, content)
    processing.start([(document, Options())], actor=owner)
    return document


def assert_as_if_nothing_had_been(document: Document, owner: User, steps: FakeSteps) -> None:
    """The document is what the same file becomes when nothing happens."""
    readers.assert_done_once(document)
    steps.before = None
    assert readers.pages(document) == readers.pages(process_file(owner, FILE + b" again"))


# --- kill -9 of a worker, at four moments of a step


@everywhere
@pytest.mark.parametrize("moment", killing.MOMENTS)
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_no_trace(owner: User, steps: FakeSteps, stage: StepKind, moment: str) -> None:
    document = started(owner)
    killing.kill_worker(stage, moment)
    assert recovery.reap() == 1  # at once: the dead process was one of this host
    drain()
    assert_as_if_nothing_had_been(document, owner, steps)
    assert max(Step.objects.filter(job__document=document).values_list("attempts", flat=True)) == 2


# --- storage


@everywhere
@pytest.mark.parametrize(("method", "number"), [("size", errno.EIO), ("fetch", errno.EIO), ("put_many", errno.ENOSPC)])
@pytest.mark.django_db
def test_a_storage_that_fails_twice_in_a_stage_costs_time_only(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch, stage: StepKind, method: str, number: int
) -> None:
    backend, failed = storage.backend(), []
    real = getattr(backend, method)

    def call(*args: Any) -> Any:
        if len(failed) < 2 and Step.objects.filter(state=StepState.RUNNING, kind=stage).exists():
            folders_of_this_host_are_empty()
            failed.append(args)
            raise OSError(number, os.strerror(number))
        return real(*args)

    def folders_of_this_host_are_empty() -> None:
        """Nothing is kept of a PDF that another step fetched, so that this one has to."""
        for path in (folders.root() / "shared").glob("*"):
            path.unlink()

    document = started(owner)
    monkeypatch.setattr(backend, method, call)
    drain()
    monkeypatch.undo()
    monkeypatch.setattr(sandbox, "run", steps)
    assert_as_if_nothing_had_been(document, owner, steps)


@pytest.mark.django_db
def test_a_disk_that_stays_full_ends_in_a_sentence(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(items: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    document = started(owner)
    monkeypatch.setattr(storage.backend(), "put_many", full)
    drain()
    assert Document.objects.get(pk=document.pk).status == "error"
    told = DocumentError.objects.get(document=document)
    assert "Process the document again later" in told.message or "could not be opened" in told.message


def _write(root: Path, most: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # Python turns the signal into an error
    try:
        LocalStorage(root).put_many([("a/small", b"s"), ("a/large", bytes(2 * most)), ("b/other", b"o")])
    except OSError:
        os._exit(3)


def test_a_write_that_the_kernel_refuses_leaves_nothing_behind(tmp_path: Path) -> None:
    process = fork.Process(target=_write, args=(tmp_path, 4096))
    process.start()
    process.join(30)
    assert process.exitcode == 3
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
def test_a_slow_storage_keeps_its_lease(owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, reaped, real = storage.backend(), [], storage.backend().put_many

    def slow(items: Any) -> None:
        time.sleep(0.3)  # longer than the lease, shorter than what moving these files may take
        reaped.append(recovery.reap())
        real(items)

    document = started(owner)
    monkeypatch.setattr(claims, "LEASE_SECONDS", 0.2)
    monkeypatch.setattr(backend, "put_many", slow)
    drain()
    readers.assert_done_once(document)
    assert reaped == [0, 0, 0, 0]


# --- clocks


@pytest.mark.parametrize("days", [-400, 2])
@pytest.mark.django_db
def test_a_clock_that_jumps_changes_no_lease_and_no_result(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """The host's clock is wrong from the middle of the work on; all times that matter are the database's."""
    wall, now = time.time, timezone.now

    def jump(kind: StepKind, work: Any) -> None:
        if kind == StepKind.PAGES:
            steps.before = None
            monkeypatch.setattr(time, "time", lambda: wall() + days * 86400)
            monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(days=days))
            folders.sweep()
            lease = Step.objects.annotate(rest=F("lease_until") - Now()).get(state=StepState.RUNNING).rest
            assert 25 < lease.total_seconds() < 35
            assert recovery.reap() == 0

    steps.before = jump
    document = started(owner)
    while Job.objects.filter(state=JobState.ACTIVE).exists():
        for queue in Queue:
            tasks.look(queue)
        Step.objects.filter(state=StepState.READY).update(run_after=Now())
    # A shared PDF that suddenly seems unused for days is fetched again, at the price of one more attempt.
    assert max(Step.objects.values_list("attempts", flat=True)) <= 2
    monkeypatch.undo()
    monkeypatch.setattr(sandbox, "run", steps)
    assert_as_if_nothing_had_been(document, owner, steps)


# --- wake-ups


@pytest.mark.django_db(transaction=True)
def test_wake_ups_that_come_twice_or_never_change_nothing(owner: User, steps: FakeSteps) -> None:
    def twice(kind: StepKind, work: Any) -> None:
        steps.before = None
        for queue in Queue:
            tasks.look(queue)  # a second delivery while the first one runs
        steps.before = twice

    steps.before = twice
    document = started(owner)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_q_ormq")
    drain()
    for queue in Queue:
        tasks.look(queue)
    assert sorted(steps.kinds()) == sorted([str(kind) for kind in STAGES])
    assert_as_if_nothing_had_been(document, owner, steps)


# --- hosts


def test_a_host_is_a_machine_with_its_data_directory(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another host's processes are never judged by their numbers here, even where the machines have one name."""
    mine, gone = hosts.host(), f"{hosts.host()}/999999999/1"
    assert hosts.is_gone(gone)
    settings.DATA_DIR = tmp_path
    assert hosts.host() != mine
    assert not hosts.is_gone(gone)
    monkeypatch.setattr("socket.gethostname", lambda: "n" * 64)
    assert len(f"{hosts.host()}/4194304/{10**12}") <= Step._meta.get_field("worker").max_length
