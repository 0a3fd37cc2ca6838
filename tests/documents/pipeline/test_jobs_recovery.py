"""What happens when programs, workers and hosts die: steps come back, and every document reaches its end."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from docplatform.lib import storage
from documents import paths
from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import JobState, Status, StepKind, StepState
from documents.models import Document, DocumentError, Job, Page, Step
from documents.pipeline import claims, folders, hosts, recovery, runner, sandbox
from documents.pipeline.claims import Claim
from documents.pipeline.stages import STAGES
from organizations.models import User
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file, upload_file

pytestmark = pytest.mark.django_db


def crash_on(steps: FakeSteps, kind: StepKind, page: int | None = None) -> None:
    """Let every step of the kind that has the page die, as often as it is tried."""

    def before(this: StepKind, work: Any) -> None:
        if this == kind and (page is None or page in work.pages):
            raise sandbox.Crashed("killed by signal 9")

    steps.before = before


def started(owner: User, content: bytes) -> Document:
    document = upload_file(owner, content)
    processing.start([(document, Options())], actor=owner)
    return document


def take(queue: str = "fast") -> Claim:
    claim = claims.claim(queue, hosts.me())
    assert claim is not None
    return claim


def run(claim: Claim, *, stopping: bool = False) -> str:
    return runner.run(claim, stopping=lambda: stopping, alive=lambda: None)


@pytest.mark.parametrize("kind", [StepKind.INGEST, StepKind.FINALIZE])
def test_a_document_step_that_always_dies_fails_the_job_after_four_attempts(
    owner: User, steps: FakeSteps, kind: StepKind
) -> None:
    crash_on(steps, kind)
    document = process_file(owner, b"1 0")
    assert steps.kinds().count(kind) == 4
    assert document.status == Status.ERROR
    assert DocumentError.objects.get(document=document).code == f"{kind}_crashed"


def test_one_bad_page_becomes_a_blank_page_with_an_error(owner: User, steps: FakeSteps) -> None:
    crash_on(steps, StepKind.PAGES, page=2)
    document = process_file(owner, b"5 0")
    assert document.status == Status.SUCCESS
    pages = [entry.page for entry in document.version.entries.order_by("number").select_related("page__text")]
    assert [bool(page.error) for page in pages] == [False, False, True, False, False]
    assert pages[2].text.body == ""
    assert storage.backend().read(paths.page_image(pages[2].images, "small")).startswith(b"GIF8")
    assert sum(2 in work.pages for kind, work in steps.calls if kind == StepKind.PAGES) == 4


def test_one_page_that_ocr_cannot_read_keeps_its_image(owner: User, steps: FakeSteps) -> None:
    crash_on(steps, StepKind.OCR, page=1)
    document = process_file(owner, b"3 3")
    assert document.status == Status.SUCCESS
    pages = [entry.page for entry in document.version.entries.order_by("number").select_related("page__text")]
    assert [page.text.body for page in pages] == ["read 0", "", "read 2"]
    assert [bool(page.error) for page in pages] == [False, True, False]
    assert b"1 small" in storage.backend().read(paths.page_image(pages[1].images, "small"))
    finalize = next(work for kind, work in steps.calls if kind == StepKind.FINALIZE)
    assert sorted(chunk.pages for chunk in finalize.chunks) == [[0], [2]]


def test_a_crash_that_does_not_repeat_leaves_no_trace(owner: User, steps: FakeSteps) -> None:
    def once(kind: StepKind, work: Any) -> None:
        if steps.kinds().count(kind) == 1:
            raise OSError("disk full")

    steps.before = once
    document = process_file(owner, b"3 1")
    assert document.status == Status.SUCCESS
    assert not Page.objects.exclude(error="").exists()
    assert set(Step.objects.values_list("attempts", flat=True)) == {2}


def test_an_outage_of_the_storage_is_waited_for(owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    started(owner, b"1 0")

    def full(items: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(storage.backend(), "put_many", full)
    assert run(take()) == "broken"
    step = Step.objects.annotate(pause=F("run_after") - Now()).get()
    assert 25 < step.pause.total_seconds() < 31
    assert "No space" in step.error


def test_no_status_is_eternal_even_where_nothing_can_stand_in(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(context: object) -> None:
        raise ZeroDivisionError

    crash_on(steps, StepKind.PAGES)
    monkeypatch.setattr(STAGES[StepKind.PAGES], "surrender", nothing)
    document = process_file(owner, b"1 0")
    assert document.status == Status.ERROR
    assert DocumentError.objects.get(document=document).code == "gave_up"


def test_an_expired_lease_is_reaped_and_the_late_worker_changes_nothing(owner: User, steps: FakeSteps) -> None:
    document = started(owner, b"2 0")
    run(take())
    late = take()
    Step.objects.filter(state=StepState.RUNNING).update(lease_until=Now(), worker="elsewhere")
    assert recovery.reap() == 1
    drain()
    document.refresh_from_db()
    version, pages = document.version_id, set(Page.objects.values_list("pk", flat=True))
    assert run(late) == "lost"
    document.refresh_from_db()
    assert document.version_id == version
    assert set(Page.objects.values_list("pk", flat=True)) == pages


def test_a_late_worker_that_already_stored_leaves_only_orphans(owner: User, steps: FakeSteps) -> None:
    document = started(owner, b"1 0")
    run(take())

    def lose_the_lease(kind: StepKind, work: Any) -> None:
        steps.before = None
        Step.objects.filter(state=StepState.RUNNING).update(lease_until=Now(), worker="elsewhere")
        assert recovery.reap() == 1
        drain()

    steps.before = lose_the_lease
    assert run(take()) == "lost"
    document.refresh_from_db()
    assert document.status == Status.SUCCESS
    assert Page.objects.count() == 1


def test_a_living_worker_with_a_lease_is_left_alone(owner: User, steps: FakeSteps) -> None:
    started(owner, b"1 0")
    take()
    assert recovery.reap() == 0


def test_the_steps_of_a_dead_process_come_back_before_their_lease_ends(owner: User, steps: FakeSteps) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from documents.pipeline import hosts; print(hosts.me(), flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    name = process.stdout.readline().strip()
    assert not hosts.is_gone(name)
    started(owner, b"1 0")
    assert claims.claim("fast", name)
    process.kill()
    process.communicate()
    assert hosts.is_gone(name)
    assert recovery.reap() == 1
    assert Step.objects.get().state == StepState.READY


def test_a_worker_that_is_told_to_stop_gives_its_step_back(owner: User, steps: FakeSteps) -> None:
    started(owner, b"1 0")

    def interrupt(kind: StepKind, work: Any) -> None:
        raise sandbox.Cancelled

    steps.before = interrupt
    assert run(take(), stopping=True) == "returned"
    step = Step.objects.get()
    assert (step.state, step.attempts) == (StepState.READY, 0)


def test_a_program_of_a_cancelled_job_is_stopped(owner: User, steps: FakeSteps, monkeypatch: Any) -> None:
    document = started(owner, b"1 0")
    monkeypatch.setattr(runner, "BEAT_SECONDS", 0.0)

    def tick(kind: StepKind, work: Any, *, timeout: float, on_tick: Any) -> None:
        assert on_tick()
        processing.cancel(document, actor=owner)
        assert not on_tick()
        raise sandbox.Cancelled

    monkeypatch.setattr(sandbox, "run", tick)
    assert run(take()) == "cancelled"
    assert Step.objects.get().state == StepState.FAILED
    document.refresh_from_db()
    assert document.status == Status.ERROR
    assert Job.objects.get().state == JobState.CANCELLED


def test_a_step_that_dies_after_its_job_ended_is_closed(owner: User, steps: FakeSteps) -> None:
    document = started(owner, b"1 0")
    claim = take()
    processing.cancel(document, actor=owner)
    recovery.crashed(claim, "The worker stopped.")
    assert Step.objects.get().state == StepState.FAILED


def test_work_folders_are_private_and_go_away(owner: User, steps: FakeSteps) -> None:
    seen: list[Path] = []

    def look(kind: StepKind, work: Any) -> None:
        seen.append(Path(work.folder))
        assert seen[-1].stat().st_mode & 0o077 == 0
        if kind == StepKind.PAGES and len(seen) < 4:
            raise RuntimeError("oops")

    steps.before = look
    process_file(owner, b"1 0")
    assert len(set(seen)) == 5
    assert not any(path.exists() for path in seen)


def test_folders_of_hosts_that_are_no_more_are_swept(owner: User, steps: FakeSteps) -> None:
    process_file(owner, b"1 0")
    old, young = folders.root().with_name("old.1"), folders.root().with_name("young.1")
    for folder in (old, young):
        (folder / "shared").mkdir(parents=True)
    long_ago = time.time() - folders.ABANDONED_SECONDS - 60
    os.utime(old / "shared", (long_ago, long_ago))
    os.utime(old, (long_ago, long_ago))
    folders.sweep()
    assert folders.root().exists() and young.exists() and not old.exists()


def test_folders_of_killed_processes_are_swept(owner: User, steps: FakeSteps) -> None:
    started(owner, b"1 0")
    with folders.of(take()) as mine:
        dead = mine.with_name("999999999.1.token")
        dead.mkdir()
        folders.sweep()
        assert mine.exists() and not dead.exists()
