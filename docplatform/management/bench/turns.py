"""Benchmarks of the queue without work: how many steps of others go first, and how many a second it hands out."""

import time
import uuid
from collections.abc import Callable, Iterator

from django.db import connection
from django.db.models.functions import Now

from docplatform.management.bench.report import Line
from documents.choices import Queue, StepKind
from documents.models import Document, Job, Step
from documents.pipeline import claims, jobs
from documents.pipeline.stages.pages import BATCH
from organizations.actions import people
from organizations.models import Organization, User

CROWD = 10_000
STEPS = 500
WORKERS = 2  # steps that are being done when somebody comes
FAST = (StepKind.INGEST, StepKind.PAGES, StepKind.FINALIZE)
BARE_CLAIM = """
UPDATE documents_step SET state = 'running', attempts = attempts + 1, token = %s, lease_until = now() + interval '30 s'
WHERE id = (SELECT id FROM documents_step WHERE queue = 'fast' AND state = 'ready'
            ORDER BY user_id, vt, job_id, idx LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
"""
BARE_FINISH = "UPDATE documents_step SET state = 'done', token = NULL, lease_until = NULL WHERE id = %s"


def turns(*, crowd: int = CROWD, steps: int = STEPS) -> Iterator[Line]:
    """Steps that others get before each step of a 3-page document; then steps a second beside the bare SQL."""
    owner, stranger = (people.create_user(username=name) for name in ("bench-owner", "bench-stranger"))
    _open(owner, StepKind.PAGES, [list(range(first, first + BATCH)) for first in range(0, 1000, BATCH)])
    yield Line("steps before each of 3 pages, behind own 1,000", _waited(owner), 1, "steps", 2)
    _fill(owner, crowd)
    yield Line(f"steps before them, behind {crowd:,} of another", _waited(stranger), 1, "steps", 2)
    ours = steps / _timed(lambda: _drain(steps))
    floor = steps / _timed(lambda: _drain_bare(steps))
    yield Line("queue, claimed and finished", ours, floor, "steps/s", 0.15, at_least=True)


def _waited(user: User) -> int:
    """The most steps of others that go before one of a small document's."""
    for _ in range(WORKERS):
        _finish(_claim())
    mine, waited = _open(user, FAST[0], [[]]), []
    for kind in FAST:
        if kind != FAST[0]:
            jobs.open_stage(mine, kind, [[0, 1, 2]])
        waited.append(0)
        while (claim := _claim()).job_id != mine.pk:
            waited[-1] += 1
            _finish(claim)
        _finish(claim)
    return max(waited)


def _open(user: User, kind: StepKind, batches: list[list[int]]) -> Job:
    document = Document.objects.create(user=user, organization=_organization(user), title="Turn", slug="turn")
    job = Job.objects.create(document=document, user=user)
    jobs.open_stage(job, kind, batches)
    return job


def _organization(user: User) -> Organization:
    """The person's own, which has their number."""
    return Organization.objects.get(uuid=user.uuid)


def _fill(user: User, count: int) -> None:
    """So many documents of a page whose first step is ready."""
    home = _organization(user)
    documents = Document.objects.bulk_create(
        Document(user=user, organization=home, title="Small", slug="small") for _ in range(count)
    )
    rows = Job.objects.bulk_create(Job(document=document, user=user, left=1) for document in documents)
    Step.objects.bulk_create(
        Step(job=job, user=user, kind=StepKind.INGEST, queue=Queue.FAST, idx=0, vt=0.0, run_after=Now()) for job in rows
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _claim() -> claims.Claim:
    found = claims.claim(Queue.FAST, "bench")
    if found is None:
        raise RuntimeError("The benchmark ran out of steps.")
    return found


def _finish(claim: claims.Claim) -> None:
    if not jobs.finish(claim, {}, apply=lambda job: None, advance=lambda job: None):
        raise RuntimeError("A step of the benchmark was lost.")


def _drain(steps: int) -> None:
    for _ in range(steps):
        _finish(_claim())


def _drain_bare(steps: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(steps):
            cursor.execute(BARE_CLAIM, [uuid.uuid4()])
            cursor.execute(BARE_FINISH, cursor.fetchone())


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
