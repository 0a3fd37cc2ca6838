"""The beginning of a document: a row without a file, and a place where its owner may put one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from docplatform.lib.slugs import slug
from documents import paths
from documents.choices import Status
from documents.models import Document, DocumentError
from documents.search import index
from organizations import events
from organizations.models import Organization, User
from organizations.permissions import Person
from projects import permissions as project_permissions
from projects.models import Project, ProjectDocument

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

    An item holds values for columns, and perhaps `projects`: ids of projects that the documents are put into.
    """
    if actor.organization is None:
        raise Refused("no_organization", "Choose an active organization first.")
    documents = Document.objects.bulk_create([_new(item, actor, actor.organization) for item in items])
    for document in documents:
        document.upload_key = paths.new_upload(document.pk)
    Document.objects.bulk_update(documents, ["upload_key"])
    ProjectDocument.objects.bulk_create(
        ProjectDocument(project_id=project, document=document, edit_access=True)
        for item, document in zip(items, documents, strict=True)
        for project in item.get("projects", ())
    )
    for document in documents:
        index.write(document)
        events.record("document.created", actor=actor, target=document, organization_id=document.organization_id)
    return documents


def presigned_url(document: Document) -> str:
    """A URL that takes the file by one PUT, for a few minutes."""
    return storage.backend().upload_url(document.upload_key)


def expire_never_uploaded() -> int:
    """Give documents that wait for their file since yesterday an error; returns how many. A batch; may run twice."""
    with transaction.atomic():
        waiting = Document.objects.filter(status=Status.NOFILE, created_at__lt=timezone.now() - PATIENCE)
        documents = list(waiting.select_for_update(skip_locked=True, no_key=True).order_by("created_at", "pk")[:BATCH])
        DocumentError.objects.bulk_create(_expiry(document) for document in documents)
        for document in documents:
            document.status = Status.ERROR
            document.save(update_fields=["status", "updated_at"])
            index.write(document)
            events.record("document.expired", target=document, organization_id=document.organization_id)
    return len(documents)


def _new(item: Mapping[str, Any], actor: User, organization: Organization) -> Document:
    columns = {name: value for name, value in item.items() if name != "projects"}
    return Document(**columns, user=actor, organization=organization, status=Status.NOFILE, slug=slug(item["title"]))


def _expiry(document: Document) -> DocumentError:
    if storage.backend().exists(document.upload_key):
        return DocumentError(document=document, code="never_started", message=NEVER_STARTED)
    return DocumentError(document=document, code="never_uploaded", message=NEVER_UPLOADED)
