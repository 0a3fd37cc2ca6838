"""Redactions that people prepare: drawn by one, agreed to by a second, and carried out together.

Whoever changes a box becomes its author, so that nobody can agree to what they drew themselves, and a reviewer says
which state of a box they saw. While a document is being processed its drafts stand still: a job is about to change the
pages that they speak of.
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
CHANGED = "Some of these redactions were changed meanwhile. Look at them again before you apply them."
DRAFT_GONE = "Some of these redactions are not there any more. Load the list again."
FULL = f"A document can have {MAX_DRAFTS} prepared redactions. Apply or delete some first."
OWN = "A second person has to review a redaction: you cannot review those that you drew or changed yourself."
OTHERS = "Some of these redactions, or the pages below them, were changed after you saw them. Look at them again: {}."
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
        raise Refused("document_changed", redactions.CHANGED)
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
def review(document: Document, *, seen: Mapping[int, str], actor: User) -> list[int]:
    """The person agrees to drafts of others as they saw them, by id and fingerprint; the ids of what is reviewed now.

    There is no way to agree to whatever is there: it may have moved since, or come after one looked.
    """
    fresh = _lock(document)
    drafts = _pick(_drafts(fresh), seen)
    changed = [draft.pk for draft in drafts if draft.fingerprint != seen[draft.pk]]
    if changed:
        raise Refused("drafts_changed", OTHERS.format(", ".join(map(str, changed[:NAMED]))), status=409)
    if any(draft.user_id == actor.pk for draft in drafts):
        raise Refused("own_draft", OWN)
    new = [draft for draft in drafts if draft.reviewer_id is None]
    if new:
        _drafts(fresh).filter(pk__in=[draft.pk for draft in new]).update(reviewer=actor, reviewed_at=Now())
        _record("reviewed", fresh, new, actor)
    return [draft.pk for draft in drafts]


def apply(
    document: Document,
    *,
    actor: User,
    ids: Collection[int] | None = None,
    as_copy: bool = False,
    reviewed_only: bool = False,
) -> Applied:
    """Start one redaction of all or the named drafts. They go when it succeeds; those of a copy stay where they are."""
    drafts = _chosen(document, ids, reviewed_only=reviewed_only)
    removed = redactions.look(document, [_box(draft) for draft in drafts])
    found_in = removed.found_in(actor)
    with transaction.atomic():
        fresh = _lock(document)
        now = _chosen(fresh, ids, reviewed_only=reviewed_only)
        if [draft.fingerprint for draft in now] != [draft.fingerprint for draft in drafts]:
            raise Refused("drafts_changed", CHANGED, status=409)
        chosen = [draft.pk for draft in now]
        target = redactions.start(removed, actor=actor, as_copy=as_copy)
        if target.pk == fresh.pk:
            job = Job.objects.get(document=fresh, state=JobState.ACTIVE)
            job.options["drafts"] = chosen
            job.save(update_fields=["options"])
    return Applied(target, chosen, found_in)


def _chosen(document: Document, ids: Collection[int] | None, *, reviewed_only: bool) -> list[RedactionDraft]:
    """What is to be applied, if it may be."""
    drafts = _pick(_drafts(document), ids)
    if reviewed_only:
        drafts = [draft for draft in drafts if draft.reviewer_id]
    if not drafts:
        raise Refused("no_drafts", NOTHING)
    unreviewed = [draft.pk for draft in drafts if draft.reviewer_id is None]
    if settings.REDACTION_NEEDS_REVIEW and unreviewed:
        raise Refused("not_reviewed", UNREVIEWED.format(", ".join(map(str, unreviewed[:NAMED]))))
    return drafts


def _lock(document: Document) -> Document:
    alive = Document.objects.filter(permissions.ALIVE, pk=document.pk)
    fresh = alive.select_for_update(no_key=True).first()
    if fresh is None:
        raise Refused("not_found", "This document is not there any more.", status=404)
    if fresh.is_processing:
        raise Refused("processing", PROCESSING)
    return fresh


def _drafts(document: Document) -> QuerySet[RedactionDraft]:
    drafts: QuerySet[RedactionDraft] = document.redaction_drafts.order_by("page_number", "pk")
    return drafts


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
