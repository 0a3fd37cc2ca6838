"""Scores hits in two stages: the digests of all of them, then the whole vectors of the best.

A word is worth its rarity (idf) times its boost; where it stands (title, description, salient in the body) decides
how much of that a document earns. Phrases earn what their words earn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from documents.search import statistics, vectors
from documents.search.conditions import Params
from documents.search.fields import Field
from documents.search.languages import STOP_WORDS
from documents.search.words import Leaf

TOP = 500
"""How many hits of the first stage the second one ranks again."""
MAX_WORDS = 24
DIGEST_SHARE = 8.0

# Weights of tsvector labels in PostgreSQL's order: D, C, B, A.
DIGEST: dict[str, str] = {
    "": "{0,0.15,0.5,1}",
    "title": "{0,0,0,1}",
    "source": "{0,0,0,1}",
    "description": "{0,0,1,0}",
    "text": "{0,1,0,0}",
}
TERMS = "{0.3,0.6,1,0.1}"
METADATA = frozenset({"title", "source", "description"})


@dataclass(frozen=True)
class Scored:
    """One word of a query: any of the lexemes, in a field, with its worth."""

    terms: str
    field: str
    worth: float


def scored(leaves: Sequence[Leaf]) -> list[Scored]:
    """The words that make the score; those of no worth are left out as long as there are others."""
    words = [_scored(lexemes, leaf.field, leaf.boost) for leaf in leaves for lexemes in leaf.scored]
    telling = [word for word, lexemes in words if lexemes[0] not in STOP_WORDS]
    return list(dict.fromkeys(telling or [word for word, _ in words]))[:MAX_WORDS]


def _scored(lexemes: tuple[str, ...], field: Field | None, boost: float) -> tuple[Scored, tuple[str, ...]]:
    shares = statistics.frequencies()
    share = max(shares.get(lexeme, 0.0) for lexeme in lexemes)
    # ts_rank divides by the number of alternatives
    worth = boost * statistics.idf(share) * len(lexemes)
    name = field.name if field is not None and field.name in DIGEST else "text" if field is not None else ""
    return Scored(" | ".join(map(vectors.quoted, lexemes)), name, round(worth, 6)), lexemes


def first_stage(words: Sequence[Scored]) -> tuple[str, Params]:
    """The score of a row `s` by its digest."""
    if not words:
        return "0::float8", ()
    parts = ["%s::float8 * ts_rank(%s::float4[], s.digest, %s::tsquery)" for _ in words]
    params = [value for word in words for value in (word.worth, DIGEST[word.field], word.terms)]
    return f"({' + '.join(parts)})", tuple(params)


def second_stage(words: Sequence[Scored]) -> tuple[str, Params]:
    """What the whole vector of a row `s` adds."""
    inside = [word for word in words if word.field not in METADATA]
    if not inside:
        return "0::float8", ()
    parts = ["%s::float8 * ts_rank(%s::float4[], s.terms, %s::tsquery)" for _ in inside]
    params = [value for word in inside for value in (word.worth, TERMS, word.terms)]
    return f"({' + '.join(parts)})", tuple(params)
