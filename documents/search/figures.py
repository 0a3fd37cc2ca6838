"""How large the search index is, and what waits to be written anew."""

from collections.abc import Iterator

from django.db import connection

from documents.search import reindex
from documents.search.analyzer import VERSION

Row = tuple[str, str]
TABLES = (
    "documents_searchdoc",
    "documents_pagetext",
    "documents_searchword",
    "documents_searchvalue",
    "documents_searchlanguage",
    "documents_note",
)
LARGEST = 5
COUNTS = """
SELECT (SELECT count(*) FROM documents_searchdoc), (SELECT count(*) FROM documents_pagetext),
  (SELECT count(*) FROM documents_note WHERE tsv IS NOT NULL), (SELECT count(*) FROM documents_searchword),
  (SELECT count(*) FROM documents_searchvalue),
  (SELECT coalesce(string_agg(code, ' ' ORDER BY code), 'none') FROM documents_searchlanguage),
  (SELECT count(*) FROM documents_pagetext WHERE analyzer <> %s),
  (SELECT count(*) FROM documents_note WHERE tsv IS NULL)
"""
NAMES = (
    "documents",
    "pages",
    "notes",
    "words that wildcards know",
    "values that suggestions know",
    "languages",
    "pages waiting",
    "notes waiting",
)
SIZES = """
SELECT relname, pg_table_size(oid), (
  SELECT coalesce(array_agg(ARRAY[i.indexrelid::regclass::text, pg_relation_size(i.indexrelid)::text, m.amname]
    ORDER BY i.indexrelid::regclass::text), '{}')
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam WHERE i.indrelid = t.oid
) FROM pg_class t WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""
BIGGEST = """
SELECT document_id, page_count, pg_column_size(terms) + pg_column_size(digest)
FROM documents_searchdoc ORDER BY 3 DESC, 1 LIMIT %s
"""
# Words that wait to be sorted into an index are read one after another by every search. To tell how many, PostgreSQL
# needs its extension pgstattuple.
MAY_LOOK = "SELECT to_regprocedure('pgstatginindex(regclass)') IS NOT NULL"
PENDING = "SELECT pending_pages, pending_tuples FROM pgstatginindex(%s::regclass)"


def rows() -> Iterator[Row]:
    """A name and a value, one line each."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [VERSION])
        yield from zip(NAMES, map(str, cursor.fetchone()), strict=True)
        yield "documents waiting", str(reindex.waiting().count())
        yield "analyzer", str(VERSION)
        cursor.execute(MAY_LOOK)
        may_look = cursor.fetchone()[0]
        cursor.execute(SIZES, [list(TABLES)])
        for table, size, indexes in cursor.fetchall():
            yield f"bytes of {table}", str(size)
            for name, bytes_, method in indexes:
                yield f"bytes of {name}", bytes_
                if method == "gin":
                    yield f"pending in {name}", _pending(name) if may_look else "unknown without pgstattuple"
        cursor.execute(BIGGEST, [LARGEST])
        for pk, pages, size in cursor.fetchall():
            yield f"document {pk}", f"{size} bytes, {pages} pages"


def _pending(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(PENDING, [name])
        pages, entries = cursor.fetchone()
    return f"{entries} rows on {pages} pages"
