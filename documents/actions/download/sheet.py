"""A table of documents as CSV, row by row; documents.actions.data_import reads it back."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, Func, TextField

from docplatform.lib import urls
from docplatform.lib.moments import moment
from documents import permissions
from documents.actions import selection, table
from documents.actions.download import batches
from documents.models import Document
from organizations.models import User

COLUMNS = (
    "id",
    "title",
    "access",
    "status",
    "source",
    "description",
    "language",
    "page_count",
    "created_at",
    "updated_at",
    "user",
    "organization",
    "url",
)
"""What stands before the data."""
MOST_KEYS = 1_000


class Line:
    """What csv.writer writes a row into."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """The row."""
        self.text = text
        return len(text)


def stream(user: User, ids: Sequence[int]) -> Iterator[bytes]:
    """The table; documents that the person may not see any more are left out."""
    line = Line()
    writer = csv.writer(line)
    keys = data_keys(user, ids)
    writer.writerow([*COLUMNS, *(table.safe(f"{table.PREFIX}{key}") for key in keys)])
    yield line.text.encode()
    for part, documents in batches.read(user, ids):
        rows: list[str] = []
        for pk in part:
            if pk in documents:
                writer.writerow([*_facts(documents[pk]), *_data(documents[pk], keys)])
                rows.append(line.text)
        yield "".join(rows).encode()


def data_keys(user: User, ids: Sequence[int]) -> list[str]:
    """The keys that any of the documents has."""
    visible = selection.among(ids).filter(permissions.view(user)).exclude(data={})
    keys = visible.annotate(key=Func(F("data"), function="jsonb_object_keys", output_field=TextField()))
    return sorted(keys.values_list("key", flat=True).distinct().order_by("key")[:MOST_KEYS])


def _facts(document: Document) -> list[Any]:
    return [
        document.pk,
        table.safe(document.title),
        document.access,
        document.status,
        table.safe(document.source),
        table.safe(document.description),
        document.language,
        document.page_count,
        moment(document.created_at),
        moment(document.updated_at),
        document.user_id,
        document.organization_id,
        urls.absolute(f"/documents/{document.pk}-{document.slug}/"),
    ]


def _data(document: Document, keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        yield table.safe(table.joined(document.data.get(key, [])))
