"""The tables of documents."""

from documents.models.document import Document
from documents.models.error import DocumentError
from documents.models.job import Chore, Job, Lane, Step, WorkerBeat
from documents.models.page import Page, Version, VersionPage
from documents.models.search import PageText, SearchDoc, SearchLanguage

__all__ = [
    "Chore",
    "Document",
    "DocumentError",
    "Job",
    "Lane",
    "Page",
    "PageText",
    "SearchDoc",
    "SearchLanguage",
    "Step",
    "Version",
    "VersionPage",
    "WorkerBeat",
]
