"""Claims, leases and tokens; and who is served first."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from documents.actions import processing
from documents.actions.processing import Options
from documents.choices import JobState, StepKind, StepState
from documents.models import Document, Job, Step
from documents.pipeline import claims, jobs
from documents.pipeline.claims import Claim
from organizations.models import User
from tests.documents.processing import upload_file

pytestmark = pytest.mark.django_db


def job(user: User, batches: list[list[int]], kind: StepKind = StepKind.OCR) -> Job:
    """An active job whose stage of OCR is open."""
    document = upload_file(user, b"1 0")
    row = Job.objects.create(document=document, user=user)
    jobs.open_stage(row, kind, batches)
    return row


def take(queue: str = "bulk") -> Claim:
    claim = claims.claim(queue, "test")
    assert claim is not None
    return claim


def order(count: int) -> list[int]:
    """The jobs of the next claims."""
    return [take().job_id for _ in range(count)]


def test_a_claim_counts_the_attempt_and_takes_a_lease(owner: User) -> None:
    row = job(owner, [[1, 2]])
    claim = take()
    step = Step.objects.get()
    assert (claim.job_id, claim.pages, claim.attempts) == (row.pk, (1, 2), 1)
    assert (step.state, step.attempts, step.token, step.worker) == (StepState.RUNNING, 1, claim.token, "test")
    assert step.lease_until is not None
    assert claims.claim("bulk", "other") is None


def test_queues_do_not_take_each_others_steps(owner: User) -> None:
    job(owner, [[1]])
    assert claims.claim("fast", "test") is None
    assert claims.claim("bulk", "test") is not None


def test_a_step_in_its_pause_is_not_ready(owner: User) -> None:
    job(owner, [[1]])
    claims.put_off(take(), "died", pause=1)
    assert claims.claim("bulk", "test") is None
    Step.objects.update(run_after=Now())
    assert take().attempts == 2


def test_only_the_holder_of_the_token_may_finish(owner: User) -> None:
    job(owner, [[1]])
    claim = take()
    late = replace(claim, token=uuid.uuid4())
    assert not claims.complete(late, {})
    assert not claims.heartbeat(late)
    assert claims.heartbeat(claim)
    assert claims.complete(claim, {})
    assert not claims.complete(claim, {})


def test_a_heartbeat_extends_the_lease_by_a_grace(owner: User) -> None:
    job(owner, [[1]])
    claim = take()
    before = Step.objects.get().lease_until
    assert claims.heartbeat(claim, grace=100)
    after = Step.objects.get().lease_until
    assert before and after and 99 < (after - before).total_seconds() < 110


def test_a_heartbeat_fails_once_the_job_is_over(owner: User) -> None:
    job(owner, [[1]])
    claim = take()
    Job.objects.update(state=JobState.CANCELLED)
    assert not claims.heartbeat(claim)


def test_a_returned_step_was_never_tried(owner: User) -> None:
    job(owner, [[1]])
    claim = take()
    claims.give_back(claim)
    step = Step.objects.get()
    assert (step.state, step.attempts, step.token) == (StepState.READY, 0, None)
    assert step.lost == [{"token": str(claim.token), "pages": [1]}]
    assert take().attempts == 1


def test_pauses_grow(owner: User) -> None:
    job(owner, [[1]])
    pauses = []
    for _ in range(3):
        Step.objects.update(run_after=Now())
        claims.put_off(take(), "died", pause=1)
        step = Step.objects.annotate(pause=F("run_after") - Now()).get()
        pauses.append(round(step.pause.total_seconds()))
    assert pauses == [2, 4, 8]


def test_people_take_turns(owner: User, outsider: User) -> None:
    big = job(owner, [[i] for i in range(250)])
    order(5)
    small = job(outsider, [[i] for i in range(3)])
    turns = order(6)
    assert turns[0] == small.pk
    assert turns.count(big.pk) == 3


def test_many_jobs_get_their_owner_no_more_turns(owner: User, outsider: User) -> None:
    for _ in range(10):
        job(owner, [[i] for i in range(5)])
    one = job(outsider, [[i] for i in range(20)])
    assert 9 <= order(20).count(one.pk) <= 11


def test_pages_count_not_steps(owner: User, outsider: User) -> None:
    heavy = job(owner, [list(range(8)) for _ in range(20)])
    light = job(outsider, [[i] for i in range(100)])
    assert 15 <= order(18).count(light.pk) <= 17
    assert heavy.pk in order(9)


def test_a_persons_small_job_does_not_wait_for_their_big_one(owner: User) -> None:
    job(owner, [[i] for i in range(250)])
    order(100)
    small = job(owner, [[0]])
    assert small.pk in order(2)


def test_equal_jobs_are_finished_one_after_the_other(owner: User) -> None:
    rows = [job(owner, [[]], StepKind.INGEST) for _ in range(3)]
    first = take("fast")
    jobs.open_stage(rows[0], StepKind.PAGES, [[0]])
    assert take("fast").job_id == first.job_id == rows[0].pk


def test_absence_earns_nothing(owner: User, outsider: User) -> None:
    job(outsider, [[0]])
    order(1)
    big = job(owner, [[i] for i in range(100)])
    order(50)
    back = job(outsider, [[i] for i in range(40)])
    assert 9 <= order(20).count(back.pk) <= 11
    assert big.pk in order(4)


def test_a_claim_stays_fast_among_a_hundred_thousand_ready_steps(owner: User, outsider: User) -> None:
    big = job(owner, [[0]] * 30)
    job(outsider, [[i] for i in range(60)])
    quiet = seconds(lambda: order(30))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO documents_step (job_id, user_id, kind, queue, idx, pages, state, vt, run_after, attempts,
                                           worker, result, lost, error)
               SELECT %s, %s, 'ocr', 'bulk', n, '[0]', 'ready', n, now(), 0, '', '{}', '[]', ''
               FROM generate_series(100, 100100) n""",
            [big.pk, owner.pk],
        )
        cursor.execute("ANALYZE documents_step")
    assert seconds(lambda: order(30)) < quiet * 8


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def test_a_cancelled_jobs_steps_are_not_claimed(owner: User) -> None:
    document = upload_file(owner, b"1 0")
    processing.start([(document, Options())], actor=owner)
    processing.cancel(document, actor=owner)
    assert claims.claim("fast", "test") is None
    assert Document.objects.get(pk=document.pk).status == "error"
