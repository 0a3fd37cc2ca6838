"""Scores hits in two stages: the digests of all of them, then the whole vectors of the best.

A word is worth its rarity (idf) times its boost; where it stands (title, description, salient in the body) decides
how much of that a document earns. Phrases earn what their words earn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from documents.search import statistics, vectors
from documents.search.conditions import Params
from documents.search.fields import Field
from documents.search.languages import STOP_WORDS
from documents.search.words import Leaf

TOP = 200
"""How many hits of the first stage the second one ranks again."""
MAX_WORDS = 24
DIGEST_SHARE = 4.0

# Weights of tsvector labels in PostgreSQL's order: D, C, B, A.
DIGEST: dict[str, str] = {
    "": "{0,0.3,0.8,1}",
    "title": "{0,0,0,1}",
    "source": "{0,0,0,1}",
    "description": "{0,0,1,0}",
    "text": "{0,1,0,0}",
}
TERMS = "{0.5,0.75,1,0.1}"
METADATA = frozenset({"title", "source", "description"})


@dataclass(frozen=True)
class Scored:
    """One word of a query: any of the lexemes, in a field. `worth` is what finding it counts for."""

    lexemes: tuple[str, ...]
    field: str
    boost: float
    worth: float = 0.0

    @property
    def terms(self) -> str:
        """The word as a tsquery."""
        return " | ".join(map(vectors.quoted, self.lexemes))


def scored(leaves: Sequence[Leaf]) -> list[Scored]:
    """The words that make the score; those like `the` are left out as long as there are others."""
    found = [Scored(lexemes, _place(leaf.field), leaf.boost) for leaf in leaves for lexemes in leaf.scored]
    telling = [word for word in found if word.lexemes[0] not in STOP_WORDS]
    return list(dict.fromkeys(telling or found))[:MAX_WORDS]


def _place(field: Field | None) -> str:
    if field is None:
        return ""
    return field.name if field.name in DIGEST else "text"


def weighed(words: Sequence[Scored], total: int) -> list[Scored]:
    """The words with their worths, among `total` documents. A single word needs no comparison."""
    rarities = [statistics.idf(share) for share in _shares(words, total)] if len(words) > 1 else [1.0]
    return [
        # ts_rank divides by the number of alternatives
        replace(word, worth=round(word.boost * rarity * len(word.lexemes), 6))
        for word, rarity in zip(words, rarities, strict=True)
    ]


def _shares(words: Sequence[Scored], total: int) -> list[float]:
    known = statistics.frequencies()
    shares = {word.terms: max(known.get(lexeme, 0.0) for lexeme in word.lexemes) for word in words}
    rare = [terms for terms, share in shares.items() if not share]
    shares |= dict(zip(rare, statistics.shares(rare, total), strict=True))
    return [shares[word.terms] for word in words]


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
