"""Fills the database for the benchmark of lists: rows are copied inside it, a million of them in half a minute."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from documents.choices import Access, BulkAction, ExtractKind, Status
from documents.models import BulkJob, Document, Entity, Extract, Mail, Mention, Note, SavedSearch, Section
from organizations.actions import people
from organizations.models import ApiKey, Event, Membership, Notification, Organization, Session, User
from projects.models import Access as Role
from projects.models import Collaborator, Project, ProjectDocument

NOTES = 10  # on each document; `Multitude.document` has a tenth of the number of documents, and so many events too
PER_PROJECT = 10
SOME = 40
"""One person, one deleted document, one key and so on for so many documents: a page of each where there are 1,000."""


@dataclass
class Multitude:
    """What `user` meets: of ten documents five are theirs, three are published by others, one is shared through
    `project`, which holds all, and one they do not see. `document` is the one with very many notes and events."""

    user: User
    organization: Organization
    document: Document
    project: Project
    size: int = 0

    def grow(self, size: int) -> None:
        """More of everything, until there are `size` documents."""
        with transaction.atomic(), connection.cursor() as cursor:
            # Foreign keys hold, as rows are copied from rows that keep them: not a million checks at the end
            cursor.execute("SET LOCAL session_replication_role = replica")
            numbers = range(self.size // SOME, size // SOME)
            self._people(numbers)
            self._own(numbers)
            self._on_document(numbers)
            self._documents(size)
            self._projects(size)
            cursor.execute("SET LOCAL session_replication_role = origin")
        self.size = size
        _run("ANALYZE")

    def _people(self, numbers: range) -> None:
        """Others, each with an organization, whom the person knows by theirs and by the project."""
        papers = [Organization(name=f"Paper {n}", slug=f"paper-{n}") for n in numbers]
        Organization.objects.bulk_create(papers)
        others = User.objects.bulk_create(
            User(username=paper.slug, name=paper.name, organization=paper) for paper in papers
        )
        for organizations in (papers, [self.organization] * len(others)):
            Membership.objects.bulk_create(
                Membership(user=user, organization=at) for user, at in zip(others, organizations, strict=True)
            )
        Collaborator.objects.bulk_create(Collaborator(project=self.project, user=other) for other in others)

    def _own(self, numbers: range) -> None:
        """What only the person themselves sees."""
        user, now = self.user, timezone.now()
        owned: dict[str, Any] = {"user": user, "organization": self.organization, "slug": "minutes"}
        gone = {"status": Status.DELETED, "trashed_status": Status.SUCCESS}
        Document.objects.bulk_create(
            Document(title=f"Draft {n}", **owned, **gone, trashed_at=now - timedelta(seconds=n)) for n in numbers
        )
        Notification.objects.bulk_create(Notification(user=user, kind="message", data={}) for _ in numbers)
        SavedSearch.objects.bulk_create(SavedSearch(user=user, name=f"Search {n}", query="budget") for n in numbers)
        BulkJob.objects.bulk_create(BulkJob(user=user, action=BulkAction.DATA, total=0) for _ in numbers)
        Mail.objects.bulk_create(Mail(user=user, storage_key=f"mail/{n}", sha256=f"{n:064}", size=1) for n in numbers)
        key = {"user": user, "name": "script", "start": "dp_", "scopes": [ApiKey.Scope.READ]}
        ApiKey.objects.bulk_create(ApiKey(**key, digest=f"{n:064}") for n in numbers)
        times = dict.fromkeys(("seen_at", "signed_in_at"), now) | {"expire_date": now + timedelta(days=1)}
        Session.objects.bulk_create(
            Session(session_key=f"bench{n}", uuid=uuid.uuid4(), user=user, **times) for n in numbers
        )

    def _on_document(self, numbers: range) -> None:
        """What hangs on the one document, beside its notes."""
        Section.objects.bulk_create(Section(document=self.document, page_number=n, title=f"Part {n}") for n in numbers)
        entities = Entity.objects.bulk_create(Entity(user=self.user, name=f"Witness {n}") for n in numbers)
        Mention.objects.bulk_create(Mention(document=self.document, entity=entity) for entity in entities)
        about: dict[str, Any] = {"document": self.document, "kind": ExtractKind.DATE, "count": 1}
        metadata = {"year": 2024, "month": 1, "day": 1}
        Extract.objects.bulk_create(Extract(name=f"day {n}", metadata=metadata, **about) for n in numbers)

    def _documents(self, size: int) -> None:
        known, series, tenth = _last(Document), _series(self.size, size), _series(self.size // NOTES, size // NOTES)
        _copy(
            self.document,
            f"SELECT s.id, o.id AS owner, o.organization_id AS home FROM ({series}) s JOIN ({_others(self.user)}) o"  # noqa: S608
            f" ON o.number = s.id % {size // SOME}",
            title="'Minutes ' || n.id",
            slug="'minutes-' || n.id",
            access=f"CASE WHEN n.id % 10 IN (1, 3, 8, 9) THEN '{Access.PRIVATE}' ELSE '{Access.PUBLIC}' END",
            user_id="CASE WHEN n.id % 10 < 5 THEN t.user_id ELSE n.owner END",
            organization_id="CASE WHEN n.id % 10 < 5 THEN t.organization_id ELSE n.home END",
        )
        fresh = f"SELECT id, user_id, slug FROM documents_document WHERE id > {known}"  # noqa: S608
        place = ProjectDocument.objects.get(project=self.project, document=self.document)
        _copy(place, fresh, document_id="n.id", edit_access=f"n.user_id = {self.user.pk} OR n.slug LIKE '%8'")
        note = Note.objects.filter(document=self.document).earliest("pk")
        _copy(note, f"SELECT f.id FROM ({fresh}) f, generate_series(1, {NOTES})", document_id="n.id")  # noqa: S608
        _copy(note, tenth)
        event = Event.objects.filter(target_type="document", target_id=self.document.pk).earliest("pk")
        _copy(event, fresh, target_id="n.id")
        _copy(event, tenth)

    def _projects(self, size: int) -> None:
        known = _last(Project)
        _copy(self.project, _series(self.size // PER_PROJECT, size // PER_PROJECT), title="'Project ' || n.id")
        admin = Collaborator.objects.get(project=self.project, user=self.user)
        _copy(admin, f"SELECT id FROM projects_project WHERE id > {known}", project_id="n.id")  # noqa: S608


def populate(user: User, size: int) -> Multitude:
    """The multitude of a new person, with so many documents."""
    organization = Organization.objects.get(uuid=user.uuid)
    owned: dict[str, Any] = {"user": user, "organization": organization}
    pages = {"page_count": 3, "page_spec": "612.00x792.00:0-2", "data": {"_tag": ["minutes"]}}
    processed = {"status": Status.SUCCESS, "extracted_at": timezone.now(), **pages}
    document = Document.objects.create(title="Minutes", slug="minutes", **owned, **processed)
    Note.objects.create(document=document, page_number=0, access=Access.PUBLIC, title="Look", **owned)
    about = {"actor_id": user.pk, "organization_id": organization.pk}
    Event.objects.create(kind="document.updated", target_type="document", target_id=document.pk, **about)
    project = Project.objects.create(user=user, title="Council", slug="council", private=True)
    Collaborator.objects.create(project=project, user=user, access=Role.ADMIN)
    ProjectDocument.objects.create(project=project, document=document, edit_access=True)
    multitude = Multitude(user, organization, document, project)
    multitude.grow(size)
    return multitude


def newcomer() -> User:
    """The person whose documents the benchmarks make."""
    return people.create_user(username="bench", email="bench@example.org")


def _copy(row: Model, source: str, **values: str) -> None:
    """One more of the row for each `n` in the source, with other values for some columns, in SQL."""
    table = row._meta.db_table
    columns = [str(field.column) for field in row._meta.concrete_fields if not field.primary_key]
    chosen = ", ".join(values.get(name, f"t.{name}") for name in columns)
    _run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} t, ({source}) n"  # noqa: S608
        f" WHERE t.id = {row.pk} ORDER BY n.id"
    )


def _series(first: int, last: int) -> str:
    return f"SELECT id FROM generate_series({first + 1}, {last}) id"  # noqa: S608


def _others(user: User) -> str:
    """People beside the user who have an organization, numbered from 0."""
    return (
        "SELECT id, organization_id, row_number() OVER (ORDER BY id) - 1 AS number FROM organizations_user"  # noqa: S608
        f" WHERE id <> {user.pk} AND username LIKE 'paper-%'"
    )


def _last(model: type[Model]) -> int:
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
