"""The beginning of a document: a row without a file, and a place where its owner may put one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from docplatform.lib.slugs import slug
from documents import paths
from documents.choices import JobState, Status
from documents.models import Document, DocumentError, Job
from documents.pipeline import jobs
from documents.search import index
from organizations import events
from organizations.models import Organization, User
from organizations.permissions import Person
from projects import permissions as project_permissions
from projects.models import Project, ProjectDocument

BESIDE = {"projects", "file_url", "force_ocr", "ocr_engine"}
PATIENCE = timedelta(hours=24)
BATCH = 100
NEVER_UPLOADED = "No file arrived within 24 hours. Delete this document and upload the file again."
NEVER_STARTED = "A file arrived, but processing was not started within 24 hours. Process the document now."


def projects_for(user: Person, wanted: Collection[int]) -> set[int]:
    """Those of the wanted projects that the person may put documents into."""
    mine = Project.objects.filter(project_permissions.change_documents(user), pk__in=wanted)
    return set(mine.values_list("pk", flat=True))


@transaction.atomic
def create(items: Sequence[Mapping[str, Any]], *, actor: User) -> list[Document]:
    """New documents of the person's active organization, in the order given: all or none.

    An item holds values for columns, and perhaps `projects`: ids of projects that the documents are put into. With
    `file_url` the file is fetched from there and processed, with `force_ocr` and `ocr_engine` where they are given.
    """
    if storage.is_short():
        raise Refused("no_room", storage.NO_ROOM, status=507)
    if actor.organization is None:
        raise Refused("no_organization", "Choose an active organization first.")
    documents = Document.objects.bulk_create([_new(item, actor, actor.organization) for item in items])
    for item, document in zip(items, documents, strict=True):
        if not item.get("file_url"):
            document.upload_key = paths.new_upload(document.pk)
    Document.objects.bulk_update(documents, ["upload_key"])
    ProjectDocument.objects.bulk_create(
        ProjectDocument(project_id=project, document=document, edit_access=True)
        for item, document in zip(items, documents, strict=True)
        for project in item.get("projects", ())
    )
    for item, document in zip(items, documents, strict=True):
        index.write(document)
        events.record("document.created", actor=actor, target=document, organization_id=document.organization_id)
        if item.get("file_url"):
            _fetch(document, item, actor)
    return documents


def presigned_url(document: Document) -> str:
    """A URL that takes the file by one PUT, for a few minutes."""
    return storage.backend().upload_url(document.upload_key)


def expire_never_uploaded() -> int:
    """Give documents that wait for their file since yesterday an error; returns how many. A batch; may run twice."""
    with transaction.atomic():
        fetched = Job.objects.filter(document_id=OuterRef("pk"), state=JobState.ACTIVE)
        old = Document.objects.filter(status=Status.NOFILE, created_at__lt=timezone.now() - PATIENCE)
        waiting = old.filter(~Exists(fetched))
        documents = list(waiting.select_for_update(skip_locked=True, no_key=True).order_by("created_at", "pk")[:BATCH])
        DocumentError.objects.bulk_create(_expiry(document) for document in documents)
        for document in documents:
            document.status = Status.ERROR
            document.save(update_fields=["status", "updated_at"])
            index.write(document)
            events.record("document.expired", target=document, organization_id=document.organization_id)
    return len(documents)


def _fetch(document: Document, item: Mapping[str, Any], actor: User) -> None:
    """Until the file is here the document stays without a file, as the contract has it."""
    how = {name: item[name] for name in ("force_ocr", "ocr_engine") if item.get(name)}
    jobs.open_job(document, user_id=actor.pk, options={"file_url": item["file_url"]}, **how)
    events.record("document.started", actor=actor, target=document, organization_id=document.organization_id)


def _new(item: Mapping[str, Any], actor: User, organization: Organization) -> Document:
    columns = {name: value for name, value in item.items() if name not in BESIDE}
    return Document(**columns, user=actor, organization=organization, status=Status.NOFILE, slug=slug(item["title"]))


def _expiry(document: Document) -> DocumentError:
    if storage.backend().exists(document.upload_key):
        return DocumentError(document=document, code="never_started", message=NEVER_STARTED)
    return DocumentError(document=document, code="never_uploaded", message=NEVER_UPLOADED)
