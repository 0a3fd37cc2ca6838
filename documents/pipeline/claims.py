"""Who works on which step: claims, leases and tokens. Every time is the database's, never a host's."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Func, JSONField, Q, Value
from django.db.models.functions import Now

from documents.choices import StepKind, StepState
from documents.models import Step

LEASE_SECONDS = 30.0
MAX_ATTEMPTS = 4

# Fair first between people, then between a person's jobs. People: start-time fair queueing. The person whose lane
# stands earliest is served and their lane moves on by what they got: pages in the bulk queue; in the fast one, where
# starting a program takes as long as eight pages, steps and pages. One who was away starts at the clock,
# which is where the last served lane started, so absence earns nothing and costs nothing. Within a person the
# order is the index's: virtual time, then the older job. The recursive part visits each person with ready steps
# once instead of each step, so a hundred thousand ready steps cost no more than ten. The limits are constants, because
# the planner overrates anything else and then compiles the statement for longer than it runs.
CLAIM = """
WITH RECURSIVE people AS (
    (SELECT user_id FROM documents_step WHERE queue = %(queue)s AND state = 'ready' ORDER BY user_id LIMIT 1)
    UNION ALL
    SELECT (SELECT step.user_id FROM documents_step step
            WHERE step.queue = %(queue)s AND step.state = 'ready' AND step.user_id > people.user_id
            ORDER BY step.user_id LIMIT 1)
    FROM people WHERE people.user_id IS NOT NULL
), clock AS (
    SELECT coalesce(max(started), 0) AS time FROM documents_lane WHERE queue = %(queue)s
), turn AS (
    SELECT people.user_id, greatest(clock.time, lane.tail) AS starts, coalesce(lane.tail, 0) AS tail
    FROM people
    CROSS JOIN clock
    LEFT JOIN documents_lane lane ON lane.queue = %(queue)s AND lane.user_id = people.user_id
    WHERE (SELECT true FROM documents_step
           WHERE queue = %(queue)s AND state = 'ready' AND user_id = people.user_id
             AND run_after <= statement_timestamp()
           ORDER BY vt, job_id, idx LIMIT 1)
    ORDER BY starts, tail LIMIT 16
), candidate AS (
    SELECT turn.starts, turn.tail, step.*
    FROM turn
    CROSS JOIN LATERAL (
        SELECT id, vt, job_id, idx FROM documents_step
        WHERE queue = %(queue)s AND state = 'ready' AND user_id = turn.user_id
          AND run_after <= statement_timestamp()
        ORDER BY vt, job_id, idx LIMIT 16
    ) step
    ORDER BY starts, tail, vt, job_id, idx LIMIT 32
), chosen AS (
    SELECT step.id, step.user_id, candidate.starts,
           CASE WHEN %(queue)s = 'fast' THEN 1 + jsonb_array_length(step.pages) / 8.0
                ELSE greatest(jsonb_array_length(step.pages), 1) END AS cost
    FROM documents_step step JOIN candidate ON candidate.id = step.id
    WHERE step.state = 'ready'
    ORDER BY candidate.starts, candidate.tail, candidate.vt, candidate.job_id, candidate.idx
    LIMIT 1 FOR UPDATE OF step SKIP LOCKED
), charged AS (
    INSERT INTO documents_lane AS lane (queue, user_id, started, tail)
    SELECT %(queue)s, user_id, starts, starts + cost FROM chosen
    ON CONFLICT (queue, user_id) DO UPDATE
    SET started = greatest(lane.started, excluded.started),
        tail = greatest(lane.tail, excluded.started) + (excluded.tail - excluded.started)
)
UPDATE documents_step step
SET state = 'running', token = %(token)s, worker = %(worker)s, attempts = attempts + 1,
    lease_until = statement_timestamp() + %(lease)s * interval '1 second'
FROM chosen WHERE step.id = chosen.id
RETURNING step.id, step.job_id, step.kind, step.idx, step.pages::text, step.attempts
"""

HEARTBEAT = """
UPDATE documents_step step SET lease_until = statement_timestamp() + %(lease)s * interval '1 second'
FROM documents_job job
WHERE step.id = %(step)s AND step.token = %(token)s AND job.id = step.job_id AND job.state = 'active'
"""


@dataclass(frozen=True)
class Claim:
    """One worker's right to do one step, until its lease runs out."""

    step_id: int
    job_id: int
    kind: StepKind
    idx: int
    pages: tuple[int, ...]
    attempts: int
    token: uuid.UUID


def claim(queue: str, worker: str) -> Claim | None:
    """Take the next ready step of a queue. The attempt is counted before it runs: a step may kill its worker."""
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"queue": queue, "worker": worker, "token": token, "lease": LEASE_SECONDS})
        row = cursor.fetchone()
    if row is None:
        return None
    step_id, job_id, kind, idx, pages, attempts = row
    return Claim(step_id, job_id, StepKind(kind), idx, tuple(json.loads(pages)), attempts, token)


def expired(worker_is_gone: Callable[[str], bool]) -> list[Claim]:
    """Claims whose lease has run out, or whose worker is known to be gone."""
    running = Step.objects.filter(state=StepState.RUNNING).annotate(
        late=ExpressionWrapper(Q(lease_until__lt=Now()), output_field=BooleanField())
    )
    return [
        Claim(step.pk, step.job_id, StepKind(step.kind), step.idx, tuple(step.pages), step.attempts, step.token)
        for step in running
        if step.token and (step.late or worker_is_gone(step.worker))
    ]


def heartbeat(claim: Claim, *, grace: float = 0) -> bool:
    """Extend the lease, by `grace` seconds more where nobody can call again for a while.

    False when the claim is somebody else's by now, or the job is over.
    """
    with connection.cursor() as cursor:
        cursor.execute(HEARTBEAT, {"step": claim.step_id, "token": claim.token, "lease": LEASE_SECONDS + grace})
        return bool(cursor.rowcount == 1)


def complete(claim: Claim, result: dict[str, Any]) -> bool:
    """Mark the step done; False when the claim no longer holds. Call it under the job's row lock."""
    return _leave(claim, state=StepState.DONE, result=result, error="")


def give_back(claim: Claim) -> bool:
    """Return a step that was interrupted through no fault of its own: at once, and the attempt does not count."""
    return _leave(
        claim,
        state=StepState.READY,
        run_after=Now(),
        attempts=F("attempts") - 1,
        lost=_lost(claim),
    )


def put_off(claim: Claim, reason: str, *, pause: float) -> bool:
    """Return a step whose worker or program died, to be tried again after a pause that grows with every attempt."""
    wait = timedelta(seconds=pause * 2**claim.attempts)
    return _leave(claim, state=StepState.READY, run_after=Now() + wait, error=reason, lost=_lost(claim))


def abandon(claim: Claim, reason: str) -> bool:
    """Give up on a step for good."""
    return _leave(claim, state=StepState.FAILED, error=reason, lost=_lost(claim))


def _leave(claim: Claim, **values: Any) -> bool:
    held = Step.objects.filter(pk=claim.step_id, state=StepState.RUNNING, token=claim.token)
    return held.update(token=None, lease_until=None, worker="", **values) == 1


def _lost(claim: Claim) -> Func:
    """The step's list of lost claims, with this one: their artefacts are found by token and page."""
    entry = Value([{"token": str(claim.token), "pages": list(claim.pages)}], output_field=JSONField())
    return Func(F("lost"), entry, template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())
