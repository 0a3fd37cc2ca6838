"""What is done again and again: lost wake-ups, leftovers in storage, and chores once a minute."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django_q.models import OrmQ

from docplatform.lib import storage
from documents import paths, tasks
from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import Queue
from documents.models import Chore, Document, Job, Page, PageText, Step, Version, WorkerBeat
from documents.pipeline import artefacts, chores, claims, doomed, folders, recovery, runner, sweep, worker
from organizations.models import User
from tests.documents.pipeline.fakes import FakeSteps
from tests.documents.processing import drain, process_file, upload_file

DAY = timedelta(days=1)


def again(document: Document, owner: User) -> None:
    processing.start([(document, Options())], actor=owner)
    drain()
    document.refresh_from_db()


def sweep_all() -> None:
    Job.objects.exclude(finished_at=None).update(finished_at=Now() - DAY)
    while sweep.finished_jobs() or doomed.carry_out():
        pass


@pytest.mark.django_db(transaction=True)
def test_starting_wakes_the_workers_but_never_floods_the_broker(
    owner: User, steps: FakeSteps, settings: object
) -> None:
    for _ in range(10):
        processing.start([(upload_file(owner, b"1 0"), Options())], actor=owner)
    assert OrmQ.objects.filter(key="fast").count() == settings.Q_CLUSTER["workers"]  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_a_lost_wake_up_is_sent_again_when_a_step_is_ready(owner: User, steps: FakeSteps) -> None:
    processing.start([(upload_file(owner, b"1 0"), Options())], actor=owner)
    OrmQ.objects.all().delete()
    chores.tend(Queue.BULK)
    assert not OrmQ.objects.exists()
    chores.tend(Queue.FAST)
    assert OrmQ.objects.filter(key="fast").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_step_that_opens_a_stage_wakes_the_other_queue(owner: User, steps: FakeSteps) -> None:
    processing.start([(upload_file(owner, b"9 9"), Options())], actor=owner)
    tasks.look("fast")
    assert OrmQ.objects.filter(key="bulk").exists()
    assert WorkerBeat.objects.filter(queue="fast").count() == 1


@pytest.mark.django_db(transaction=True)
def test_work_goes_on_in_a_new_task_when_time_is_up(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    processing.start([(upload_file(owner, b"1 0"), Options())], actor=owner)
    OrmQ.objects.all().delete()
    monkeypatch.setattr(worker, "BUDGET_SECONDS", -1.0)
    tasks.look("fast")
    assert OrmQ.objects.filter(key="fast").count() == 1
    assert Step.objects.get().attempts == 0


@pytest.mark.django_db
def test_chores_run_once_a_minute_and_one_that_fails_harms_no_other() -> None:
    done: list[str] = []

    def fails() -> None:
        raise ValueError

    def works() -> None:
        done.append("works")

    for _ in range(3):
        chores.once_a_minute(fails, works)
    assert done == ["works"]
    Chore.objects.update(at=Now() - timedelta(minutes=2))
    chores.once_a_minute(works)
    assert done == ["works", "works"]


@pytest.mark.django_db
def test_tending_both_queues_with_nothing_to_do_is_quiet() -> None:
    for queue in Queue:
        tasks.tend(queue)


@pytest.mark.django_db
def test_work_files_go_when_the_job_has_been_over_for_a_while(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"9 9")
    keys = [step.result["pdf"] for step in Step.objects.all() if step.result.get("pdf")]
    assert len(keys) == 4 and all(storage.backend().exists(key) for key in keys[:3])
    assert sweep.finished_jobs() == 0
    sweep_all()
    assert [storage.backend().exists(key) for key in keys] == [key == document.version.pdf_key for key in keys]
    assert not Step.objects.exists()
    assert storage.backend().exists(paths.original(document.pk, document.original_hash))


@pytest.mark.django_db
def test_what_lost_claims_stored_is_found_by_their_tokens(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"1 0")
    processing.start([(document, Options())], actor=owner)
    first = claims.claim("fast", "test")
    assert first
    runner.run(first, stopping=lambda: False, alive=lambda: None)
    late = claims.claim("fast", "test")
    assert late
    Step.objects.filter(pk=late.step_id).update(lease_until=Now())
    recovery.reap()
    orphan = paths.page_image(artefacts.images_folder(late.token, 0), "large")
    storage.backend().put(orphan, b"stored too late")
    drain()
    sweep_all()
    document.refresh_from_db()
    assert not storage.backend().exists(orphan)
    page = document.version.entries.get().page
    assert storage.backend().exists(paths.page_image(page.images, "large"))


@pytest.mark.django_db
def test_a_late_upload_is_removed(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"1 0")
    key = document.upload_key
    again(document, owner)
    storage.backend().put(key, b"late")
    sweep_all()
    assert not storage.backend().exists(key)


@pytest.mark.django_db
def test_the_upload_of_a_failed_document_stays_for_the_next_try(owner: User, steps: FakeSteps) -> None:
    document = upload_file(owner, b"1 0")
    processing.start([(document, Options())], actor=owner)
    processing.cancel(document, actor=owner)
    sweep_all()
    again(document, owner)
    assert document.status == "success"


@pytest.mark.django_db
def test_a_replaced_version_goes_unless_revisions_are_kept(owner: User, steps: FakeSteps) -> None:
    plain, revised = process_file(owner, b"2 1 plain"), process_file(owner, b"2 1", revision_control=True)
    old = {document.pk: document.version for document in (plain, revised)}
    keys = {pk: _keys(version) for pk, version in old.items()}
    again(plain, owner), again(revised, owner)
    sweep_all()
    files = storage.backend()
    assert not any(files.exists(key) for key in keys[plain.pk])
    assert all(files.exists(key) for key in keys[revised.pk])
    assert all(files.exists(key) for key in _keys(plain.version))
    assert Version.objects.count() == 3
    assert Page.objects.count() == PageText.objects.count() == 6


@pytest.mark.django_db
def test_what_a_failed_job_made_goes_and_the_old_version_stays(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"2 0")
    kept = _keys(document.version)
    processing.start([(document, Options())], actor=owner)
    for _ in range(2):
        claim = claims.claim("fast", "test")
        assert claim
        runner.run(claim, stopping=lambda: False, alive=lambda: None)
    processing.cancel(document, actor=owner)
    assert Page.objects.count() == 4
    sweep_all()
    assert all(storage.backend().exists(key) for key in kept)
    assert Page.objects.count() == 2
    assert Version.objects.get() == document.version


@pytest.mark.django_db
def test_a_corrected_page_shares_its_images_and_keeps_them(owner: User, steps: FakeSteps) -> None:
    document = process_file(owner, b"1 0")
    old = document.version
    page = old.entries.get().page
    again(document, owner)
    entry = document.version.entries.get()
    entry.page.images = page.images
    entry.page.save(update_fields=["images"])
    sweep_all()
    assert storage.backend().exists(paths.page_image(page.images, "large"))
    assert not storage.backend().exists(paths.page_text(page.words))


@pytest.mark.django_db
def test_shared_pdfs_go_when_nobody_used_them_for_a_while(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = process_file(owner, b"1 0")
    path = folders.shared(document.version.pdf_key)
    folders.sweep()
    assert path.exists()
    monkeypatch.setattr(folders, "UNUSED_SECONDS", -1)
    folders.sweep()
    assert not path.exists()


@pytest.mark.django_db
def test_copies_of_what_another_host_redacted_go_within_a_minute(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = (process_file(owner, content).version.pdf_key for content in (b"1 0", b"2 0"))
    paths_of = {key: folders.shared(key) for key in (gone, kept)}
    half = folders.shared(kept).with_name(f"half{folders.PARTIAL}")
    half.touch()
    folders.forget_deleted()
    storage.backend().delete([gone])
    tasks.tend("fast")
    assert paths_of[gone].exists()  # a request for each copy, every couple of seconds, would be too much
    monkeypatch.setattr(folders, "UNCHECKED_SECONDS", 0)
    tasks.tend("fast")
    assert not paths_of[gone].exists() and paths_of[kept].exists() and half.exists()


@pytest.mark.django_db
def test_a_storage_that_is_away_keeps_nobody_from_the_other_chores(
    owner: User, steps: FakeSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folders.shared(process_file(owner, b"1 0").version.pdf_key)
    monkeypatch.setattr(folders, "UNCHECKED_SECONDS", 0)
    monkeypatch.setattr(storage.backend(), "exists", lambda key: 1 / 0)
    tasks.tend("fast")
    assert path.exists()


def _keys(version: Version) -> list[str]:
    pages = [entry.page for entry in version.entries.select_related("page")]
    stored = [paths.page_image(page.images, size) for page in pages for size in paths.STORED_SIZES]
    words = [key for page in pages for key in (paths.page_text(page.words), paths.page_boxes(page.words))]
    return [version.pdf_key, paths.full_text(version.pdf_key), paths.json_text(version.pdf_key), *stored, *words]
