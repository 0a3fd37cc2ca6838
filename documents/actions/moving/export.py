"""Everything that a person or an organization owns, as one archive that is written while it is sent.

Format 1 is a tar of plain files, in this order:

- `format.json`: `format`, the `site` and a name of the `installation`, whose it is, how many documents follow.
- `projects.jsonl`, `searches.jsonl`: a line for each project (with its people) and each saved search.
- for each document `documents/<id>/` with `document.pdf`, `original` (the bytes as they were uploaded), `text.jsonl`
  (a line for each page: text and word boxes), `revisions/<number>` (earlier states), and at last `manifest.jsonl`: one
  line each for the document, its files (`name`, `size`, `sha256`), places in projects, notes, sections, revisions and
  events.
- `end.json`: how many documents there are in fact. An archive without it was cut short.

Page images are drawn from the PDF and left out. What others own is not in it, even if it is shared. Nothing larger than
a piece of a file is in memory.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from docplatform.lib import storage
from docplatform.lib.moments import moment
from documents import paths, permissions
from documents.actions.moving import records, tape
from documents.choices import Access
from documents.models import Document, Note, Revision, SavedSearch, Section, Version, VersionPage
from organizations import events
from organizations.models import Event, Organization, User
from projects import permissions as project_permissions
from projects.models import Project, ProjectDocument

FORMAT = 1
AT_ONCE = 200


@dataclass(frozen=True)
class Export:
    """What goes into an archive. `owner` says whose it is."""

    owner: dict[str, Any]
    documents: QuerySet[Document]
    notes: Q
    projects: QuerySet[Project]
    searches: QuerySet[SavedSearch]


def of_person(user: User) -> Export:
    """What the person owns and may see."""
    return Export(
        owner={"user": records.person(user)},
        documents=Document.objects.filter(permissions.ALIVE, user=user),
        notes=permissions.view_notes(user),
        projects=Project.objects.filter(project_permissions.view(user), user=user),
        searches=SavedSearch.objects.filter(user=user),
    )


def of_organization(organization: Organization, *, admin: User | None = None) -> Export:
    """What belongs to the organization; private documents and notes of its members are theirs. With `admin`: as far as
    that person sees it."""
    documents = Document.objects.filter(permissions.ALIVE, organization=organization).exclude(access=Access.PRIVATE)
    members = organization.memberships.values("user_id")
    projects = Project.objects.filter(user__in=members, memberships__document__in=documents.values("pk")).distinct()
    notes = ~Q(access=Access.PRIVATE)
    if admin is not None:
        documents = documents.filter(permissions.view(admin))
        projects = projects.filter(project_permissions.view(admin))
        notes &= permissions.view_notes(admin)
    return Export(
        {"organization": records.organization(organization)}, documents, notes, projects, SavedSearch.objects.none()
    )


def log(subject: User | Organization, *, actor: User | None = None) -> None:
    """Leave a line about an export that somebody asked for."""
    owner = subject.pk if isinstance(subject, Organization) else subject.organization_id
    events.record("export.started", target=subject, actor=actor, organization_id=owner)


def installation() -> str:
    """A name that no other installation has, made from what its first account got at random."""
    first = User.objects.order_by("pk").values_list("uuid", flat=True).first()
    return hashlib.sha256(f"installation {first}".encode()).hexdigest()[:32]


def stream(export: Export) -> Iterator[bytes]:
    """The archive, piece by piece. Between documents no connection to the database is held: the reader may be slow."""
    ids = list(export.documents.order_by("pk").values_list("pk", flat=True))
    projects = list(export.projects.order_by("pk").prefetch_related("collaborators__user"))
    yield from tape.put_bytes("format.json", _spelled(_head(export, len(ids))))
    yield from _listed("projects.jsonl", [records.project(row) for row in projects])
    yield from _listed("searches.jsonl", [records.search(row) for row in export.searches.order_by("pk")])
    known, count = [row.pk for row in projects], 0
    for pk in ids:
        document = _found(export, pk)
        if document is not None:
            yield from _Document(document, export.notes, known).stream()
            count += 1
        if not connection.in_atomic_block:
            connection.close()  # into the pool
    yield from tape.put_bytes("end.json", _spelled({"documents": count}))
    yield tape.end()


def _head(export: Export, count: int) -> dict[str, Any]:
    where = {"site": settings.PUBLIC_URL, "installation": installation()}
    return {"format": FORMAT, **where, "made_at": moment(timezone.now()), "owner": export.owner, "documents": count}


def _found(export: Export, pk: int) -> Document | None:
    """As it is now: it may have gone since."""
    return export.documents.filter(pk=pk).select_related("user", "organization", "version").first()


def _listed(name: str, rows: list[dict[str, Any]]) -> tape.Pieces:
    return tape.put_bytes(name, b"".join(_spelled(row) + b"\n" for row in rows))


def _spelled(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class _Document:
    """One document: its files, and then its manifest."""

    def __init__(self, document: Document, notes: Q, projects: list[int]) -> None:
        self.document = document
        self.notes = Note.objects.filter(notes, document=document).select_related("user").order_by("pk")
        self.places = ProjectDocument.objects.filter(document=document, project__in=projects).order_by("pk")
        self.manifest = tape.Lines()

    def stream(self) -> Iterator[bytes]:
        """All that belongs to it."""
        self._say(records.document(self.document))
        yield from self._files()
        for row in self._rows():
            self._say(row)
        yield from self.manifest.put(self._name("manifest.jsonl"))

    def _files(self) -> Iterator[bytes]:
        document, version = self.document, self.document.version
        if version is not None and version.pdf_key:
            yield from self._file("document.pdf", version.pdf_key)
            yield from self._told(_texts(version).put(self._name("text.jsonl")), "text.jsonl")
        if document.original_hash:
            yield from self._file("original", paths.original(document.pk, document.original_hash))
        kept = Revision.objects.filter(document=document, version__isnull=False).select_related("version", "user")
        for revision in kept.order_by("number"):
            self._say(records.revision(revision))
            if revision.version and revision.version != version and revision.version.pdf_key:
                yield from self._file(f"revisions/{revision.number}", revision.version.pdf_key)

    def _rows(self) -> Iterator[dict[str, Any]]:
        for place in self.places:
            yield {"kind": "place", "project": place.project_id, "edit_access": place.edit_access}
        yield from map(records.note, self.notes.iterator(AT_ONCE))
        sections = Section.objects.filter(document=self.document).order_by("page_number")
        yield from map(records.section, sections.iterator(AT_ONCE))
        told = Event.objects.filter(target_type="document", target_id=self.document.pk).order_by("pk")
        yield from map(records.event, told.iterator(AT_ONCE))

    def _file(self, name: str, key: str) -> Iterator[bytes]:
        try:
            size, source = storage.backend().size(key), storage.backend().open(key)
        except storage.Missing:
            self._say({"kind": "missing", "file": name})
            return
        with source:
            yield from self._told(tape.put(self._name(name), source, size), name)

    def _told(self, pieces: tape.Pieces, name: str) -> Iterator[bytes]:
        entry = yield from pieces
        self._say({"kind": "file", "file": name, "size": entry.size, "sha256": entry.sha256})

    def _name(self, name: str) -> str:
        return f"documents/{self.document.pk}/{name}"

    def _say(self, row: dict[str, Any]) -> None:
        self.manifest.add(_spelled(row))


def _texts(version: Version) -> tape.Lines:
    """What was read of the pages."""
    lines = tape.Lines()
    entries = VersionPage.objects.filter(version=version).select_related("page__text").order_by("number")
    for entry in entries.iterator(AT_ONCE):
        page = entry.page
        try:
            words = json.loads(storage.backend().read(paths.page_boxes(page.words))) if page.words else []
        except storage.Missing:
            words = []
        lines.add(_spelled(records.page(entry.number, page, words)))
    return lines
