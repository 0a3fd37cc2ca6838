"""Where the routes of the permission table lead: to a document with all that hangs on it, or to what is the owner's."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from docplatform.lib import storage
from documents.actions import document as trash
from documents.choices import Status
from documents.models import (
    BulkJob,
    Document,
    Entity,
    Mail,
    Mention,
    Note,
    RedactionDraft,
    Revision,
    SavedSearch,
    Section,
)
from organizations.actions import api_keys, invitations
from organizations.models import Notification, Session
from projects.actions import invitations as project_invitations
from projects.models import Access, Project, ProjectInvitation
from tests.documents.factories import add_version, make_document, make_document_like, make_error, share

BOX = {"page_number": 0, "x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2}


def document_like(state: str, people: dict[str, Any]) -> Document:
    """With everything that can hang on a document."""
    document = make_document_like(state, people["owner"])
    version = add_version(document, ["one", "two", "three"])
    Revision.objects.create(document=document, number=1, user=document.user, version=version, comment="Initial")
    if document.status == Status.NOFILE:
        Document.objects.filter(pk=document.pk).update(version=None)
    make_error(document)
    RedactionDraft.objects.create(document=document, user=document.user, **BOX)
    fields = {"user": document.user, "organization": document.organization, "access": "public"}
    Note.objects.create(document=document, title="n", **fields, **BOX)
    Section.objects.create(document=document, page_number=0, title="s")
    Mention.objects.create(document=document, entity=Entity.objects.create(name="e", access="public"))
    return document


def project_of(document: Document, people: dict[str, Any]) -> Project:
    roles = ((people["viewer"], Access.VIEW), (people["editor"], Access.EDIT), (people["admin"], Access.ADMIN))
    return share(document, *roles)


def places_below(document: Document) -> dict[str, dict[str, Any]]:
    """Where the routes of documents lead; those that are not named here take the document's id."""
    on = {"document_pk": document.pk}
    draft, note, section = document.redaction_drafts.get(), document.notes.get(), document.sections.get()
    lists = ("errors", "events", "notes", "sections", "data", "entities", "extracts", "values", "dates")
    return {
        **{f"document-{name}": on for name in lists},
        **{f"redaction-drafts{name}": on for name in ("", "-review", "-apply", "-search")},
        "revision-restore": {"pk": document.pk, "version": 1},
        "document-note": {**on, "pk": note.pk},
        "document-section": {**on, "pk": section.pk},
        "document-data-key": {**on, "key": "k"},
        "document-entity": {**on, "entity_pk": document.mentions.get().entity_id},
        "redaction-draft": {**on, "pk": draft.pk},
    }


def places_of_others(people: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Where the other routes lead: to what is the owner's."""
    owner = people["owner"]
    document, trashed = make_document(owner), make_document(owner)
    project = project_of(document, people)
    trash.delete([trashed.pk], actor=owner)
    job = BulkJob.objects.create(user=owner, action="access", total=0)
    key, _ = api_keys.create(user=owner, name="another", scopes=["read"], expires_at=None)
    asked = project_invitations.ask(project, email="new@example.org", access=Access.VIEW, actor=owner)
    invited = invitations.invite(owner.organization, email="new@example.org", admin=False, actor=people["orgadmin"])
    notification = Notification.objects.create(user=owner, kind="project.collaborator_added")
    now = timezone.now()
    session = Session.objects.create(
        session_key="k",
        expire_date=now + timedelta(days=1),
        uuid=uuid.uuid4(),
        user=owner,
        seen_at=now,
    )
    search = SavedSearch.objects.create(user=owner, name="s")
    letter = Mail.objects.create(user=owner, storage_key="mail/1/1.eml", sha256="0" * 64, size=1)
    storage.backend().put(letter.storage_key, b"From: a@example.org")
    on_project, on_organization = {"project_pk": project.pk}, {"organization_pk": owner.organization_id}
    assert asked.sent
    place = ProjectInvitation.objects.get(invitation=asked.sent.invitation)
    return {
        "bulk-job": {"pk": job.pk},
        "bulk-undo": {"pk": job.pk},
        "bulk-items": {"pk": job.pk},
        "entity": {"pk": Entity.objects.create(name="e", user=owner).pk},
        "saved-search": {"uuid": search.uuid},
        "mail-message": {"pk": letter.pk},
        "mail-file": {"pk": letter.pk},
        "trashed": {"pk": trashed.pk},
        "trash-restore": {"pk": trashed.pk},
        "project": {"pk": project.pk},
        "project-documents": on_project,
        "project-document": {**on_project, "document_pk": document.pk},
        "collaborators": on_project,
        "collaborator": {**on_project, "user_id": people["viewer"].pk},
        "project-invitations": on_project,
        "project-invitation": {**on_project, "pk": place.pk},
        "project-invitation-resend": {**on_project, "pk": place.pk},
        "invitation": {"token": invited.link.rstrip("/").rpartition("/")[2]},
        "user": {"pk": owner.pk},
        "user-deactivate": {"pk": owner.pk},
        "user-delete": {"pk": owner.pk},
        "user-reactivate": {"pk": owner.pk},
        "my-session": {"uuid": session.uuid},
        "api-key": {"pk": key.pk},
        "notification": {"pk": notification.pk},
        "organization": {"pk": owner.organization_id},
        "organization-credits": on_organization,
        "organization-members": on_organization,
        "organization-member": {**on_organization, "user_pk": owner.pk},
        "organization-invitations": on_organization,
        "organization-invitation": {**on_organization, "pk": invited.invitation.pk},
        "organization-invitation-resend": {**on_organization, "pk": invited.invitation.pk},
    }
