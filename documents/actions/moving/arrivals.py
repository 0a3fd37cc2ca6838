"""Documents that come from a place that knows them by a key: whoever repeats an import finds them again."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from documents.actions import processing, upload
from documents.actions.processing import Options
from documents.choices import JobState, Status
from documents.models import Document, DocumentError, Job, Origin
from organizations.models import User
from projects.actions import project as projects
from projects.models import Project
from projects.permissions import change_documents

UNKNOWN = "Processing failed, and nobody said why. Process the document again."


def known(user: User, site: str, key: str) -> Document | None:
    """What the person's earlier import made of it, also if it is in the trash now."""
    origin = Origin.objects.filter(user=user, site=site, key=key).select_related("document").first()
    return origin.document if origin else None


@transaction.atomic
def create(item: Mapping[str, Any], *, actor: User, site: str, key: str, url: str = "") -> Document:
    """A document that remembers where it comes from: both are written, or neither. IntegrityError where another import
    of the same was faster."""
    [document] = upload.create([item], actor=actor)
    Origin.objects.create(user=actor, document=document, site=site, key=key, url=url)
    return document


def find_or_create(item: Mapping[str, Any], *, actor: User, site: str, key: str, url: str = "") -> Document:
    """The document of this origin."""
    found = known(actor, site, key)
    if found is not None:
        return found
    try:
        return create(item, actor=actor, site=site, key=key, url=url)
    except IntegrityError:
        return Origin.objects.select_related("document").get(user=actor, site=site, key=key).document


def needs_file(document: Document) -> bool:
    """An import was interrupted before the document's file was here and its processing had begun."""
    if document.status == Status.DELETED:
        return False
    return not document.original_hash and not Job.objects.filter(document=document).exists()


def hand_in(document: Document, content: storage.Content, *, actor: User, options: Options | None = None) -> None:
    """Give the document its file and begin to process it."""
    room()
    storage.backend().put(document.upload_key, content)
    Document.objects.filter(pk=document.pk, status=Status.ERROR).update(
        status=Status.NOFILE, updated_at=timezone.now()
    )  # it waited for its file for longer than people are given
    processing.start([(document, options or Options())], actor=actor)


def busy(user: User) -> int:
    """How many jobs run for the person."""
    return Job.objects.filter(user=user, state=JobState.ACTIVE).count()


def room() -> None:
    """507 while there is none."""
    if storage.is_short():
        raise Refused("no_room", storage.NO_ROOM, status=507)


def failures(user: User, site: str) -> list[tuple[str, str]]:
    """What came from there, in this run or an earlier one, and could not be processed: keys with reasons."""
    broken = Origin.objects.filter(user=user, site=site, document__status=Status.ERROR)
    return [(row.key, failure(row.document)) for row in broken.select_related("document").order_by("key")]


def failure(document: Document) -> str:
    """Why a document could not be processed; empty for one that was, or still may be."""
    if document.status != Status.ERROR:
        return ""
    newest = DocumentError.objects.filter(document=document).order_by("-pk").first()
    return newest.message if newest else UNKNOWN


def project_called(title: str, *, user: User) -> Project:
    """The person's project with this title; a new private one where there is none that they may put documents into."""
    mine = Project.objects.filter(change_documents(user), title=title).order_by("pk").first()
    return mine or projects.create(user=user, title=title, private=True)
