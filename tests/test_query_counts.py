"""How many queries each list costs: the number that stands here, for one row as for ten."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.choices import BulkAction, ExtractKind, Status
from documents.models import (
    BulkItem,
    BulkJob,
    Document,
    Entity,
    Extract,
    Mail,
    Mention,
    Origin,
    RedactionDraft,
    Revision,
    SavedSearch,
)
from documents.search import index, notes
from organizations.models import ApiKey, Event, Invitation, Membership, Notification, Organization, Plan, Session, User
from projects.models import Collaborator, Pin, Project, ProjectDocument, ProjectInvitation
from tests.conftest import client_of, person
from tests.documents.factories import make_document, make_error, make_project
from tests.documents.modifying import BOX, note, section

EVERYTHING = "expand=~all,user.organization"

# what is asked for, and the number of queries; `d` is a document, `p` a project, `o` an organization, `b` a bulk job
COUNTS: dict[str, int] = {
    "documents/": 1,
    f"documents/?{EVERYTHING}": 6,
    "documents/?version=1.0": 2,
    "documents/d/": 1,
    f"documents/d/?{EVERYTHING},notes,notes.user,notes.organization,revisions": 12,
    "documents/search/?q=budget": 11,
    f"documents/search/?q=budget&{EVERYTHING}": 16,
    "documents/search/?q=look&hl=true": 16,
    "documents/search/?q=budget&facets=access,user,project,tag,created_at:year": 12,
    "documents/suggest/?q=budget": 10,
    "documents/d/similar/": 14,
    "documents/search/saved/": 1,
    "documents/pending/": 1,
    "documents/d/notes/": 2,
    "documents/d/notes/?expand=~all": 4,
    "documents/d/sections/": 2,
    "documents/d/entities/": 2,
    "documents/d/entities/?expand=entity": 2,
    "documents/d/legacy_entities/": 2,
    "documents/d/legacy_entities_2/": 2,
    "documents/d/dates/": 2,
    "documents/d/errors/": 2,
    "documents/d/events/": 4,
    "documents/d/redaction_drafts/": 3,
    "entities/": 1,
    "bulk/": 1,
    "bulk/b/items/": 2,
    "events/": 2,
    "mail/": 1,
    "trash/": 1,
    "projects/": 1,
    "projects/p/documents/": 6,
    "projects/p/documents/?expand=document": 7,
    f"projects/p/documents/?{EVERYTHING.replace('user', 'document.user')},document.~all": 12,
    "projects/p/users/": 3,
    "projects/p/users/?expand=user": 4,
    "projects/p/invitations/": 3,
    "users/": 2,
    "users/?expand=organization": 3,
    "users/me/sessions/": 1,
    "organizations/": 1,
    "organizations/o/members/": 3,
    "organizations/o/invitations/": 3,
    "notifications/": 1,
    "keys/": 1,
}


class Scene:
    """A person with one more of everything at each call of `grow`."""

    def __init__(self, owner: User) -> None:
        self.owner, self.size = owner, 0
        self.document = make_document(owner, access="public", pages=["one", "two"], extracted_at=timezone.now())
        self.project = make_project(owner, private=False)
        self.job = BulkJob.objects.create(user=owner, action=BulkAction.DATA, total=0)
        Membership.objects.filter(user=owner).update(admin=True)
        plan = Plan.objects.create(name="Professional", feature_level=1)
        Organization.objects.filter(pk=owner.organization_id).update(plan=plan)

    def grow(self) -> None:
        """One more."""
        self.size += 1
        other = person(f"person{self.size}", self.owner.organization)
        self.organization(other)
        self.around(other)
        self.below(other)

    def organization(self, other: User) -> None:
        """One more of what people and organizations have."""
        number, owner = self.size, self.owner
        Organization.objects.create(name=f"Paper {number}", slug=f"paper-{number}")
        Notification.objects.create(user=owner, kind="message", data={"subject": "S", "text": "T"})
        about = {"start": "dp_", "scopes": ["read"]}
        ApiKey.objects.create(user=owner, name="script", digest=f"{number:064}", **about)
        times = dict.fromkeys(("seen_at", "signed_in_at", "expire_date"), timezone.now() + timedelta(days=1))
        Session.objects.create(session_key=f"s{number}", uuid=uuid.uuid4(), user=owner, **times)
        asked = {"inviter": other, "expires_at": timezone.now()}
        mail = f"guest{number}@example.org"
        Invitation.objects.create(email=mail, organization=owner.organization, digest=f"{number:064}", **asked)
        into = Invitation.objects.create(email=mail, digest=f"1{number:063}", **asked)
        ProjectInvitation.objects.create(invitation=into, project=self.project)
        Collaborator.objects.create(project=self.project, user=other)

    def around(self, other: User) -> None:
        """One more of what people find beside a document."""
        number, owner = self.size, self.owner
        document = make_document(other, access="public", original_hash=f"{1:064}")
        Document.objects.filter(pk=self.document.pk).update(original_hash=f"{1:064}")
        make_document(owner, status=Status.DELETED, trashed_at=timezone.now(), trashed_status=Status.SUCCESS)
        make_document(owner, status=Status.PENDING)
        for project in (self.project, make_project(other, f"Project {number}", private=False)):
            Pin.objects.create(project=project, user=other)
            ProjectDocument.objects.create(project=project, document=document, edit_access=True)
            ProjectDocument.objects.get_or_create(project=project, document=self.document)
        with transaction.atomic():
            index.write_all([document.pk, self.document.pk])
        BulkItem.objects.create(job=self.job, document_id=document.pk)
        BulkJob.objects.create(user=owner, action=BulkAction.DATA, total=0)
        SavedSearch.objects.create(user=owner, name="budget")
        mail = Mail.objects.create(user=owner, storage_key="k", sha256=f"{number:064}", size=1)
        Origin.objects.create(user=owner, document=self.document, site=f"mail:{mail.pk}", key="1")

    def below(self, other: User) -> None:
        """One more of what hangs on a document."""
        number, document = self.size, self.document
        notes.read([(note(document, 0, other), "eng")])
        section(document, number, "Chapter")
        make_error(document)
        Revision.objects.create(document=document, number=number, user=other, version=document.version)
        RedactionDraft.objects.create(document=document, user=other, page_number=0, **BOX)
        entity = Entity.objects.create(user=self.owner, name="Ada")
        Mention.objects.create(document=document, entity=entity)
        for kind in (ExtractKind.DATE, ExtractKind.EMAIL):
            Extract.objects.create(document=document, kind=kind, name="x", count=1, metadata={"year": 2024, "day": 1})
        about: dict[str, Any] = {"target_type": "document", "target_id": document.pk}
        Event.objects.create(kind="x", actor_id=other.pk, organization_id=document.organization_id, **about)


@pytest.fixture
def scene(owner: User) -> Scene:
    return Scene(owner)


def queries(work: Callable[[], Any]) -> int:
    """How many queries the request costs."""
    with CaptureQueriesContext(connection) as captured:
        answer = work()
    assert answer.status_code == 200, answer.content
    return len(captured)


def measured(scene: Scene) -> Iterator[tuple[str, int]]:
    client = client_of(scene.owner)
    keys = {"d": scene.document.pk, "p": scene.project.pk, "o": scene.owner.organization_id, "b": scene.job.pk}
    for path in COUNTS:
        address, _, query = path.partition("?")
        url = "/".join(str(keys.get(part, part)) for part in address.split("/"))
        yield path, queries(partial(client.get, f"/api/{url}?{query}"))


def test_lists_cost_the_same_however_long_they_are(scene: Scene) -> None:
    scene.grow()
    assert dict(measured(scene)) == COUNTS
    for _ in range(9):
        scene.grow()
    assert dict(measured(scene)) == COUNTS


# what is sent for each document, and the number of queries
CHANGES: list[tuple[dict[str, Any], int]] = [
    ({"title": "Levy", "data": {"tag": ["x"]}}, 16),
    ({"access": "public", "publish_at": None}, 15),
    ({"user": "colleague", "organization": "newsroom"}, 17),
]


@pytest.mark.parametrize(("change", "count"), CHANGES)
def test_changing_25_documents_costs_as_much_as_one(
    owner: User, colleague: User, newsroom: Organization, change: dict[str, Any], count: int
) -> None:
    named = {"colleague": colleague.pk, "newsroom": newsroom.pk}
    sent = {name: named.get(value, value) if isinstance(value, str) else value for name, value in change.items()}
    documents = [make_document(owner) for _ in range(26)]
    with transaction.atomic():
        index.write_all([document.pk for document in documents])
    found = []
    for batch in (documents[:1], documents[1:]):
        items = [{"id": document.pk, **sent} for document in batch]
        found.append(queries(partial(client_of(owner).patch, "/api/documents/", items)))
    assert found == [count, count]
    assert Event.objects.filter(kind="document.updated").count() == 26


def test_putting_25_documents_into_a_project_costs_as_much_as_one(owner: User) -> None:
    project: Project = make_project(owner)
    documents = [make_document(owner) for _ in range(26)]
    with transaction.atomic():
        index.write_all([document.pk for document in documents])
    found = []
    for batch in (documents[:1], documents[1:]):
        items = [{"document": document.pk} for document in batch]
        url = f"/api/projects/{project.pk}/documents/"
        found.append(queries(partial(client_of(owner).patch, url, items)))
    assert found == [18, 18]
