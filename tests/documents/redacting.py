"""Redactions as people ask for them, and the words that they find on pages."""

import json
from typing import Any

from docplatform.lib import storage
from documents import paths
from documents.models import Document
from tests.conftest import client_of


def url(document: Document) -> str:
    return f"/api/documents/{document.pk}/redactions/"


def redact(user: Any, document: Document, body: Any, query: str = "") -> Any:
    return client_of(user).post(url(document) + query, body, format="json")


def words(document: Document, number: int) -> list[dict[str, Any]]:
    assert document.version
    page = document.version.entries.get(number=number).page
    assert page.words
    return list(json.loads(storage.backend().read(paths.page_boxes(page.words))))


def box_of(document: Document, text: str, number: int = 0) -> dict[str, Any]:
    """The place of a word that the page shows once; what layers hide of it is smaller."""
    rows = [row for row in words(document, number) if text.lower() in row["text"].lower()]
    row = max(rows, key=lambda row: (row["x2"] - row["x1"]) * (row["y2"] - row["y1"]))
    return {"page_number": number, **{side: row[side] for side in ("x1", "x2", "y1", "y2")}}
