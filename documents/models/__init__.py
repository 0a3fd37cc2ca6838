"""The tables of documents."""

from documents.models.bulk import BulkItem, BulkJob
from documents.models.document import Document
from documents.models.entity import Entity, Extract, Mention
from documents.models.error import DocumentError
from documents.models.job import Chore, Job, Lane, Step, WorkerBeat
from documents.models.note import Note, Section
from documents.models.origin import Mail, Origin
from documents.models.page import Page, Version, VersionPage
from documents.models.revision import Doomed, RedactionDraft, Revision
from documents.models.saved_search import SavedSearch, SavedSearchHit
from documents.models.search import PageText, SearchDoc, SearchLanguage, SearchValue, SearchWord, StaleMark

__all__ = [
    "BulkItem",
    "BulkJob",
    "Chore",
    "Document",
    "DocumentError",
    "Doomed",
    "Entity",
    "Extract",
    "Job",
    "Lane",
    "Mail",
    "Mention",
    "Note",
    "Origin",
    "Page",
    "PageText",
    "RedactionDraft",
    "Revision",
    "SavedSearch",
    "SavedSearchHit",
    "SearchDoc",
    "SearchLanguage",
    "SearchValue",
    "SearchWord",
    "Section",
    "StaleMark",
    "Step",
    "Version",
    "VersionPage",
    "WorkerBeat",
]
