"""Writes the search index, always inside the transaction that changes what it speaks of: what commits is findable."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import prefetch_related_objects

from documents.choices import Status
from documents.models import Document, Page, SearchDoc
from documents.search import analyzer, body, facets, languages, lexicon, notes, remembered, vectors

DESCRIPTION_WORDS = 80
"""Words of a description that count for its rank; all of them are found."""
MARKER_BYTES = 60_000

KNOW = "INSERT INTO documents_searchlanguage (code) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"

WRITE_PAGES = f"""
INSERT INTO documents_pagetext (page_id, body, tsv, analyzer)
SELECT fresh.*, {analyzer.VERSION} FROM unnest(%s::bigint[], %s::text[], %s::text[]::tsvector[]) AS fresh
ON CONFLICT (page_id) DO UPDATE SET body = EXCLUDED.body, tsv = EXCLUDED.tsv, analyzer = EXCLUDED.analyzer
RETURNING tsv
"""  # noqa: S608  # constants only
ADD_PAGES = f"WITH pages AS ({WRITE_PAGES}) {lexicon.statement('pages')}"

# Weights tell the body's words (B, C, D) from metadata (A) and markers (none): what is not the body is written anew.
KEEP = f"""
UPDATE documents_searchdoc AS known SET
  created_at = fresh.created_at, updated_at = fresh.updated_at, page_count = fresh.page_count, title = fresh.title,
  source = fresh.source,
  terms = ts_filter(known.terms, '{{b,c,d}}') || fresh.words::tsvector || fresh.markers::tsvector
    || {facets.FAILED.format(document="fresh.document")},
  digest = ts_filter(known.digest, '{{c}}') || fresh.digest::tsvector
FROM unnest(
  %(document)s::bigint[], %(version)s::bigint[], %(created_at)s::timestamptz[], %(updated_at)s::timestamptz[],
  %(page_count)s::integer[], %(title)s::text[], %(source)s::text[], %(words)s::text[], %(markers)s::text[],
  %(digest)s::text[]
) AS fresh (document, version, created_at, updated_at, page_count, title, source, words, markers, digest)
WHERE known.document_id = fresh.document AND known.body_version IS NOT DISTINCT FROM fresh.version
RETURNING known.document_id
"""  # noqa: S608  # constants only
KEEP_BODY = f"WITH learned AS ({lexicon.statement(lexicon.SPELLED)}) {KEEP}"

CARRIERS = """
SELECT document_id FROM documents_searchdoc WHERE terms @@ %s::tsquery LIMIT %s
"""

FAILED = facets.FAILED.format(document="%(document)s")

# An entry is as old as the oldest of its pages: it stays to be done as long as one of them does.
ANALYZER = f"""coalesce((
  SELECT min(pt.analyzer) FROM documents_versionpage vp JOIN documents_pagetext pt USING (page_id)
  WHERE vp.version_id = %(version)s AND pt.analyzer <> {analyzer.VERSION}
), {analyzer.VERSION})"""  # noqa: S608  # constants only

NEW_BODY = f"""
WITH body AS ({body.SQL})
INSERT INTO documents_searchdoc
  (document_id, created_at, updated_at, page_count, title, source, body_version, analyzer, terms, digest)
SELECT %(document)s, %(created_at)s, %(updated_at)s, %(page_count)s, %(title)s, %(source)s, %(version)s,
  {ANALYZER}, terms || %(words)s::tsvector || %(markers)s::tsvector || {FAILED}, digest || %(digest)s::tsvector
FROM body
ON CONFLICT (document_id) DO UPDATE SET
  created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at, page_count = EXCLUDED.page_count,
  title = EXCLUDED.title, source = EXCLUDED.source, body_version = EXCLUDED.body_version,
  analyzer = EXCLUDED.analyzer, terms = EXCLUDED.terms, digest = EXCLUDED.digest
"""  # noqa: S608  # constants only


SAME = f"""
WITH body AS ({body.SQL})
SELECT count(*) FROM body, documents_searchdoc d
WHERE d.document_id = %(document)s AND d.created_at = %(created_at)s AND d.updated_at = %(updated_at)s
  AND d.page_count = %(page_count)s AND d.title = %(title)s AND d.source = %(source)s
  AND d.body_version IS NOT DISTINCT FROM %(version)s
  AND d.terms = body.terms || %(words)s::tsvector || %(markers)s::tsvector || {FAILED}
  AND ts_filter(d.digest, '{{a,b}}') = ts_filter(body.digest || %(digest)s::tsvector, '{{a,b}}')
  AND NOT EXISTS (SELECT FROM documents_note n WHERE n.document_id = d.document_id AND n.tsv IS NULL)
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
    """Bring the document's entry up to date; see `write_all`."""
    write_all([document.pk])


def write_all(pks: Collection[int]) -> None:
    """Bring the entries of documents up to date, with a constant number of queries as long as no version is new: only
    then pages are read. Rows are read again under their locks, in the order of their ids, so that of two writers at
    once the later one sees what the earlier one wrote."""
    rows = Document.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk")
    documents = {row.pk: row for row in rows if row.status != Status.DELETED}
    if gone := set(pks) - documents.keys():
        SearchDoc.objects.filter(pk__in=gone).delete()
    if not documents:
        return
    prefetch_related_objects(list(documents.values()), facets.PLACES)
    _know({document.language for document in documents.values()})
    remembered.values(documents.values())
    values = {pk: _values(document) for pk, document in documents.items()}
    columns = {name: [row[name] for row in values.values()] for name in next(iter(values.values()))}
    with connection.cursor() as cursor:
        cursor.execute(KEEP_BODY, columns)
        kept = {pk for (pk,) in cursor.fetchall()}
    for pk in documents.keys() - kept:
        _rebuild(documents[pk], values[pk])


def carriers(project: str, *, most: int) -> list[int]:
    """Some of the documents whose entry has this mark of a project."""
    lexemes = (vectors.audience(f"project:{project}"), vectors.marker("project", project))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # it would read every vector
        cursor.execute(CARRIERS, [" | ".join(map(vectors.quoted, lexemes)), most])
        return [pk for (pk,) in cursor.fetchall()]


def rebuild(document: Document) -> None:
    """Write the document's entry from nothing but its data, whatever stands in the index."""
    fresh = Document.objects.select_for_update(of=("self",), no_key=True).get(pk=document.pk)
    prefetch_related_objects([fresh], facets.PLACES)
    _know({fresh.language})
    remembered.values([fresh])
    values = _values(fresh)
    lexicon.learn([values["words"]])
    _rebuild(fresh, values)
    notes.read_on(fresh)


def is_right(document: Document) -> bool:
    """The entry is what `rebuild` would write. Salient words may differ: they are chosen by how common words are."""
    prefetch_related_objects([document], facets.PLACES)
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


def metadata(document: Document) -> str:
    """The vector of the words that are said about the document."""
    fields = (("t", document.title), ("s", document.source), ("d", document.description))
    return vectors.metadata(fields, document.language)


def _values(document: Document) -> dict[str, Any]:
    language = document.language
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
        "words": metadata(document),
        "markers": vectors.markers(facets.lexemes(document), limit=MARKER_BYTES),
        "digest": f"{weighty} {described}",
    }


def _know(spoken: set[str]) -> None:
    codes = sorted({code for language in spoken if (code := languages.STEMMER_OF.get(language))})
    if codes:
        with connection.cursor() as cursor:
            cursor.execute(KNOW, [codes])
