"""Remembers which values custom metadata has had, for suggestions. Whether somebody may see one is asked when one is
suggested: what stands here says nothing about documents."""

from collections.abc import Iterable

from django.db import connection

from documents.models import Document
from documents.search import analyzer

LONGEST = 200
"""Longer values are texts, which nobody completes."""
REMEMBER = """
INSERT INTO documents_searchvalue (name, value, folded)
SELECT fresh.* FROM unnest(%s::text[], %s::text[], %s::text[]) AS fresh (name, value, folded)
WHERE NOT EXISTS (
  SELECT FROM documents_searchvalue AS known
  WHERE known.name = fresh.name AND known.folded = fresh.folded AND known.value = fresh.value
)
"""


def folded(text: str) -> str:
    """The text as it is compared: without case and accents, one space between words."""
    return " ".join(analyzer.fold(word) for word in text.split())[: 2 * LONGEST]


def values(documents: Iterable[Document]) -> None:
    """Remember the values of these documents, in one statement; none where they have no data."""
    known = dict.fromkeys(pair for document in documents for pair in pairs(document) if len(pair[1]) <= LONGEST)
    if known:
        columns = [[name for name, _ in known], [value for _, value in known], [folded(value) for _, value in known]]
        with connection.cursor() as cursor:
            cursor.execute(REMEMBER, columns)


def pairs(document: Document) -> Iterable[tuple[str, str]]:
    """The keys and values of the document's data, as suggestions know them."""
    for key, values in document.data.items():
        for value in values if isinstance(values, list) else [values]:
            yield f"data_{key}", str(value)
