"""Documents with text, written into the database and the index as the pipeline and the actions do it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from documents.models import Document, Page, VersionPage
from documents.search import index
from organizations.models import User
from tests.documents.factories import make_document


def write(user: User, title: str, *pages: str, **fields: Any) -> Document:
    """A finished document with these page texts, indexed."""
    with transaction.atomic():
        document = make_document(user, title=title, pages=pages, **fields)
        add_texts(document, pages)
        index.write(document)
    return document


def add_texts(document: Document, texts: Sequence[str]) -> None:
    """Give the pages of the document's version their texts."""
    entries = VersionPage.objects.filter(version=document.version).select_related("page").order_by("number")
    pages: list[Page] = [entry.page for entry in entries]
    index.add_pages(list(zip(pages, texts, strict=True)))
