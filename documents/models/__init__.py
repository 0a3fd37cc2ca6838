"""The tables of documents."""

from documents.models.document import Document
from documents.models.error import DocumentError
from documents.models.job import Chore, Job, Lane, Step, WorkerBeat
from documents.models.note import Note, Section
from documents.models.page import Page, Version, VersionPage
from documents.models.revision import Doomed, RedactionDraft, Revision
from documents.models.search import PageText, SearchDoc, SearchLanguage

__all__ = [
    "Chore",
    "Document",
    "DocumentError",
    "Doomed",
    "Job",
    "Lane",
    "Note",
    "Page",
    "PageText",
    "RedactionDraft",
    "Revision",
    "SearchDoc",
    "SearchLanguage",
    "Section",
    "Step",
    "Version",
    "VersionPage",
    "WorkerBeat",
]
