"""Finds documents that resemble one: a search for its most telling words, which stand in the index already."""

from django.db import connection

from documents.search import pages, query, sorting, statistics
from documents.search.analyzer import STEM
from documents.search.conditions import Match, both
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


def similar(user: Person, pk: int, *, most: int) -> tuple[int, ...]:
    """The ids of other documents that the person may see, the most similar first."""
    with query.limited() as (bound, _):
        words = _telling(pk, bound)
        if not words:
            return ()
        any_word = Match(f"({' | '.join(word.terms for word in words)})")
        others = Match(sql=f"{sorting.ID.sql} <> %s", params=(pk,))
        condition = both([any_word, query.audience(user), others])
        return pages.fetch(condition, sorting.SCORE, words, bound, Window(most)).ids


def _telling(pk: int, total: int) -> list[Scored]:
    """The document's best words: rare ones, but none that no other document has."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, [pk])
        found = [Scored((lexeme,), "", WORTH[weight]) for lexeme, weight in cursor.fetchall() if _tells(lexeme)]
    known = statistics.frequencies()
    likely = _best(found, [known.get(word.lexemes[0], 0.0) for word in found])[:CANDIDATES]
    shares = statistics.shares([word.terms for word in likely], total)
    shared = [(word, share) for word, share in zip(likely, shares, strict=True) if share * total > 1]
    return _best([word for word, _ in shared], [share for _, share in shared])[:WORDS]


def _tells(lexeme: str) -> bool:
    """It is no word like `the`, nor its stem."""
    word = lexeme[len(STEM) + 2 :] if lexeme.startswith(STEM) else lexeme
    return word not in STOP_WORDS


def _best(words: list[Scored], shares: list[float]) -> list[Scored]:
    """By what they are worth together with how rare they are."""
    worths = {word: word.boost * statistics.idf(share) for word, share in zip(words, shares, strict=True)}
    return sorted(words, key=lambda word: (-worths[word], word.lexemes))
