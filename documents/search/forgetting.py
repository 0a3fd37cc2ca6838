"""Lets the index forget: where text is removed for good, its words and values go once nothing holds them any more.

A writer who adds the same word at that very moment may find it known while it is being forgotten. Then wildcards miss
that word, nothing else does; `manage.py search check` tells, and writing the document anew knows it again.

Who forgets waits until those who do so already have committed. Otherwise two who remove the same word at once would
each still see it with the other one, and nobody would forget it. So forget last in a transaction: from there on to its
end, removals come one after the other. Nothing else waits for that.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model

from documents.models import Document, SearchValue, SearchWord
from documents.search import index, lexicon, remembered, statistics, vectors

Item = TypeVar("Item")
AT_ONCE = 500
MANY = 100
COMMON = 1_000
WAIT = "SELECT pg_advisory_xact_lock(%s)"
TURN = 0x5EA2C5
"""The number of the lock of whoever forgets."""
TOTAL = "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'documents_searchdoc'::regclass"
# What waits to be sorted into an index is read by every look-up.
SORT_IN = """
SELECT gin_clean_pending_list(name::regclass) FROM unnest('{search_doc_terms,page_text_tsv,note_words}'::text[]) AS name
"""
SECONDS = 10.0
HELD = """(EXISTS (SELECT FROM documents_searchdoc d WHERE d.terms @@ quote_literal(word)::tsquery)
  OR EXISTS (SELECT FROM documents_pagetext p WHERE p.tsv @@ quote_literal(word)::tsquery)
  OR EXISTS (SELECT FROM documents_note n WHERE n.tsv @@ quote_literal(word)::tsquery))"""
MARKED = rf"""EXISTS (SELECT FROM documents_searchdoc d WHERE d.terms @@
  ('''{vectors.MARKER}' || replace(replace(name || ':' || value, '\', '\\'), '''', '''''') || '''')::tsquery)"""
FORGET_WORDS = f"""
WITH lost AS MATERIALIZED (SELECT word FROM unnest(%s::text[]) AS word WHERE NOT {HELD})
DELETE FROM documents_searchword AS known USING lost
WHERE length(known.word) = length(lost.word) AND known.word = lost.word COLLATE "C"
RETURNING known.word
"""  # noqa: S608  # constants only
FORGET_VALUES = f"""
WITH lost AS MATERIALIZED (
  SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS fresh (name, value, folded) WHERE NOT {MARKED}
)
DELETE FROM documents_searchvalue AS known USING lost
WHERE known.name = lost.name AND known.folded = lost.folded AND known.value = lost.value
"""  # noqa: S608  # constants only
# What the document still says is not looked up.
OF_PAGES = f"""
SELECT DISTINCT lexeme FROM documents_pagetext CROSS JOIN LATERAL unnest(tsv)
WHERE page_id = ANY(%s) AND {lexicon.KEPT}
EXCEPT SELECT lexeme FROM documents_searchdoc CROSS JOIN LATERAL unnest(terms) WHERE document_id = %s
"""  # noqa: S608  # constants only
OF_REST = f"""
SELECT DISTINCT lexeme FROM (
  SELECT tsv FROM documents_note WHERE document_id = %s UNION ALL SELECT %s::tsvector
) AS said CROSS JOIN LATERAL unnest(tsv) WHERE {lexicon.KEPT}
"""  # noqa: S608  # constants only
SAMPLED = """
SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = current_schema() AND tablename LIKE 'documents\\_%%' AND (
  most_common_elems::text::text[] && %(words)s::text[] OR EXISTS (
    SELECT FROM unnest(%(words)s::text[]) AS word
    WHERE position(word IN lower(concat(most_common_vals::text, histogram_bounds::text))) > 0
  )
)
"""


def words_of(pages: Collection[int], *, document_id: int) -> list[str]:
    """The words of pages of the document, by their ids, that its entry does not say: ask before the pages go."""
    return by_index(OF_PAGES, [list(pages), document_id])


def all_words(document: Document, pages: Collection[int]) -> list[str]:
    """The words of a document, of its notes, and of some of its pages: ask before they go."""
    rest = by_index(OF_REST, [document.pk, index.metadata(document)])
    return sorted({*rest, *words_of(pages, document_id=document.pk)})


def forget(words: Iterable[str]) -> list[str]:
    """Forget those of the words that nothing holds any more, in the caller's transaction; returns them."""
    rare, lost = _rare(list(words)), list[str]()
    if len(rare) > MANY:
        by_index(SORT_IN, [])
    for batch in _in_turn(rare):
        lost += by_index(FORGET_WORDS, [batch])
    return lost


def forget_values(pairs: Iterable[tuple[str, str]]) -> None:
    """Forget those of the values (key, value) that no document in the index has, in the caller's transaction."""
    for batch in _in_turn(list(pairs)):
        names, values = [name for name, _ in batch], [value for _, value in batch]
        by_index(FORGET_VALUES, [names, values, [remembered.folded(value) for value in values]])


def renew_statistics(words: Sequence[str]) -> bool:
    """The planner's statistics are samples of what stands in the tables: draw new ones where one of the words is."""
    with connection.cursor() as cursor:
        cursor.execute(SAMPLED, {"words": list(words)})
        tables = [connection.ops.quote_name(table) for (table,) in cursor.fetchall()]
        if tables:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
    return bool(tables)


def tidy(seconds: float = SECONDS) -> int:
    """Forget what is left of words and values whose texts were changed; how many words. Begins anywhere, so that day by
    day it comes to all of them."""
    deadline, lost = time.monotonic() + seconds, 0
    for words in _walk(SearchWord, ("word",), deadline):
        with transaction.atomic():
            lost += len(forget(word for (word,) in words))
    for pairs in _walk(SearchValue, ("name", "value"), deadline):
        with transaction.atomic():
            forget_values((name, value) for name, value in pairs)
    return lost


def _rare(words: list[str]) -> list[str]:
    """Without those that so many documents hold that they cannot be lost: looking these up takes long."""
    [total] = by_index(TOTAL, []) if words else [0]
    shares = statistics.frequencies() if total else {}
    return [word for word in words if shares.get(word, 0.0) * total < COMMON]


def _walk(model: type[Model], columns: Sequence[str], deadline: float) -> Iterable[list[tuple[str, ...]]]:
    rows = model._default_manager.order_by("pk")
    last = rows.last()
    start = int(last.pk * (time.time_ns() % 1_000_003) / 1_000_003) if last else 0
    for rest, end in ((rows.filter(pk__gt=start), None), (rows.filter(pk__lte=start), start)):
        after = start if end is None else 0
        while time.monotonic() < deadline:
            batch = list(rest.filter(pk__gt=after).values_list("pk", *columns)[:AT_ONCE])
            if not batch:
                break
            after = batch[-1][0]
            yield [row[1:] for row in batch]


@transaction.atomic
def by_index(sql: str, params: Sequence[Any]) -> list[Any]:
    """The first column of what the statement returns."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # it would read every vector
        cursor.execute(sql, params)
        found = [row[0] for row in cursor.fetchall()] if cursor.description else []
        cursor.execute("SET LOCAL enable_seqscan = on")
        return found


def _in_turn(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """The items in batches, while nobody else forgets until the end of the transaction. Statements from here on see
    what others have committed."""
    if items:
        by_index(WAIT, [TURN])
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
