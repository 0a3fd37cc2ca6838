"""Bulk jobs from the side of the person who asks: counted, ordered, cancelled, undone. documents.actions.bulk.chunks
carries them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from docplatform.lib import prune
from docplatform.lib.errors import Refused
from docplatform.lib.queue import wake
from documents.actions import selection
from documents.actions.bulk.deeds import DEEDS, DENIED
from documents.actions.selection import Selection
from documents.choices import BulkAction, BulkItemState, BulkState, Queue
from documents.models import BulkItem, BulkJob, Document
from organizations import events
from organizations.models import User

MOST = 100_000  # documents of one job
MOST_ACTIVE = 10  # jobs of one person
AT_ONCE = 1_000
KEPT = timedelta(days=90)
TASK = "documents.tasks.bulk"
OVER = "This bulk job is over already."
BUSY = f"You have {MOST_ACTIVE} bulk jobs that are not done yet. Wait for one of them, or cancel it."
NOT_OVER = "This bulk job is not done yet. Wait until it is, or cancel it; then undo it."
NO_UNDO = "Only changes of access can be undone, and an undo cannot."
UNDONE = "This bulk job was undone already."

CHOOSE = """
INSERT INTO documents_bulkitem (job_id, document_id, state, options, before, refusal)
SELECT %s, chosen.id, %s, '{{}}', '{{}}', '' FROM ({chosen}) AS chosen (id)
"""
TAKE_BACK = """
INSERT INTO documents_bulkitem (job_id, document_id, state, options, before, refusal)
SELECT %s, document_id, %s, before || jsonb_build_object('expected', %s::text), '{}', ''
FROM documents_bulkitem WHERE job_id = %s AND state = %s AND before <> '{}' ORDER BY id
"""


@dataclass(frozen=True)
class Order:
    """What to do with which documents."""

    action: str
    options: Mapping[str, Any]
    selection: Selection


@dataclass(frozen=True)
class Forecast:
    """How many documents are meant, and what would become of them as things are now: refused ones by reason."""

    total: int
    allowed: int
    refused: dict[str, int]


def forecast(order: Order, *, actor: User) -> Forecast:
    """Counts; writes nothing."""
    deed = DEEDS[order.action]
    mine = Exists(Document.objects.filter(deed.rule(actor), pk=OuterRef("pk")))
    reasons = [(DENIED, ~Q(mine)), *deed.obstacles(order.options)]
    reason = Case(
        *(When(condition, then=Value(sentence)) for sentence, condition in reasons),
        default=Value(""),
        output_field=CharField(),
    )
    rows = _chosen(order, actor).annotate(reason=reason).values("reason").order_by("reason")
    counts: dict[str, int] = dict(rows.annotate(count=Count("pk")).values_list("reason", "count"))
    allowed = counts.pop("", 0)
    return Forecast(allowed + sum(counts.values()), allowed, counts)


def place(order: Order, *, actor: User) -> BulkJob:
    """A job for everything that is found at this moment."""
    chosen = _chosen(order, actor)
    sql, params = chosen.values_list("pk").order_by("pk").query.sql_with_params()
    with transaction.atomic():
        asked = {"query": order.selection.query, "filters": dict(order.selection.filters)}
        job = _open(order.action, order.options, actor, **asked)
        with connection.cursor() as cursor:
            cursor.execute(CHOOSE.format(chosen=sql), [job.pk, BulkItemState.WAITING, *params])
            return _begin(job, cursor.rowcount, actor)


@transaction.atomic
def place_each(action: str, options: Sequence[tuple[int, Mapping[str, Any]]], *, actor: User) -> BulkJob:
    """A job for documents that each have options of their own."""
    job = _open(action, {}, actor)
    items = (BulkItem(job=job, document_id=pk, options=own) for pk, own in options)
    BulkItem.objects.bulk_create(items, batch_size=AT_ONCE)
    return _begin(job, len(options), actor)


@transaction.atomic
def cancel(job: BulkJob, *, actor: User) -> None:
    """Nothing more is done; what is done stays."""
    over = {"state": BulkState.CANCELLED, "finished_at": Now()}
    if not BulkJob.objects.filter(pk=job.pk, state=BulkState.ACTIVE).update(**over):
        raise Refused("over", OVER, status=409)
    events.record("bulk.cancelled", actor=actor, target=job)


def undo(job: BulkJob, *, actor: User) -> BulkJob:
    """A job that gives documents back the access they had, where it is still what this job made it."""
    if job.action != BulkAction.ACCESS or job.undone_id is not None:
        raise Refused("no_undo", NO_UNDO, status=409)
    if job.state == BulkState.ACTIVE:
        raise Refused("not_over", NOT_OVER, status=409)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            back = _open(BulkAction.ACCESS, {}, actor, undone=job)
            expected = job.options["access"]
            cursor.execute(TAKE_BACK, [back.pk, BulkItemState.WAITING, expected, job.pk, BulkItemState.DONE])
            return _begin(back, cursor.rowcount, actor)
    except IntegrityError as error:
        raise Refused("undone", UNDONE, status=409) from error


@transaction.atomic
def forget_old() -> None:
    """Jobs that were over long ago go, with their items; one that was undone goes after the job that undid it."""
    undoing = BulkJob.objects.filter(undone=OuterRef("pk"))
    prune.some(BulkJob.objects.filter(~Exists(undoing), finished_at__lt=Now() - KEPT), most=100)


def progress(job: BulkJob) -> dict[str, int]:
    """How many of its documents are in which state."""
    counts = BulkItem.objects.filter(job=job).values("state").order_by("state").annotate(count=Count("pk"))
    found = {row["state"]: row["count"] for row in counts}
    return {state.value: found.get(state, 0) for state in BulkItemState}


def _chosen(order: Order, actor: User) -> QuerySet[Document]:
    """The documents, as far as the person may know of them: the index says who may see a hit, the rows say it again."""
    scope = DEEDS[order.action].scope
    if order.action == BulkAction.RESTORE and order.selection.ids is None:
        return Document.objects.filter(pk__in=Document.objects.filter(scope(actor)).order_by("pk").values("pk")[:MOST])
    ids = selection.find(actor, order.selection, most=MOST, rule=scope)
    return selection.among(ids).filter(scope(actor))


def _open(action: str, options: Mapping[str, Any], actor: User, **asked: Any) -> BulkJob:
    # One after the other for each person, so that the limit holds.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if BulkJob.objects.filter(user=actor, state=BulkState.ACTIVE).count() >= MOST_ACTIVE:
        raise Refused("busy", BUSY, status=409)
    return BulkJob.objects.create(
        user=actor, api_key_id=actor.api_key_id, action=action, options=dict(options), total=0, **asked
    )


def _begin(job: BulkJob, total: int, actor: User) -> BulkJob:
    job.total = total
    job.save(update_fields=["total"])
    events.record("bulk.started", actor=actor, target=job, data={"action": job.action, "total": total})
    wake(Queue.FAST, task=TASK)
    return job
