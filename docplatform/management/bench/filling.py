"""Fills the database for the benchmark of search, by the code that writes the index in earnest, with two processes."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, connections, models, transaction

from docplatform.management.bench import corpus
from docplatform.management.bench.corpus import BATCH, Sheet
from docplatform.management.bench.crew import fork
from documents.choices import Access, Status
from documents.models import Document, Page, PageText, SearchDoc, Version, VersionPage
from documents.search import index
from organizations.actions import people
from organizations.models import Membership, Organization, User
from projects.models import Access as Role
from projects.models import Collaborator, Project, ProjectDocument

PROCESSES = 2
PAGES_AT_ONCE = 200
GIN: tuple[tuple[type[models.Model], str], ...] = ((PageText, "page_text_tsv"), (SearchDoc, "search_doc_terms"))
SIZE = (612.0, 792.0)

# What the pages' language and the documents' days would need bulk_update for
FINISH = """
UPDATE documents_document d SET version_id = v.id, created_at = now() - (d.id * 7919 %% 6500) * interval '1 day'
FROM documents_version v WHERE v.document_id = d.id AND d.id = ANY(%s)
"""


@dataclass
class Library:
    """What `user` searches. They see 60 of 100 documents: 40 are published, 5 their own, 10 shared with their
    organization and 5 through `project`."""

    user: User
    stranger: User
    colleague: User
    project: Project
    batches: int = 0
    pages: int = 0

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return self.batches * BATCH

    def grow(self, pages: int) -> float:
        """More documents, until there are so many pages; seconds. The indexes are built afterwards."""
        began = time.perf_counter()
        first = self.batches
        while self.pages < pages:
            self.pages += sum(corpus.page_counts(self.batches))
            self.batches += 1
        _alter(lambda editor, model, gin: editor.remove_index(model, gin))
        batches = list(range(first, self.batches))
        if first == 0:  # a few at first, so that statistics say which words are common
            self._fill(batches[:10])
            run("ANALYZE")
        rest = batches[10:] if first == 0 else batches
        together([partial(self._fill, rest[number::PROCESSES]) for number in range(PROCESSES)])
        build()
        run("VACUUM ANALYZE")
        return time.perf_counter() - began

    def _fill(self, batches: Iterable[int]) -> None:
        run("SET synchronous_commit = off")
        run("SET enable_seqscan = off")  # there are no statistics of what comes now
        for batch in batches:
            self.add(list(corpus.sheets(batch)), first=batch * BATCH)

    @transaction.atomic
    def add(self, sheets: Sequence[Sheet], *, first: int) -> list[int]:
        """Documents with their index; `first` is the number of the first one, which says whose they are."""
        run("SET LOCAL session_replication_role = replica")  # foreign keys hold
        numbers = range(first, first + len(sheets))
        documents = Document.objects.bulk_create(map(self._document, numbers, sheets))
        ids = [document.pk for document in documents]
        versions = Version.objects.bulk_create(
            Version(document=document, page_count=document.page_count) for document in documents
        )
        run(FINISH, [ids])
        shared = [document for number, document in zip(numbers, documents, strict=True) if number % 20 == 3]
        ProjectDocument.objects.bulk_create(
            ProjectDocument(project=self.project, document=one, edit_access=True) for one in shared
        )
        pages = _pages(versions, sheets)
        for start in range(0, len(pages), PAGES_AT_ONCE):
            index.add_pages(pages[start : start + PAGES_AT_ONCE])
        index.write_all(ids)
        return ids

    def _document(self, number: int, sheet: Sheet) -> Document:
        access, user = self._whose(number % 20)
        return Document(
            user=user,
            organization=user.organization,
            access=access,
            status=Status.SUCCESS,
            slug=f"document-{number}",
            title=sheet.title,
            source=sheet.source,
            description=sheet.description,
            language=sheet.language,
            page_count=len(sheet.pages),
            data={"_tag": sheet.tags, "color": [("red", "green", "blue")[number % 3]]},
        )

    def _whose(self, place: int) -> tuple[Access, User]:
        match place:
            case 0:
                return Access.PRIVATE, self.user
            case 1 | 2:
                return Access.ORGANIZATION, self.colleague
            case _ if place >= 12:
                return Access.PUBLIC, self.stranger
        return Access.PRIVATE, self.stranger


def found() -> Library:
    """An empty library with its people."""
    user, stranger = (people.create_user(username=name, email=f"{name}@example.org") for name in ("reader", "stranger"))
    paper = Organization.objects.create(name="Paper", slug="paper")
    colleague = User.objects.create(username="colleague", name="Colleague", organization=paper)
    Membership.objects.bulk_create(Membership(user=one, organization=paper) for one in (user, colleague))
    project = Project.objects.create(user=stranger, title="Shared", slug="shared", private=True)
    Collaborator.objects.create(project=project, user=user, access=Role.VIEW)
    return Library(user, stranger, colleague, project)


def _pages(versions: Sequence[Version], sheets: Sequence[Sheet]) -> list[tuple[Page, str]]:
    places = [
        (version, number, sheet.language, text)
        for version, sheet in zip(versions, sheets, strict=True)
        for number, text in enumerate(sheet.pages)
    ]
    width, height = SIZE
    pages = Page.objects.bulk_create(Page(width=width, height=height, language=spoken) for _, _, spoken, _ in places)
    VersionPage.objects.bulk_create(
        VersionPage(version=version, number=number, page=page)
        for page, (version, number, _, _) in zip(pages, places, strict=True)
    )
    return [(page, text) for page, (_, _, _, text) in zip(pages, places, strict=True)]


def together(works: Iterable[Callable[[], object]]) -> None:
    """Each in a process of its own."""
    connections.close_all()  # a fork must not share a connection
    members = [fork.Process(target=work) for work in works]
    try:
        for member in members:
            member.start()
        for member in members:
            member.join()
            if member.exitcode:
                raise RuntimeError("A process of the benchmark failed.")
    finally:
        for member in members:
            with suppress(ValueError):
                member.kill()


def build() -> None:
    """The indexes of words as the models declare them, one in each process: after the rows, which is faster."""
    together([partial(_build, one) for one in GIN])


def _build(one: tuple[type[models.Model], str]) -> None:
    run("SET maintenance_work_mem = '512MB'")
    _alter(lambda editor, model, gin: editor.add_index(model, gin), [one])


def _alter(change: Callable[[Any, type[models.Model], GinIndex], None], which: Iterable[Any] = GIN) -> None:
    for model, name in which:
        [gin] = [declared for declared in model._meta.indexes if declared.name == name]
        with connection.schema_editor(atomic=False) as editor:
            change(editor, model, gin)


def run(sql: str, params: Sequence[Any] = ()) -> list[Any]:
    """The rows of a statement, if it gives any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall()) if cursor.description else []
