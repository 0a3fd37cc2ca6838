"""Writes a change of owner into the index for very many documents at once, in the transaction of the change."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from documents.search import vectors

REPLACE = """
UPDATE documents_searchdoc SET updated_at = %s, terms = ts_delete(terms, %s::text[]) || %s::tsvector
WHERE document_id = ANY(%s)
"""
NO_LIMIT = 10_000


def change_user(documents: Collection[int], *, old: int, new: int, at: datetime) -> None:
    """The documents' owner is another person now."""
    _replace(documents, _of_user(old), _of_user(new), at)


def change_organization(documents: Collection[int], *, old: int, new: int, is_shared: bool, at: datetime) -> None:
    """The documents, whose access lets their organization see them or not (`is_shared`), belong to another one."""
    _replace(documents, _of_organization(old, is_shared=is_shared), _of_organization(new, is_shared=is_shared), at)


def _of_user(pk: int) -> list[str]:
    return [vectors.audience(f"user:{pk}"), vectors.marker("user", pk)]


def _of_organization(pk: int, *, is_shared: bool) -> list[str]:
    return [*([vectors.audience(f"organization:{pk}")] if is_shared else []), vectors.marker("organization", pk)]


def _replace(documents: Collection[int], old: list[str], new: list[str], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REPLACE, [at, old, vectors.markers(new, limit=NO_LIMIT), list(documents)])
