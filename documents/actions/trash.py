"""The trash: deleted documents that those who might delete them can bring back, until documents.actions.purge comes."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from docplatform.lib.errors import Refused
from documents import permissions
from documents.choices import JobKind, Status
from documents.models import Document, Job
from documents.pipeline import holds
from documents.search import index
from organizations import events
from organizations.models import User

GONE = "This document is not in the trash any more."
COLUMNS = ["status", "trashed_at", "trashed_by", "trashed_status"]


def until(document: Document) -> datetime | None:
    """When its time in the trash is over; never while it is held."""
    if document.is_held or document.trashed_at is None:
        return None
    return document.trashed_at + timedelta(days=settings.TRASH_DAYS)


def over() -> Q:
    """Deleted documents that nobody can bring back, and that nobody holds."""
    limit = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    return Q(Q(trashed_at=None) | Q(trashed_at__lte=limit), status=Status.DELETED, is_held=False)


def take(document: Document, *, actor: User, was_stopped: bool) -> None:
    """Put a locked document into the trash; `was_stopped`: it was being processed until now."""
    document.trashed_status = _stopped(document) if was_stopped else document.status
    document.status = Status.DELETED
    document.trashed_at = timezone.now()
    document.trashed_by = actor
    document.save(update_fields=[*COLUMNS, "updated_at"])


def give_up(document: Document) -> None:
    """From now on nobody can bring the locked document back."""
    document.trashed_at, document.trashed_status = None, ""
    document.save(update_fields=["trashed_at", "trashed_status"])


@transaction.atomic
def restore(pk: int, *, actor: User) -> None:
    """Bring a document back as it was, to where it was. A plan to publish it that came due meanwhile is dropped."""
    document = _lock(pk)
    if document.publish_at is not None and document.publish_at <= timezone.now():
        document.publish_at = None
    document.status = Status(document.trashed_status)
    document.trashed_at, document.trashed_by, document.trashed_status = None, None, ""
    document.save(update_fields=[*COLUMNS, "publish_at", "updated_at"])
    index.write(document)
    _record("document.undeleted", document, actor)


@transaction.atomic
def remove(pk: int, *, actor: User) -> None:
    """Do not wait any longer: its files go within minutes."""
    document = _lock(pk)
    holds.refuse_removal(document)
    give_up(document)
    _record("document.deleted", document, actor, final=True)


@transaction.atomic
def hold(pk: int, *, actor: User, is_held: bool = True) -> None:
    """Keep bytes and rows, whatever people do to the document; or leave them to people again."""
    document = Document.objects.select_for_update(no_key=True).get(pk=pk)
    if document.is_held != is_held:
        document.is_held = is_held
        document.save(update_fields=["is_held"])
        _record("document.held" if is_held else "document.released", document, actor)


def _stopped(document: Document) -> Status:
    """One whose processing was stopped shows what it had, if it had anything; not after a redaction, as what it had is
    what was to be hidden."""
    last = Job.objects.filter(document=document).order_by("-pk").first()
    was_redaction = last is not None and last.kind == JobKind.REDACT
    return Status.ERROR if document.version_id is None or was_redaction else Status.SUCCESS


def _lock(pk: int) -> Document:
    document = Document.objects.select_for_update(no_key=True).filter(permissions.IN_TRASH, pk=pk).first()
    if document is None:
        raise Refused("not_found", GONE, status=404)
    return document


def _record(kind: str, document: Document, actor: User, **data: Any) -> None:
    events.record(kind, actor=actor, target=document, organization_id=document.organization_id, data=data)
