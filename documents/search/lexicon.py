"""The words that stand in the index, written with it: what wildcards and fuzzy words are compared with.

Only exact forms are kept, and none of scripts without spaces, where wildcards fall away. A word is added when it is
not there yet; two writers at once may both add it, which costs a row and no waiting.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from documents.search import analyzer, tree
from documents.search.conditions import ANYTHING, Match, Params
from documents.search.tree import ANY
from documents.search.words import Blur

FIRST = 31
"""Lexemes that begin with a character up to this one are stems, marks and words of fields."""

KEPT = f"ascii(lexeme) > {FIRST} AND left(lexeme, 1) !~ '{analyzer.UNSPACED.pattern}'"
"""Which lexemes are words that the lexicon keeps."""
# The joined tables speak of the vectors `tsv` whose words are to be known.
LEARN = """
INSERT INTO documents_searchword (word)
SELECT DISTINCT fresh.lexeme COLLATE "C" FROM {source} CROSS JOIN LATERAL unnest(tsv) AS fresh
WHERE {kept} AND NOT EXISTS (
  SELECT 1 FROM documents_searchword known
  WHERE length(known.word) = length(fresh.lexeme) AND known.word = fresh.lexeme COLLATE "C"
)
"""
# OFFSET 0: the planner would walk the index by length to the end in search of the first few.
FITTING = "SELECT word, 0 AS far FROM documents_searchword WHERE word LIKE %s OFFSET 0"
# The distance is less than the length of both words: else `ab` would be like everything short.
SIMILAR = """SELECT word, far FROM
(SELECT word, levenshtein_less_equal(word, %s, %s) AS far FROM documents_searchword
WHERE length(word) BETWEEN %s AND %s AND {near} AND levenshtein_less_equal(word, %s, %s) <= %s OFFSET 0) AS near
WHERE far < length(word)"""
COMMON = "WITH common AS MATERIALIZED (SELECT * FROM unnest(%s::text[]) WITH ORDINALITY AS listed (word, place))"
ORDERED = """SELECT DISTINCT far, place, length(word) AS size, word
FROM ({source}) AS fitting LEFT JOIN common USING (word) ORDER BY far, place, size, word"""
LISTED = "SELECT word FROM unnest(%s::text[]) AS word"
# OFFSET 0: whether a word may be seen is asked in this order, and no more often than until there are enough.
FIRST_FEW = "(SELECT %s::int, word FROM ({source} OFFSET 0) AS ordered WHERE {seen} LIMIT %s)"
SEEN = """EXISTS (
SELECT FROM documents_searchdoc s WHERE s.terms @@ (quote_literal(ordered.word)::tsquery && %s::tsquery))"""


@dataclass(frozen=True)
class Asked:
    """The first `most` words that a blur stands for; of `words` only, if given, in their order."""

    blur: Blur
    most: int
    words: tuple[str, ...] | None = None


def statement(source: str) -> str:
    """The statement that learns the words of the vectors `tsv` in a FROM clause."""
    return LEARN.format(source=source, kept=KEPT)


SPELLED = "(SELECT unnest(%(words)s::text[])::tsvector AS tsv) AS spelled"
LEARN_VECTORS = statement(SPELLED)
LEARN_PAGES = statement("(SELECT tsv FROM documents_pagetext WHERE page_id = ANY(%s)) AS pages")


def learn(vectors: Sequence[str]) -> None:
    """Know the words of tsvector literals, see documents.search.vectors."""
    with connection.cursor() as cursor:
        cursor.execute(LEARN_VECTORS, {"words": list(vectors)})


def learn_pages(pks: Collection[int]) -> None:
    """Know the words of pages that are in the index already."""
    with connection.cursor() as cursor:
        cursor.execute(LEARN_PAGES, [list(pks)])


def look_up(asked: Sequence[Asked], common: Sequence[str] = (), seen: Match = ANYTHING) -> dict[Blur, list[str]]:
    """The words that each of them stands for, in one statement: the nearest first, then those that come first in
    `common`, then the shortest. Words that are not `seen` are passed over and take no place."""
    if not asked:
        return {}
    parts = [_first_few(number, one, seen) for number, one in enumerate(asked)]
    found: dict[Blur, list[str]] = {one.blur: [] for one in asked}
    params = [param for _, params in parts for param in params]
    with connection.cursor() as cursor:
        cursor.execute(f"{COMMON} {' UNION ALL '.join(sql for sql, _ in parts)}", [list(common), *params])
        for number, word in cursor:
            found[asked[number].blur].append(word)
    return found


def seen_in(audience: str) -> Match:
    """That a word stands in documents with this audience, a tsquery."""
    return Match(sql=SEEN, params=(audience,))


def _first_few(number: int, asked: Asked, seen: Match) -> tuple[str, Params]:
    source, params = _source(asked.blur) if asked.words is None else (LISTED, (list(asked.words),))
    sql = FIRST_FEW.format(source=source, seen=seen.sql or "TRUE")
    return sql, (number, *params, *seen.params, asked.most)


def _source(blur: Blur) -> tuple[str, Params]:
    far, text = blur.distance, blur.text
    if not far:
        return ORDERED.format(source=FITTING), (tree.like(text),)
    near = " OR ".join(["word LIKE %s"] * len(pieces)) if (pieces := list(_pieces(text, far))) else "TRUE"
    lengths = (len(text) - far, len(text) + far)
    similar = SIMILAR.format(near=f"({near})")
    return ORDERED.format(source=similar), (text, far, *lengths, *pieces, text, far, far)


def _pieces(word: str, distance: int) -> Iterator[str]:
    """Patterns of which every similar word fits one: cut into one piece more than letters may differ, one piece of the
    word is whole. Too short pieces would narrow nothing down."""
    size = len(word) // (distance + 1)
    if size < (2 if distance == 1 else 3):
        return
    last = len(word) - size * distance
    yield tree.like(word[:size] + ANY)
    for start in range(size, size * distance, size):
        yield tree.like(ANY + word[start : start + size] + ANY)
    yield tree.like(ANY + word[-last:])
