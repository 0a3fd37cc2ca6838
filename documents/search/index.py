"""Writes the search index, always inside the transaction that changes what it speaks of: what commits is findable."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from documents.choices import Status
from documents.models import Document, Page, SearchDoc
from documents.search import body, facets, languages, vectors

DESCRIPTION_WORDS = 80
"""Words of a description that count for its rank; all of them are found."""
MARKER_BYTES = 60_000

KNOW = "INSERT INTO documents_searchlanguage (code) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"

ADD_PAGES = """
INSERT INTO documents_pagetext (page_id, body, tsv)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]::tsvector[])
ON CONFLICT (page_id) DO UPDATE SET body = EXCLUDED.body, tsv = EXCLUDED.tsv
"""

# Weights tell the body's words (B, C, D) from metadata (A) and markers (none): what is not the body is written anew.
KEEP_BODY = """
UPDATE documents_searchdoc SET
  created_at = %(created_at)s, updated_at = %(updated_at)s, page_count = %(page_count)s, title = %(title)s,
  source = %(source)s,
  terms = ts_filter(terms, '{b,c,d}') || %(words)s::tsvector || %(markers)s::tsvector,
  digest = ts_filter(digest, '{c}') || %(digest)s::tsvector
WHERE document_id = %(document)s AND body_version IS NOT DISTINCT FROM %(version)s
"""

NEW_BODY = f"""
WITH body AS ({body.SQL})
INSERT INTO documents_searchdoc
  (document_id, created_at, updated_at, page_count, title, source, body_version, terms, digest)
SELECT %(document)s, %(created_at)s, %(updated_at)s, %(page_count)s, %(title)s, %(source)s, %(version)s,
  terms || %(words)s::tsvector || %(markers)s::tsvector, digest || %(digest)s::tsvector
FROM body
ON CONFLICT (document_id) DO UPDATE SET
  created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at, page_count = EXCLUDED.page_count,
  title = EXCLUDED.title, source = EXCLUDED.source, body_version = EXCLUDED.body_version,
  terms = EXCLUDED.terms, digest = EXCLUDED.digest
"""  # noqa: S608  # constants only


SAME = f"""
WITH body AS ({body.SQL})
SELECT count(*) FROM body, documents_searchdoc d
WHERE d.document_id = %(document)s AND d.created_at = %(created_at)s AND d.updated_at = %(updated_at)s
  AND d.page_count = %(page_count)s AND d.title = %(title)s AND d.source = %(source)s
  AND d.body_version IS NOT DISTINCT FROM %(version)s
  AND d.terms = body.terms || %(words)s::tsvector || %(markers)s::tsvector
  AND ts_filter(d.digest, '{{a,b}}') = ts_filter(body.digest || %(digest)s::tsvector, '{{a,b}}')
"""  # noqa: S608  # constants only

STALE_PAGES = """
SELECT page_id FROM unnest(%s::bigint[], %s::text[]::tsvector[]) AS fresh (page_id, tsv)
JOIN documents_pagetext AS known USING (page_id) WHERE known.tsv <> fresh.tsv
"""


def add_page(page: Page, text: str) -> None:
    """Store the text of a page, readable and findable once its document is written."""
    add_pages([(page, text)])


def add_pages(pages: Sequence[tuple[Page, str]]) -> None:
    """Store the texts of pages, in one statement."""
    _know({page.language for page, _ in pages})
    bodies = [storable(text) for _, text in pages]
    spelled = [vectors.page(text, page.language) for (page, _), text in zip(pages, bodies, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(ADD_PAGES, [[page.pk for page, _ in pages], bodies, spelled])


def storable(text: str) -> str:
    """What a text column can hold: no null characters, no halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def write(document: Document) -> None:
    """Bring the document's entry up to date. The row is read again under its lock, so that of two writers at once
    the later one sees what the earlier one wrote. Its pages are read only when its version is a new one."""
    fresh = Document.objects.select_for_update(of=("self",), no_key=True).filter(pk=document.pk).first()
    if fresh is None or fresh.status == Status.DELETED:
        remove(document)
        return
    _know({fresh.language})
    values = _values(fresh)
    with connection.cursor() as cursor:
        cursor.execute(KEEP_BODY, values)
        if cursor.rowcount == 0:
            _rebuild(fresh, values)


def rebuild(document: Document) -> None:
    """Write the document's entry from nothing but its data, whatever stands in the index."""
    fresh = Document.objects.select_for_update(of=("self",), no_key=True).get(pk=document.pk)
    _know({fresh.language})
    _rebuild(fresh, _values(fresh))


def is_right(document: Document) -> bool:
    """The entry is what `rebuild` would write. Salient words may differ: they are chosen by how common words are."""
    values = _values(document)
    pages = body.parameters(document.version_id, document.page_count, document.language)
    with connection.cursor() as cursor:
        cursor.execute(SAME, values | pages)
        return bool(cursor.fetchone()[0])


def stale_pages(pages: Sequence[tuple[Page, str]]) -> set[int]:
    """Which of these pages stand in the index with other words than `add_pages` would write."""
    spelled = [vectors.page(text, page.language) for page, text in pages]
    with connection.cursor() as cursor:
        cursor.execute(STALE_PAGES, [[page.pk for page, _ in pages], spelled])
        return {pk for (pk,) in cursor.fetchall()}


def remove(document: Document) -> None:
    """Take the document out of the index."""
    SearchDoc.objects.filter(pk=document.pk).delete()


def _rebuild(document: Document, values: dict[str, Any]) -> None:
    pages = body.parameters(document.version_id, document.page_count, document.language)
    with connection.cursor() as cursor:
        cursor.execute(NEW_BODY, values | pages)


def _values(document: Document) -> dict[str, Any]:
    language = document.language
    fields = (("t", document.title), ("s", document.source), ("d", document.description))
    weighty = vectors.weighted(f"{document.title}\n{document.source}", language, "A", limit=300)
    described = vectors.weighted(document.description, language, "B", limit=DESCRIPTION_WORDS)
    return {
        "document": document.pk,
        "version": document.version_id,
        "created_at": document.created_at,
        "updated_at": document.updated_at,
        "page_count": document.page_count,
        "title": document.title,
        "source": document.source,
        "words": vectors.metadata(fields, language),
        "markers": vectors.markers(facets.lexemes(document), limit=MARKER_BYTES),
        "digest": f"{weighty} {described}",
    }


def _know(spoken: set[str]) -> None:
    codes = sorted({code for language in spoken if (code := languages.STEMMER_OF.get(language))})
    if codes:
        with connection.cursor() as cursor:
            cursor.execute(KNOW, [codes])
