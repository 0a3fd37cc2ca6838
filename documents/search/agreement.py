"""Proves that the index says what the data say: every entry, page, note, word and value, by the rules themselves.

What changed while it was looked at is looked at again. Findings are ids and kinds, never text of documents.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet, prefetch_related_objects

from documents import permissions
from documents.choices import Status
from documents.models import Document, Note, Page, PageText, SearchDoc, SearchValue, SearchWord, StaleMark
from documents.search import analyzer, facets, forgetting, index, lexicon, vectors

AT_ONCE = 200
CARRIED = """
SELECT array_agg(substr(lexeme, %s)) FROM documents_searchdoc CROSS JOIN LATERAL unnest(terms)
WHERE document_id = %s AND starts_with(lexeme, %s)
"""
UNKNOWN = f"""
SELECT DISTINCT source.id FROM ({{source}}) AS source CROSS JOIN LATERAL unnest(source.tsv)
WHERE {lexicon.KEPT} AND NOT EXISTS (
  SELECT FROM documents_searchword known
  WHERE length(known.word) = length(lexeme) AND known.word = lexeme COLLATE "C"
) ORDER BY 1
"""  # noqa: S608  # constants only
IN_ENTRIES = UNKNOWN.format(
    source="SELECT document_id AS id, terms AS tsv FROM documents_searchdoc WHERE document_id = ANY(%s)"
)
IN_PAGES = UNKNOWN.format(source="SELECT page_id AS id, tsv FROM documents_pagetext WHERE page_id = ANY(%s)")
IN_NOTES = UNKNOWN.format(source="SELECT id, tsv FROM documents_note WHERE id = ANY(%s)")
OTHER_NOTES = """
SELECT id FROM unnest(%s::bigint[], %s::text[]::tsvector[]) AS fresh (id, tsv)
JOIN documents_note AS known USING (id) WHERE known.tsv <> fresh.tsv
"""
UNHELD_WORDS = f"SELECT id FROM documents_searchword WHERE id = ANY(%s) AND NOT {forgetting.HELD} ORDER BY id"  # noqa: S608
UNHELD_VALUES = f"SELECT id FROM documents_searchvalue WHERE id = ANY(%s) AND NOT {forgetting.MARKED} ORDER BY id"  # noqa: S608


class Difference(NamedTuple):
    """`what` has the id `pk`, and this is wrong with it."""

    what: str
    pk: int
    wrong: str

    def __str__(self) -> str:
        return f"{self.what} {self.pk}: {self.wrong}"


def differences(sample: int | None = None) -> Iterator[Difference]:
    """All there are, or those of so many documents, pages, notes, words and values, chosen by chance."""
    for pk in SearchDoc.objects.filter(document__status=Status.DELETED).order_by("pk").values_list("pk", flat=True):
        yield Difference("document", pk, "is deleted, but still has an entry")
    for pk in PageText.objects.filter(page__entries=None).order_by("pk").values_list("pk", flat=True):
        yield Difference("page", pk, "no document has it, but its text is still there")
    for batch in _batches(Document.objects.exclude(status=Status.DELETED), sample):
        yield from _documents(batch)
        yield from _unknown(IN_ENTRIES, "document", batch)
    for batch in _batches(Page.objects.filter(text__isnull=False), sample):
        pages = Page.objects.filter(pk__in=batch).select_related("text")
        for pk in sorted(index.stale_pages([(page, page.text.body) for page in pages])):
            yield Difference("page", pk, "has other words than its text")
        yield from _unknown(IN_PAGES, "page", batch)
    for batch in _batches(Note.objects.all(), sample):
        yield from _notes(batch)
        yield from _unknown(IN_NOTES, "note", batch)
    for what, rows, sql in (
        ("word", SearchWord.objects.all(), UNHELD_WORDS),
        ("value", SearchValue.objects.all(), UNHELD_VALUES),
    ):
        for batch in _batches(rows, sample):
            for pk in forgetting.by_index(sql, [batch]):
                yield Difference(what, pk, "nothing in the index holds it any more")


def _documents(pks: Sequence[int]) -> Iterator[Difference]:
    for pk in pks:
        if _wrong(pk) and (wrong := _wrong(pk)):
            yield from (Difference("document", pk, one) for one in wrong)


def _wrong(pk: int) -> list[str]:
    document = Document.objects.exclude(status=Status.DELETED).filter(pk=pk).first()
    if document is None:
        return []
    entry = SearchDoc.objects.filter(pk=pk).only("analyzer").first()
    if entry is None:
        return ["has no entry"]
    prefetch_related_objects([document], facets.PLACES)
    swept = {f"project:{mark}" for mark in StaleMark.objects.values_list("mark", flat=True)}
    carried = _audience(pk)
    wrong = []
    if carried - swept != permissions.audience_of(document):
        wrong.append("the entry lets others find it than may see it")
    if entry.analyzer != analyzer.VERSION:
        wrong.append("the entry was made by another analyzer")
    # A job writes the entry anew when it is over, the sweep where there are marks of projects to be taken away.
    elif not document.is_processing and not carried & swept and not index.is_right(document):
        wrong.append("the entry says something else than its data and pages")
    return wrong


def _audience(pk: int) -> set[str]:
    """The tokens of those who find the document, but for the one of anonymous search, which `is_right` looks at."""
    prefix = vectors.audience("")
    with connection.cursor() as cursor:
        cursor.execute(CARRIED, [len(prefix) + 1, pk, prefix])
        return set(cursor.fetchone()[0] or ()) - {facets.ANYONE.removeprefix(prefix)}


def _notes(pks: Sequence[int]) -> Iterator[Difference]:
    notes = list(Note.objects.filter(pk__in=pks, tsv__isnull=False).annotate(spoken=F("document__language")))
    spelled = [vectors.apart((note.title, note.content), note.spoken) for note in notes]
    for pk in Note.objects.filter(pk__in=pks, tsv=None).order_by("pk").values_list("pk", flat=True):
        yield Difference("note", pk, "was not read yet")
    with connection.cursor() as cursor:
        cursor.execute(OTHER_NOTES, [[note.pk for note in notes], spelled])
        rows = sorted(pk for (pk,) in cursor.fetchall())
    yield from (Difference("note", pk, "has other words than its text") for pk in rows)


def _unknown(sql: str, what: str, pks: Sequence[int]) -> Iterator[Difference]:
    for pk in forgetting.by_index(sql, [list(pks)]):
        yield Difference(what, pk, "has words that wildcards do not know")


def _batches(rows: QuerySet[Any], sample: int | None) -> Iterator[list[int]]:
    if sample is not None:
        pks = sorted(rows.order_by("?").values_list("pk", flat=True)[:sample])
        yield from (pks[start : start + AT_ONCE] for start in range(0, len(pks), AT_ONCE))
        return
    last = 0
    while batch := list(rows.filter(Q(pk__gt=last)).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        yield batch
        last = batch[-1]
