"""Reads the documents of a long answer, some at a time, by the right that the person has at that moment."""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from documents import permissions
from documents.models import Document
from organizations.models import User

AT_ONCE = 200


def read(user: User, ids: Sequence[int]) -> Iterator[tuple[list[int], dict[int, Document]]]:
    """The ids in parts, each with those of the documents that the person may see, with `may_edit`. Between the parts no
    connection to the database is held: the reader may be slow."""
    for start in range(0, len(ids), AT_ONCE):
        part = list(ids[start : start + AT_ONCE])
        documents = _visible(user).filter(pk__in=part).select_related("version").in_bulk()
        if not connection.in_atomic_block:
            connection.close()  # into the pool
        yield part, documents


def _visible(user: User) -> QuerySet[Document]:
    may_edit = ExpressionWrapper(permissions.edit(user), output_field=BooleanField())
    return Document.objects.filter(permissions.view(user)).annotate(may_edit=may_edit)
