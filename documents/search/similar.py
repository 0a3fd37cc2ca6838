"""Finds documents that resemble one: a search for its most telling words, which stand in the index already.

How telling a word is, and that others share it, is counted among the documents that the person may see: else those that
they may not would decide which words there is room for, and so what comes back.
"""

from django.db import connection

from documents.search import pages, query, slots, sorting, statistics
from documents.search.analyzer import STEM
from documents.search.conditions import Match, both, whole
from documents.search.languages import STOP_WORDS
from documents.search.pages import Window
from documents.search.ranking import Scored
from organizations.permissions import Person

WORDS = 12
CANDIDATES = 36
WORTH = {"A": 2.0, "B": 1.4, "C": 1.0}
"""What a word counts for by where it stands: title and source, description, salient on the pages."""
DIGEST = """
SELECT u.lexeme, u.weights[1] FROM documents_searchdoc s CROSS JOIN LATERAL unnest(s.digest) u WHERE s.document_id = %s
"""
HOW_MANY = "(SELECT count(*) FROM (SELECT FROM documents_searchdoc s WHERE {where} LIMIT %s) x)"


def similar(user: Person, pk: int, *, most: int) -> tuple[int, ...]:
    """The ids of other documents that the person may see, the most similar first."""
    with query.limited() as (bound, _):
        slots.wait()
        others = both([query.audience(user), Match(sql=f"{sorting.ID.sql} <> %s", params=(pk,))])
        words = _telling(pk, others)
        if not words:
            return ()
        any_word = Match(f"({' | '.join(word.terms for word in words)})")
        return pages.fetch(both([any_word, others]), sorting.SCORE, words, bound, Window(most)).ids


def _telling(pk: int, others: Match) -> list[Scored]:
    """The document's best words: rare ones, but none that no other document has."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, [pk])
        found = [Scored((lexeme,), "", WORTH[weight]) for lexeme, weight in cursor.fetchall() if _tells(lexeme)]
    known = statistics.frequencies()
    likely = _best(found, [known.get(word.lexemes[0], 0.0) for word in found])[:CANDIDATES]
    if not likely:
        return []
    shared = [(word, share) for word, share in zip(likely, _shares(likely, others), strict=True) if share]
    return _best([word for word, _ in shared], [share for _, share in shared])[:WORDS]


def _shares(words: list[Scored], others: Match) -> list[float]:
    """The share of the others that each word stands in, roughly where it is large."""
    asked = [(others, None), *((both([Match(f"({word.terms})"), others]), statistics.COUNTED) for word in words)]
    conditions = [(*whole(match), limit) for match, limit in asked]
    sql = ", ".join(HOW_MANY.format(where=where) for where, _, _ in conditions)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", [value for _, params, limit in conditions for value in (*params, limit)])
        total, *counts = cursor.fetchone()
    return [count / max(total, 1) for count in counts]


def _tells(lexeme: str) -> bool:
    """It is no word like `the`, nor its stem."""
    word = lexeme[len(STEM) + 2 :] if lexeme.startswith(STEM) else lexeme
    return word not in STOP_WORDS


def _best(words: list[Scored], shares: list[float]) -> list[Scored]:
    """By what they are worth together with how rare they are."""
    worths = {word: word.boost * statistics.idf(share) for word, share in zip(words, shares, strict=True)}
    return sorted(words, key=lambda word: (-worths[word], word.lexemes))
