"""Every write of the API leaves an event, and no event holds what people wrote.

The rows are checked against the URL configuration: a route that writes and has no row fails, and so does a row without
a route. Those of most routes are driven too, with a word in every text that must not be found in the log.
"""

import json
import re
from typing import Any

import pytest
from django.urls import reverse

from organizations.actions import notifications
from organizations.models import Event, Membership, Organization, User
from tests.conftest import client_of
from tests.documents.factories import make_document
from tests.documents.processing import upload_file
from tests.test_permission_table import methods, routes
from tests.test_sizes import SOURCE

SECRET = "xylophone"

# Route and method, and the event. `none` is for what changes nothing that lasts, or nothing that has an owner.
TABLE = """
api-key                         DELETE  api_key.revoked
api-keys                        POST    api_key.created
bulk                            POST    bulk.started
bulk-job                        DELETE  bulk.cancelled
bulk-undo                       POST    bulk.started
collaborator                    DELETE  project.collaborator_removed
collaborator                    PATCH   project.collaborator_changed
collaborator                    PUT     project.collaborator_changed
collaborators                   POST    project.collaborator_added
data-import                     POST    bulk.started
document                        DELETE  document.deleted
document                        PATCH   document.updated
document                        PUT     document.updated
document-data-key               DELETE  document.updated
document-data-key               PATCH   document.updated
document-data-key               PUT     document.updated
document-entities               DELETE  document.mentions_deleted
document-entities               POST    mention.created
document-entity                 DELETE  mention.deleted
document-entity                 PATCH   mention.updated
document-entity                 PUT     mention.updated
document-errors                 POST    none      nobody may
document-extracts               DELETE  document.extracts_deleted
document-extracts               POST    document.started
document-modifications          POST    document.started
document-note                   DELETE  note.deleted
document-note                   PATCH   note.updated
document-note                   PUT     note.updated
document-notes                  POST    note.created
document-process                DELETE  document.cancelled
document-process                POST    document.started
document-redactions             POST    document.started
document-section                DELETE  section.deleted
document-section                PATCH   section.updated
document-section                PUT     section.updated
document-sections               POST    section.created
documents                       DELETE  document.deleted
documents                       PATCH   document.updated
documents                       POST    document.created
documents                       PUT     document.updated
documents-process               POST    document.started
entities                        POST    entity.created
entity                          DELETE  entity.deleted
entity                          PATCH   entity.updated
entity                          PUT     entity.updated
invitation                      POST    invitation.accepted
mail-message                    DELETE  mail.removed
mailkey                         DELETE  user.mailkey_removed
mailkey                         POST    user.mailkey_made
me                              PATCH   user.updated
me                              PUT     user.updated
messages                        POST    user.message_sent
my-password                     POST    user.password_changed
my-session                      DELETE  user.session_ended
my-sessions                     DELETE  user.signed_out_everywhere
notification                    PATCH   notification.read
notifications-read              POST    user.notifications_read
organization-credits            POST    organization.charged
organization-invitation         DELETE  invitation.revoked
organization-invitation-resend  POST    invitation.resent
organization-invitations        POST    invitation.created
organization-member             DELETE  organization.member_removed
organization-member             PATCH   organization.member_changed
project                         DELETE  project.deleted
project                         PATCH   project.updated
project                         PUT     project.updated
project-document                DELETE  project.documents_removed
project-document                PATCH   project.documents_updated
project-document                PUT     project.documents_updated
project-documents               DELETE  project.documents_removed
project-documents               PATCH   project.documents_added
project-documents               POST    project.documents_added
project-documents               PUT     project.documents_added
project-invitation              DELETE  invitation.revoked
project-invitation-resend       POST    invitation.resent
project-invitations             POST    invitation.created
projects                        POST    project.created
redaction-draft                 DELETE  redaction_drafts.removed
redaction-draft                 PATCH   redaction_drafts.changed
redaction-draft                 PUT     redaction_drafts.changed
redaction-drafts                POST    redaction_drafts.added
redaction-drafts-apply          POST    document.started
redaction-drafts-review         POST    redaction_drafts.reviewed
redaction-drafts-search         POST    redaction_drafts.added
refresh                         POST    none      makes a token, which is kept nowhere
revision-restore                POST    document.restored
saved-search                    DELETE  saved_search.deleted
saved-search                    PATCH   saved_search.updated
saved-search                    PUT     saved_search.updated
saved-searches                  POST    saved_search.created
token                           POST    none      makes a token, which is kept nowhere
trash-restore                   POST    document.undeleted
trashed                         DELETE  document.deleted
user                            PATCH   user.updated
user                            PUT     user.updated
user-deactivate                 POST    user.deactivated
user-delete                     POST    user.deleted
user-reactivate                 POST    user.reactivated
"""
KINDS = {(row[0], row[1]): row[2] for line in TABLE.splitlines() if (row := line.split())}


def test_every_route_that_writes_has_its_row() -> None:
    assert {(name, method) for name, view in routes() for method in methods(view) - {"GET"}} == set(KINDS)


def test_every_kind_is_recorded_somewhere() -> None:
    source = "\n".join(path.read_text() for path in SOURCE)
    verbs = set(re.findall(r'"([a-z_]+)"', source))
    for kind in set(KINDS.values()) - {"none"}:
        assert f'"{kind}"' in source or (kind.startswith("redaction_drafts.") and kind.partition(".")[2] in verbs), kind


class Drive:
    """Sends requests as one person, and holds each against its row."""

    def __init__(self, user: User) -> None:
        self.client = client_of(user)
        self.driven: set[tuple[str, str]] = set()

    def __call__(self, method: str, name: str, body: Any = None, **address: Any) -> Any:
        last = getattr(Event.objects.order_by("pk").last(), "pk", 0)
        response = getattr(self.client, method.lower())(reverse(name, kwargs=address), body, format="json")
        assert response.status_code < 300, (name, method, response.content)
        kinds = set(Event.objects.filter(pk__gt=last).values_list("kind", flat=True))
        assert KINDS[name, method] in kinds, (name, method, kinds)
        self.driven.add((name, method))
        return response.json() if response.content else None


@pytest.mark.django_db
def test_writes_leave_events_without_a_word_of_what_was_written(owner: User, colleague: User) -> None:
    Membership.objects.filter(user=owner).update(admin=True)
    drive = Drive(owner)
    _documents(drive, owner)
    _projects(drive, owner, colleague)
    _people(drive, owner)
    assert len(drive.driven) >= 45
    log = json.dumps(list(Event.objects.values()), default=str)
    assert SECRET not in log.lower()


def _documents(drive: Drive, owner: User) -> None:
    box = {"page_number": 0, "x1": 0.1, "x2": 0.2, "y1": 0.1, "y2": 0.2}
    text = {"title": SECRET, "description": SECRET, "source": SECRET, "data": {SECRET: [SECRET]}}
    new = drive("POST", "documents", text)["id"]
    ready = make_document(owner, pages=["one", "two"]).pk
    drive("PATCH", "document", {"title": f"{SECRET} 2", "published_url": f"https://{SECRET}.org"}, pk=ready)
    drive("PUT", "document", text, pk=ready)
    drive("PATCH", "documents", [{"id": new, "source": f"{SECRET} 3"}])
    drive("PUT", "documents", [{"id": new, "title": f"{SECRET} 4"}])
    drive("PUT", "document-data-key", {"values": [f"{SECRET} 5"]}, document_pk=ready, key=SECRET)
    drive("PATCH", "document-data-key", {"values": [f"{SECRET} 6"]}, document_pk=ready, key=SECRET)
    drive("DELETE", "document-data-key", document_pk=ready, key=SECRET)
    note = drive("POST", "document-notes", {**box, "title": SECRET, "content": SECRET}, document_pk=ready)["id"]
    drive("PATCH", "document-note", {"content": f"{SECRET} 2"}, document_pk=ready, pk=note)
    drive("PUT", "document-note", {**box, "title": "3", "content": SECRET}, document_pk=ready, pk=note)
    drive("DELETE", "document-note", document_pk=ready, pk=note)
    section = drive("POST", "document-sections", {"page_number": 0, "title": SECRET}, document_pk=ready)["id"]
    drive("PATCH", "document-section", {"title": f"{SECRET} 2"}, document_pk=ready, pk=section)
    drive("PUT", "document-section", {"title": f"{SECRET} 3", "page_number": 1}, document_pk=ready, pk=section)
    drive("DELETE", "document-section", document_pk=ready, pk=section)
    uploaded = upload_file(owner, b"%PDF-1.4").pk
    drive("POST", "document-process", {}, pk=uploaded)
    drive("DELETE", "document-process", pk=uploaded)
    drive("POST", "documents-process", {"ids": [uploaded]})
    drive("DELETE", "document", pk=ready)
    drive("POST", "trash-restore", pk=ready)
    drive("DELETE", "document", pk=ready)
    drive("DELETE", "trashed", pk=ready)
    saved = drive("POST", "saved-searches", {"name": SECRET, "query": SECRET})["uuid"]
    drive("PATCH", "saved-search", {"name": f"{SECRET} 2"}, uuid=saved)
    drive("PUT", "saved-search", {"name": SECRET, "query": f"{SECRET} 2"}, uuid=saved)
    drive("DELETE", "saved-search", uuid=saved)


def _projects(drive: Drive, owner: User, colleague: User) -> None:
    document = make_document(owner).pk
    project = drive("POST", "projects", {"title": SECRET, "description": SECRET})["id"]
    place = {"project_pk": project}
    drive("PATCH", "project", {"title": f"{SECRET} 2"}, pk=project)
    drive("PUT", "project", {"title": f"{SECRET} 3", "description": SECRET}, pk=project)
    drive("POST", "project-documents", {"document": document}, **place)
    drive("PATCH", "project-document", {"edit_access": False}, **place, document_pk=document)
    drive("PUT", "project-document", {"edit_access": True}, **place, document_pk=document)
    drive("DELETE", "project-document", **place, document_pk=document)
    drive("PUT", "project-documents", [{"document": document}], **place)
    drive("POST", "collaborators", {"email": colleague.email, "access": "view"}, **place)
    drive("PATCH", "collaborator", {"access": "edit"}, **place, user_id=colleague.pk)
    drive("DELETE", "collaborator", **place, user_id=colleague.pk)
    drive("POST", "project-invitations", {"email": f"{SECRET}@example.com", "access": "view"}, **place)
    drive("DELETE", "project", pk=project)


def _people(drive: Drive, owner: User) -> None:
    key = drive("POST", "api-keys", {"name": SECRET, "scopes": ["read"]})["id"]
    drive("DELETE", "api-key", pk=key)
    drive("POST", "messages", {"subject": SECRET, "content": SECRET})
    drive("POST", "mailkey")
    drive("DELETE", "mailkey")
    drive("PATCH", "me", {"wants_mail": False})
    drive("PATCH", "notification", {"read": True}, pk=owner.notifications.values_list("pk", flat=True)[0])
    notifications.notify(owner, "news", {})
    drive("POST", "notifications-read")
    inside = {"organization_pk": owner.organization_id}
    invited = drive("POST", "organization-invitations", {"email": f"{SECRET}2@example.com"}, **inside)["id"]
    drive("POST", "organization-invitation-resend", **inside, pk=invited)
    drive("DELETE", "organization-invitation", **inside, pk=invited)
    Organization.objects.filter(slug="newsroom").update(purchased_credits=9)
    drive("POST", "organization-credits", {"ai_credits": 2, "note": SECRET}, **inside)
