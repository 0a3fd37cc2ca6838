"""The words that stand in the index, written with it: what wildcards and fuzzy words are compared with.

Only exact forms are kept, and none of scripts without spaces, where wildcards fall away. A word is added when it is
not there yet; two writers at once may both add it, which costs a row and no waiting.
"""

from collections.abc import Collection, Iterator, Sequence

from django.db import connection

from documents.search import analyzer, tree
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
FITTING = """(SELECT %s::int, word, 0 FROM
(SELECT word FROM documents_searchword WHERE word LIKE %s OFFSET 0) AS found
ORDER BY length(word), word LIMIT %s)"""
# The distance is less than the length of both words: else `ab` would be like everything short.
SIMILAR = """(SELECT %s::int, word, far FROM
(SELECT DISTINCT word, levenshtein_less_equal(word, %s, %s) AS far FROM documents_searchword
WHERE length(word) BETWEEN %s AND %s AND {near} AND levenshtein_less_equal(word, %s, %s) <= %s OFFSET 0) AS found
WHERE far < length(word) ORDER BY far, word LIMIT %s)"""
SEEN = """SELECT word FROM unnest(%s::text[]) AS word WHERE EXISTS (
SELECT 1 FROM documents_searchdoc s WHERE s.terms @@ (quote_literal(word)::tsquery && %s::tsquery))"""


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


def look_up(blurs: Sequence[Blur], most: int) -> dict[Blur, list[tuple[str, int]]]:
    """The words that each of them stands for and their distances, nearest and shortest first, in one statement."""
    if not blurs:
        return {}
    parts = [_part(number, blur, most) for number, blur in enumerate(blurs)]
    found: dict[Blur, list[tuple[str, int]]] = {blur: [] for blur in blurs}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql for sql, _ in parts), [param for _, params in parts for param in params])
        for number, word, far in cursor:
            found[blurs[number]].append((word, far))
    return found


def seen(words: Collection[str], audience: str) -> set[str]:
    """Those of the words that stand in documents with this audience."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [list(words), audience])
        return {word for (word,) in cursor.fetchall()}


def _part(number: int, blur: Blur, most: int) -> tuple[str, Sequence[int | str]]:
    far, text = blur.distance, blur.text
    if not far:
        return FITTING, (number, tree.like(text), most)
    near = " OR ".join(["word LIKE %s"] * len(pieces)) if (pieces := list(_pieces(text, far))) else "TRUE"
    lengths = (len(text) - far, len(text) + far)
    return SIMILAR.format(near=f"({near})"), (number, text, far, *lengths, *pieces, text, far, far, most)


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
