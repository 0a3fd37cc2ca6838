"""Takes over what another installation exported: documents with their text, notes, sections, data and projects.

Nothing is read anew: the PDF is opened as any upload, in the sandbox, its pages are drawn, and their text and word
boxes are those of the archive (documents.pipeline.stages.adopt). A document without a PDF in the archive is processed
from its original. Only the present state of a document is made here, and the log stays where it was written.
Repeating it does what is left to do: see documents.actions.moving.arrivals.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from docplatform.lib import storage
from docplatform.lib.errors import Refused
from documents import paths
from documents.actions import document as documents
from documents.actions import processing
from documents.actions import projects as places
from documents.actions.moving import arrivals, checks, parcels, records
from documents.actions.moving.checks import Row
from documents.actions.moving.parcels import Archive, Parcel
from documents.actions.moving.tape import BROKEN, Damaged
from documents.choices import Access, JobKind, Status
from documents.models import Document, Note, SavedSearch, Section
from documents.pipeline import archived, jobs
from documents.search import index
from documents.search import notes as search_notes
from organizations import events
from organizations.models import User
from organizations.permissions import feature_level, may_upload
from projects.actions import project as projects
from projects.models import Access as Role
from projects.models import Collaborator, Project

MOST_BUSY = 20
NO_FILE = "The archive has no file of this document."


@dataclass
class Report:
    """What came of it: documents by their old id."""

    new: dict[int, int] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Import:
    """One archive for one person. With `keep_access` documents are as public as they were, and projects shared with the
    same people."""

    user: User
    wait: Callable[[], None]
    tell: Callable[[Report], None]
    keep_access: bool = False
    archive: Archive = field(default_factory=Archive)
    report: Report = field(default_factory=Report)
    projects: dict[int, Project] = field(default_factory=dict)

    def run(self, stream: BinaryIO) -> Report:
        """All of it; Damaged where the archive cannot be read to its end."""
        self.take_all(parcels.unpack(stream, self.archive, wanted=self.is_wanted))
        if not self.archive.is_whole:
            raise Damaged(parcels.UNFINISHED)
        for row in self.archive.projects:
            self._project(row)
        for row in self.archive.searches:
            _search(self.user, row)
        return self.conclude()

    def take_all(self, found: Iterable[Parcel]) -> None:
        """Documents one after the other, not too many at once."""
        for parcel in found:
            while arrivals.busy(self.user) >= MOST_BUSY:
                self.wait()
            arrivals.room()
            try:
                self.report.new[parcel.id] = self._take(parcel).pk
            except Damaged as error:
                self.report.failed.append((str(parcel.id), str(error)))
            except Refused as error:
                self.report.failed.append((str(parcel.id), error.message))
            self.tell(self.report)

    def conclude(self) -> Report:
        """Wait until all are processed."""
        while arrivals.busy(self.user):
            self.wait()
        self.report.failed += arrivals.failures(self.user, self.archive.site)
        return self.report

    def is_wanted(self, old: int) -> bool:
        """Nobody has taken it yet, or not to the end."""
        document = arrivals.known(self.user, self.archive.site, str(old))
        if document is None or arrivals.needs_file(document):
            return True
        self.report.known[old] = document.pk
        return False

    def _take(self, parcel: Parcel) -> Document:
        parcel.check()
        row = parcel.row()
        pdf, original = parcel.file("document.pdf"), parcel.file("original")
        if pdf is None and original is None:
            raise Damaged(NO_FILE)
        if pdf is not None:
            pages = _texts(parcel, checks.document(row)["language"])
        else:
            pages = checks.whole(row.get("page_count"), below=settings.MAX_PAGES) or 0
        document = arrivals.known(self.user, self.archive.site, str(parcel.id))
        document = document or self._create(parcel, row, pages)
        for place in parcel.rows["place"]:
            self._put(document, place)
        if pdf is not None:
            adopt(document, parcel, pages=pages, actor=self.user)
        elif original is not None:
            arrivals.hand_in(document, original, actor=self.user)
        if born := checks.moment(row.get("created_at")):
            Document.objects.filter(pk=document.pk).update(created_at=born)  # only now: old uploads that wait expire
        return document

    @transaction.atomic
    def _create(self, parcel: Parcel, row: Row, pages: int) -> Document:
        """The row with all that hangs on it, at once."""
        item = checks.document(row)
        item["access"] = self._access(item["access"])
        item["revision_control"] = row.get("revision_control") is True and feature_level(self.user) > 0
        if parcel.file("original") is None:
            item["original_extension"] = "pdf"
        url = checks.url(row.get("canonical_url"))
        document = arrivals.create(item, actor=self.user, site=self.archive.site, key=str(parcel.id), url=url)
        Document.objects.filter(pk=document.pk).update(user=self._person(row.get("user")))
        index.write(document)
        notes = [self._note(document, found, pages) for found in parcel.rows["note"]]
        made = Note.objects.bulk_create([note for note, _ in notes if note])
        self._date_notes([(note, found) for note, found in notes if note])
        search_notes.read([(note, document.language) for note in made])
        sections = [checks.section(found, pages=pages) for found in parcel.rows["section"]]
        by_page = {found["page_number"]: found for found in sections if found}
        Section.objects.bulk_create(Section(document=document, **found) for found in by_page.values())
        data = {"notes": len(made), "sections": len(by_page)}
        events.record(
            "document.imported", actor=self.user, target=document, organization_id=document.organization_id, data=data
        )
        document.refresh_from_db()
        return document

    def _note(self, document: Document, found: Row, pages: int) -> tuple[Note | None, Row]:
        columns = checks.note(found, pages=pages)
        if columns is None:
            return None, found
        columns["access"] = self._access(columns["access"])
        author = self._person(found.get("user"))
        return Note(document=document, user=author, organization_id=document.organization_id, **columns), found

    def _date_notes(self, notes: list[tuple[Note, Row]]) -> None:
        for note, found in notes:
            note.created_at = checks.moment(found.get("created_at")) or note.created_at
            note.updated_at = checks.moment(found.get("updated_at")) or note.created_at
        Note.objects.bulk_update([note for note, _ in notes], ["created_at", "updated_at"], batch_size=500)

    def _access(self, was: str) -> str:
        """Nothing is shared because an archive says so, unless whoever imports it wants that."""
        if not self.keep_access or (was == Access.PUBLIC and not may_upload(self.user)):
            return Access.PRIVATE.value
        return was

    def _person(self, found: object) -> User:
        """The same person here, if they work in the same organization; otherwise whoever imports."""
        return _matching(found, organization_id=self.user.organization_id) or self.user

    def _put(self, document: Document, place: Row) -> None:
        old = checks.whole(place.get("project"))
        row = next((row for row in self.archive.projects if row.get("id") == old), None)
        project = self._project(row) if row else None
        if project is not None:
            is_mine = not project.collaborators.exclude(user=self.user).exists()
            shares = place.get("edit_access") is True and (self.keep_access or is_mine)
            places.put(project, {document.pk: shares}, actor=self.user)

    def _project(self, row: Row) -> Project | None:
        """The project of the same title, made where there is none. Two of one title in the archive stay two."""
        old = checks.whole(row.get("id"))
        if old is None:
            return None
        if old not in self.projects:
            title = checks.text(row.get("title"), 200) or "Untitled"
            taken = {project.title for project in self.projects.values()}
            project = arrivals.project_called(f"{title} ({old})" if title in taken else title, user=self.user)
            description = checks.text(row.get("description"), 1000)
            if description and not project.description:
                projects.update(project, {"description": description}, actor=self.user)
            self.projects[old] = project
            if self.keep_access:
                self._share(project, row)
        return self.projects[old]

    def _share(self, project: Project, row: Row) -> None:
        people = row.get("collaborators")
        for found in people if isinstance(people, list) else []:
            user = _matching(found)
            access = checks.one_of(found.get("access"), Role.values, "") if isinstance(found, dict) else ""
            if user and access and not Collaborator.objects.filter(project=project, user=user).exists():
                projects.add_collaborator(project, user=user, access=Role(access), actor=self.user)


@transaction.atomic
def adopt(document: Document, parcel: Parcel, *, pages: int, actor: User) -> None:
    """Store the files and begin the job that takes them over."""
    [fresh] = documents.lock([document.pk])
    if fresh.is_processing:
        raise Refused("processing", processing.PROCESSING)
    original, files = parcel.file("original"), storage.backend()
    if original is not None:
        fresh.original_hash = parcel.entries["original"].sha256
        files.put(paths.original(fresh.pk, fresh.original_hash), original)
    files.put(fresh.upload_key, parcel.folder / "document.pdf")
    fresh.status = Status.PENDING
    fresh.save(update_fields=["status", "original_hash", "updated_at"])
    job = jobs.open_job(
        fresh, user_id=actor.pk, kind=JobKind.ADOPT, upload_key=fresh.upload_key, options={"pages": pages}
    )
    archived.keep(job, parcel.folder / "checked.jsonl")
    index.write(fresh)
    data = {"change": JobKind.ADOPT.value, "job": job.pk}
    events.record("document.started", actor=actor, target=fresh, organization_id=fresh.organization_id, data=data)


def _texts(parcel: Parcel, language: str) -> int:
    """The archive's text, checked, as the job will read it; how many pages."""
    source, count = parcel.file("text.jsonl"), 0
    if source is None:
        raise Damaged(BROKEN)
    target: Path = parcel.folder / "checked.jsonl"
    with target.open("wb") as file:
        for count, row in enumerate(parcels.lines(source), 1):
            if row.get("page") != count - 1 or count > settings.MAX_PAGES:
                raise Damaged(BROKEN)
            file.write(archived.spelled(checks.page(row, count - 1, language)))
    return count


def _matching(found: object, **also: int | None) -> User | None:
    """Somebody with the same user name and the same e-mail address."""
    if not isinstance(found, dict) or not isinstance(found.get("username"), str) or not found.get("email_sha256"):
        return None
    username = checks.text(found["username"], 150)
    user = User.objects.filter(username=username, is_active=True, **also).first()
    return user if user and records.email_hash(user.email) == found["email_sha256"] else None


def _search(user: User, row: Row) -> None:
    """Known by its old name, so that it is made once for each person."""
    try:
        name = uuid.uuid5(user.uuid, str(uuid.UUID(checks.text(row.get("uuid"), 36))))
    except ValueError:
        return
    columns = {"name": checks.text(row.get("name"), 255) or "Untitled", "query": checks.text(row.get("query"), 2000)}
    SavedSearch.objects.get_or_create(uuid=name, defaults={"user": user, **columns})
