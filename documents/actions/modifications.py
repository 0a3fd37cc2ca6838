"""Giving a document other pages: in another order, turned, left out, or from other documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from docplatform.lib.errors import Refused
from documents.actions.processing import PROCESSING
from documents.choices import JobKind, Status
from documents.models import Document
from documents.pipeline import jobs, leaves
from documents.search import index
from organizations import events
from organizations.models import User

NO_PAGES = "This document has no pages yet. Process it first."
CHANGED = "The pages of a document have changed meanwhile. Look at them again, then send what you want to change."


@dataclass(frozen=True)
class Part:
    """Runs of pages (0-based, first and last) of a document, all turned clockwise by `turn` degrees."""

    source: Document
    ranges: Sequence[tuple[int, int]]
    turn: int = 0


def start(document: Document, parts: Sequence[Part], *, actor: User) -> None:
    """Begin to make the document's pages those of the parts. They are what readers see of the sources now."""
    try:
        with transaction.atomic():
            fresh = Document.objects.select_for_update(no_key=True).exclude(status=Status.DELETED).get(pk=document.pk)
            _start(fresh, parts, actor)
    except IntegrityError as error:
        raise Refused("processing", PROCESSING) from error
    except Document.DoesNotExist as error:
        raise Refused("not_found", "This document is not there any more.") from error


def _start(document: Document, parts: Sequence[Part], actor: User) -> None:
    if document.is_processing:
        raise Refused("processing", PROCESSING)
    base = document.version
    if base is None:
        raise Refused("no_pages", NO_PAGES)
    if any(part.source.pk == document.pk and part.source.version_id != base.pk for part in parts):
        raise Refused("changed", CHANGED)
    runs = [(part.source.version_id or 0, first, last, part.turn) for part in parts for first, last in part.ranges]
    Document.objects.filter(pk=document.pk).update(status=Status.PENDING, updated_at=Now())
    jobs.open_job(document, user_id=actor.pk, kind=JobKind.MODIFY, options=leaves.options(base, runs))
    index.write(document)
    events.record("document.started", actor=actor, target=document, organization_id=document.organization_id)
