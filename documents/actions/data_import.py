"""Custom metadata from a table: every row is checked before the first document is changed."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from rest_framework.exceptions import ValidationError

from documents import permissions
from documents.actions import document as documents
from documents.actions import selection, table
from documents.actions.bulk import orders
from documents.actions.download.sheet import COLUMNS
from documents.choices import BulkAction
from documents.models import BulkJob
from organizations.models import User

MOST_LINES = 100  # that one answer complains of
NO_ID = "Line 1: The first line names the columns; one of them must be id."
UNSEEN = "Line {line}: There is no document {pk}, or you may not see it."
DENIED = "Line {line}: You may not change document {pk}."

Data = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Row:
    """One line: new values by key; a key without values is taken away."""

    line: int
    pk: int
    data: Data


def carry_out(rows: Sequence[Row], *, actor: User) -> BulkJob | None:
    """Set the data of all documents at once, or by a bulk job where they are many; nothing where any may not be set."""
    refuse(denials(rows, actor))
    if len(rows) > settings.BULK_LIMIT:
        own = [(row.pk, {"set": row.data}) for row in rows]
        return orders.place_each(BulkAction.DATA, own, actor=actor)
    with transaction.atomic():
        known = {document.pk: document.data for document in documents.lock([row.pk for row in rows])}
        changes = {row.pk: {"data": {**known[row.pk], **row.data}} for row in rows}
        for change in changes.values():
            change["data"] = {key: values for key, values in change["data"].items() if values}
        documents.update(changes, actor=actor)
    return None


def refuse(complaints: Sequence[str]) -> None:
    """400 with what is wrong, line by line."""
    if complaints:
        raise ValidationError({"csv": list(complaints[:MOST_LINES])})


def denials(rows: Sequence[Row], actor: User) -> list[str]:
    """Lines of documents that the person may not see, or not change."""
    named = selection.among([row.pk for row in rows])
    seen = set(named.filter(permissions.view(actor)).values_list("pk", flat=True))
    editable = set(named.filter(permissions.edit(actor)).values_list("pk", flat=True))
    return [
        (DENIED if row.pk in seen else UNSEEN).format(line=row.line, pk=row.pk)
        for row in rows
        if row.pk not in editable
    ]


def read(text: str, *, check: Callable[[Any], Data]) -> list[Row]:
    """The rows of a table. `check` takes {key: values} and raises ValidationError; all of it is told by its line."""
    lines = _lines(text)
    header = [table.plain(name.strip()) for name in next(lines, (1, []))[1]]
    refuse(_wrong_header(header))
    rows: dict[int, Row] = {}
    complaints: list[str] = []
    for number, cells in lines:
        try:
            row = _row(number, cells, header, check)
            if row.pk in rows:
                raise ValidationError(f"Document {row.pk} stands in line {rows[row.pk].line} already.")
            rows[row.pk] = row
        except ValidationError as error:
            complaints.append(f"Line {number}: {_sentence(error)}")
        if len(complaints) >= MOST_LINES or len(rows) > orders.MOST:
            break
    refuse(complaints)
    refuse([f"Send at most {orders.MOST:,} lines at once."] if len(rows) > orders.MOST else [])
    return list(rows.values())


def _wrong_header(header: Sequence[str]) -> list[str]:
    if "id" not in header:
        return [NO_ID]
    twice = sorted(name for name, count in Counter(header).items() if count > 1)[:MOST_LINES]
    return [f"Line 1: There are two columns {name[:60]}." for name in twice]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line that is not empty, with its number; a cell may go over several lines."""
    reader, number = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for cells in reader:
            if cells:
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise ValidationError({"csv": [f"Line {number}: This is not CSV: {error}."]}) from error


def _row(number: int, cells: list[str], header: list[str], check: Callable[[Any], Data]) -> Row:
    if len(cells) != len(header):
        raise ValidationError(f"There are {len(cells)} cells for {len(header)} columns.")
    text = cells[header.index("id")].strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValidationError("The id is not a whole number.")
    data = {
        name.removeprefix(table.PREFIX): table.split(table.plain(cell))
        for name, cell in zip(header, cells, strict=True)
        if name not in COLUMNS
    }
    return Row(number, int(text), check(data))


def _sentence(error: ValidationError) -> str:
    detail: Any = error.detail
    return " ".join(str(part) for part in detail) if isinstance(detail, list) else str(detail)
