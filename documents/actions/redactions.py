"""Redactions: boxes whose content is removed from a document, or from a copy of it, for good."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from docplatform.lib.errors import Refused
from docplatform.lib.permissions import require
from docplatform.lib.slugs import slug
from documents import permissions
from documents.actions.processing import PROCESSING
from documents.actions.removed import Removed
from documents.choices import JobKind, Status
from documents.models import Document
from documents.pipeline import jobs, redaction
from documents.pipeline.values import Cover
from documents.search import index
from organizations import events
from organizations.models import User

CHANGED = "The document has changed meanwhile. Look at it again before you redact it."
SUFFIX = " (redacted)"
UNNAMED = "Redacted document"
TITLE_LENGTH = 1000


@dataclass(frozen=True)
class Box:
    """Page `page_number` (0-based); fractions of the displayed page, origin top left. `label` is printed on it."""

    page_number: int
    x1: float
    x2: float
    y1: float
    y2: float
    label: str = ""


def look(document: Document, boxes: Sequence[Box]) -> Removed:
    """What lies under the boxes of this version of the document. It takes a while: look before anything is locked."""
    covers = [Cover(box.page_number, box.x1, box.y1, box.x2, box.y2, box.label) for box in boxes]
    return Removed(document, covers)


def start(removed: Removed, *, actor: User, as_copy: bool = False) -> Document:
    """Begin to remove what was looked at; the document that is processed: this one, or a new copy of it."""
    try:
        with transaction.atomic():
            source = _lock(removed.document)
            require(permissions.edit, actor, source)  # once more: the look took a while
            target = _copy(source, removed, actor) if as_copy else source
            _open(target, source, removed.covers, actor)
            return target
    except IntegrityError as error:
        raise Refused("processing", PROCESSING) from error


def _lock(document: Document) -> Document:
    alive = Document.objects.exclude(status=Status.DELETED).select_for_update(of=("self",), no_key=True)
    fresh = alive.select_related("version").filter(pk=document.pk).first()
    if fresh is None:
        raise Refused("not_found", "This document is not there any more.", status=404)
    if fresh.is_processing:
        raise Refused("processing", PROCESSING)
    if fresh.version is None:
        raise Refused("not_processed", "This document has no pages yet. Process it first.")
    if fresh.version_id != document.version_id:
        raise Refused("document_changed", CHANGED)
    return fresh


def _open(target: Document, source: Document, covers: Sequence[Cover], actor: User) -> None:
    assert source.version_id is not None
    target.status = Status.PENDING
    Document.objects.filter(pk=target.pk).update(status=Status.PENDING, updated_at=Now())
    options = redaction.options(covers, version_id=source.version_id)
    jobs.open_job(target, user_id=actor.pk, kind=JobKind.REDACT, options=options)
    index.write(target)
    data = {"change": JobKind.REDACT.value}
    events.record("document.started", actor=actor, target=target, organization_id=target.organization_id, data=data)


def _copy(source: Document, removed: Removed, actor: User) -> Document:
    """A private document with what is known of the source, except what holds removed words, and notes."""
    if actor.organization is None:
        raise Refused("no_organization", "Choose an active organization first.")
    title = UNNAMED if removed.in_text(source.title) else source.title[: TITLE_LENGTH - len(SUFFIX)] + SUFFIX
    copy = Document.objects.create(
        user=actor,
        organization=actor.organization,
        title=title,
        slug=slug(title),
        language=source.language,
        source="" if removed.in_text(source.source) else source.source,
        description="" if removed.in_text(source.description) else source.description,
        data={key: values for key, values in source.data.items() if not removed.in_data(key, values)},
    )
    events.record("document.created", actor=actor, target=copy, organization_id=copy.organization_id)
    return copy
