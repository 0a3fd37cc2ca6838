"""Makes documents in a given state straight in the database, for tests that are not about how they get there."""

import uuid
from collections.abc import Sequence
from typing import Any

from documents import paths
from documents.choices import JobState, Status
from documents.models import Document, DocumentError, Job, Page, Version, VersionPage
from organizations.models import User
from projects.models import Access, Collaborator, Project, ProjectDocument

SIZE = (612.0, 792.0)


def make_document(user: User, *, pages: Sequence[str] = (), **fields: Any) -> Document:
    """A finished private document of the person. `pages`: the texts of its pages; without any it has no version."""
    fields.setdefault("title", "Budget 2024")
    fields.setdefault("slug", "budget-2024")
    fields.setdefault("organization", user.organization)
    fields.setdefault("status", Status.SUCCESS)
    document = Document.objects.create(user=user, **fields)
    document.upload_key = paths.new_upload(document.pk)
    document.save(update_fields=["upload_key"])
    if pages:
        add_version(document, pages)
    return document


def make_document_like(state: str, user: User) -> Document:
    """The document that a row of a permission table names: `access, status`."""
    access, status = (part.strip() for part in state.split(","))
    document = make_document(user, access=access, status=status)
    if document.is_processing:
        make_job(document)
    return document


def add_version(document: Document, pages: Sequence[str]) -> Version:
    """Readers see these pages from now on. Rows only: put artefacts into storage where a test reads them."""
    width, height = SIZE
    version = Version.objects.create(
        document=document,
        page_count=len(pages),
        page_spec=f"{width:.2f}x{height:.2f}:0-{len(pages) - 1}" if len(pages) > 1 else f"{width:.2f}x{height:.2f}:0",
        file_hash="0" * 40,
    )
    version.pdf_key = paths.pdf(document.pk, version.pk, uuid.uuid4())
    version.save(update_fields=["pdf_key"])
    for number, _ in enumerate(pages):
        page = Page.objects.create(words=uuid.uuid4(), width=width, height=height, language=document.language)
        VersionPage.objects.create(version=version, number=number, page=page)
    document.version = version
    document.page_count, document.page_spec = version.page_count, version.page_spec
    document.file_hash = version.file_hash
    document.save(update_fields=["version", "page_count", "page_spec", "file_hash"])
    return version


def make_job(document: Document, *, state: JobState = JobState.ACTIVE, **fields: Any) -> Job:
    """A job without steps, as if its workers were busy."""
    return Job.objects.create(document=document, user=document.user, state=state, **fields)


def make_error(document: Document, message: str = "The file is empty. Upload it again.", code: str = "empty") -> None:
    """A line in the document's list of errors."""
    DocumentError.objects.create(document=document, code=code, message=message)


def make_project(user: User, title: str = "Town hall", *, private: bool = True) -> Project:
    """A project of which the person is the admin."""
    project = Project.objects.create(user=user, title=title, slug="town-hall", private=private)
    Collaborator.objects.create(project=project, user=user, access=Access.ADMIN)
    return project


def share(document: Document, *people: tuple[User, Access], edit_access: bool = True) -> Project:
    """A private project that shares the document with people."""
    project = make_project(document.user)
    for user, access in people:
        Collaborator.objects.update_or_create(project=project, user=user, defaults={"access": access})
    ProjectDocument.objects.create(project=project, document=document, edit_access=edit_access)
    return project
