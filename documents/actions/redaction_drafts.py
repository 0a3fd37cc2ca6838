"""Redactions that people prepare: drawn by one, agreed to by a second, and carried out together.

Whoever changes a box becomes its author, so that nobody can agree to what they drew themselves. While a document is
being processed its drafts stand still: a job is about to change the pages that they speak of.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from docplatform.lib.errors import Refused
from documents import permissions
from documents.actions import redactions
from documents.choices import JobState
from documents.models import Document, Job, RedactionDraft
from organizations import events
from organizations.models import User

MAX_DRAFTS = 2_000
PROCESSING = "This document is being processed. Go on with its redactions when that is over."
GONE = "The document has changed meanwhile. Look at it again before you redact it."
DRAFT_GONE = "Some of these redactions are not there any more. Load the list again."
FULL = f"A document can have {MAX_DRAFTS} prepared redactions. Apply or delete some first."
OWN = "A second person has to review a redaction: you cannot review those that you drew or changed yourself."
NONE_LEFT = "There is nothing to review: every redaction was reviewed already, or there are none."
NOTHING = "There are no redactions to apply."
UNREVIEWED = "Some of these redactions were not reviewed by a second person yet: {}."
NAMED = 20  # ids in a sentence


@dataclass(frozen=True)
class Applied:
    """What was begun: the document that is redacted (this one or its copy), and where else the removed words stand."""

    document: Document
    drafts: list[int]
    found_in: dict[str, Any]


@transaction.atomic
def add(document: Document, boxes: Sequence[Mapping[str, Any]], *, actor: User) -> list[RedactionDraft]:
    """Keep boxes that the person drew on this version of the document."""
    fresh = _lock(document)
    if fresh.version_id != document.version_id:
        raise Refused("document_changed", GONE)
    if _drafts(fresh).count() + len(boxes) > MAX_DRAFTS:
        raise Refused("too_many", FULL)
    new = [RedactionDraft(document=fresh, user=actor, **box) for box in boxes]
    drafts = RedactionDraft.objects.bulk_create(new)
    _record("added", fresh, drafts, actor)
    return drafts


@transaction.atomic
def change(draft: RedactionDraft, values: Mapping[str, Any], *, actor: User) -> RedactionDraft:
    """Write new values. What differs from what was reviewed has to be reviewed again."""
    document = _lock(draft.document)
    [fresh] = _pick(_drafts(document), [draft.pk])
    changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
    if changed:
        for name, value in (changed | {"user": actor, "reviewer": None, "reviewed_at": None}).items():
            setattr(fresh, name, value)
        fresh.save(update_fields=[*changed, "user", "reviewer", "reviewed_at"])
        _record("changed", document, [fresh], actor)
    return fresh


@transaction.atomic
def remove(draft: RedactionDraft, *, actor: User) -> None:
    """Forget a draft."""
    document = _lock(draft.document)
    found = _pick(_drafts(document), [draft.pk])
    _record("removed", document, found, actor)
    RedactionDraft.objects.filter(pk=draft.pk).delete()


@transaction.atomic
def review(document: Document, *, ids: Collection[int] | None, actor: User) -> list[int]:
    """The person agrees to the named drafts, or to all that others drew; the ids of all that are reviewed now."""
    fresh = _lock(document)
    waiting = _pick(_drafts(fresh), ids)
    others = [draft for draft in waiting if draft.user_id != actor.pk]
    if (ids is not None and len(others) < len(waiting)) or (waiting and not others):
        raise Refused("own_draft", OWN)
    new = [draft for draft in others if draft.reviewer_id is None]
    if not new and ids is None:
        raise Refused("nothing_to_review", NONE_LEFT)
    _drafts(fresh).filter(pk__in=[draft.pk for draft in new]).update(reviewer=actor, reviewed_at=Now())
    if new:
        _record("reviewed", fresh, new, actor)
    return [draft.pk for draft in others]


@transaction.atomic
def apply(
    document: Document,
    *,
    actor: User,
    ids: Collection[int] | None = None,
    as_copy: bool = False,
    reviewed_only: bool = False,
) -> Applied:
    """Start one redaction of all or the named drafts. They go when it succeeds; those of a copy stay where they are."""
    fresh = _lock(document)
    drafts = _pick(_drafts(fresh), ids)
    if reviewed_only:
        drafts = [draft for draft in drafts if draft.reviewer_id]
    if not drafts:
        raise Refused("no_drafts", NOTHING)
    unreviewed = [draft.pk for draft in drafts if draft.reviewer_id is None]
    if settings.REDACTION_NEEDS_REVIEW and unreviewed:
        raise Refused("not_reviewed", UNREVIEWED.format(", ".join(map(str, unreviewed[:NAMED]))))
    boxes, chosen = [_box(draft) for draft in drafts], [draft.pk for draft in drafts]
    found_in = redactions.warnings(fresh, boxes, actor=actor)
    target = redactions.start(fresh, boxes, actor=actor, as_copy=as_copy)
    if target.pk == fresh.pk:
        job = Job.objects.get(document=fresh, state=JobState.ACTIVE)
        job.options["drafts"] = chosen
        job.save(update_fields=["options"])
    return Applied(target, chosen, found_in)


def _lock(document: Document) -> Document:
    alive = Document.objects.filter(permissions.ALIVE, pk=document.pk)
    fresh = alive.select_for_update(no_key=True).first()
    if fresh is None:
        raise Refused("not_found", "This document is not there any more.", status=404)
    if fresh.is_processing:
        raise Refused("processing", PROCESSING)
    return fresh


def _drafts(document: Document) -> QuerySet[RedactionDraft]:
    return RedactionDraft.objects.filter(document=document).order_by("page_number", "pk")


def _pick(drafts: QuerySet[RedactionDraft], ids: Collection[int] | None) -> list[RedactionDraft]:
    """The named drafts, every one of which must be there; all of them where none is named."""
    found = list(drafts if ids is None else drafts.filter(pk__in=ids))
    if ids is not None and len(found) < len(set(ids)):
        raise Refused("drafts_gone", DRAFT_GONE)
    return found


def _box(draft: RedactionDraft) -> redactions.Box:
    return redactions.Box(draft.page_number, draft.x1, draft.x2, draft.y1, draft.y2, draft.label)


def _record(verb: str, document: Document, drafts: Sequence[RedactionDraft], actor: User) -> None:
    data = {"drafts": [draft.pk for draft in drafts]}
    organization = document.organization_id
    events.record(f"redaction_drafts.{verb}", actor=actor, target=document, organization_id=organization, data=data)
