"""The conditions of text leaves: words by the index alone, phrases also by positions on pages and in metadata."""

from dataclasses import dataclass, replace
from itertools import pairwise

from documents.search import conditions, fields, tree, vectors
from documents.search.conditions import NOTHING, Match
from documents.search.fields import Kind
from documents.search.words import Leaf, Spot

LETTERS = ("t", "s", "d")
BODY = "BCD"
"""The weights of the body's words in an index row."""

ON_PAGES = """s.body_version IN (SELECT vp.version_id FROM documents_pagetext pt
JOIN documents_versionpage vp ON vp.page_id = pt.page_id WHERE {condition})"""
ON_PAGE = """EXISTS (SELECT 1 FROM documents_versionpage vp JOIN documents_pagetext pt ON pt.page_id = vp.page_id
WHERE vp.version_id = s.body_version AND vp.number = %s AND {condition})"""
FITS = (
    """EXISTS (SELECT 1 FROM unnest({vector}) u WHERE u.lexeme LIKE %s AND ascii(substr(u.lexeme, %s)) > 31{weights})"""
)
# Every position may begin a window; the phrase is there when all of its words are in one.
NEAR = """EXISTS (WITH places AS (SELECT u.lexeme, p AS place FROM unnest({vector}) u, unnest(u.positions) p
WHERE u.lexeme = ANY(%s::text[])) SELECT 1 FROM places a JOIN places b ON b.place BETWEEN a.place AND a.place + %s
GROUP BY a.place HAVING count(DISTINCT b.lexeme) = %s)"""


@dataclass(frozen=True)
class Vector:
    """Where to look: an SQL tsvector, the prefix of its lexemes, and the weights that count (all when empty)."""

    sql: str = "s.terms"
    tag: str = ""
    weights: str = ""


def condition(leaf: Leaf) -> Match:
    """What a hit satisfies that holds the leaf."""
    field = leaf.field
    if leaf.is_hopeless:
        return NOTHING
    if field is None:
        return _anywhere(leaf)
    if field.kind is Kind.PAGE:
        return _on_page(leaf, fields.page_number(field))
    if field.letter:
        return within(leaf, Vector(tag=f"{vectors.FIELD}{field.letter}"))
    return within(leaf, Vector(weights=BODY)) if len(leaf.spots) == 1 else _on_pages(leaf)


def loose(leaf: Leaf) -> Match:
    """What one scan of the index can say of a phrase: all of its words are there."""
    tag = f"{vectors.FIELD}{leaf.field.letter}" if leaf.field and leaf.field.letter else ""
    vector = Vector(tag=tag, weights=BODY if leaf.field and not tag else "")
    return Match(f"({' & '.join(_term(spot, vector) for spot in leaf.spots)})")


def within(leaf: Leaf, vector: Vector) -> Match:
    """The leaf in one vector."""
    if leaf.is_hopeless:
        return NOTHING
    if len(leaf.spots) == 1:
        return _one(leaf.spots[0], vector)
    words = [_term(spot, vector) for spot in leaf.spots]
    if not leaf.slop:
        steps = [after.position - before.position for before, after in pairwise(leaf.spots)]
        joined = words[0] + "".join(f" <{step}> {word}" for step, word in zip(steps, words[1:], strict=True))
        return Match(f"({joined})", vector=vector.sql)
    lexemes = list(dict.fromkeys(vector.tag + spot.lexemes[0] for spot in leaf.spots))
    window = leaf.slop + leaf.spots[-1].position - leaf.spots[0].position
    params = (lexemes, window, len(lexemes))
    return Match(f"({' & '.join(words)})", NEAR.format(vector=vector.sql), params, vector=vector.sql)


def _anywhere(leaf: Leaf) -> Match:
    if len(leaf.spots) == 1:
        return within(leaf, Vector())
    places = [_on_pages(leaf), *(within(leaf, Vector(tag=f"{vectors.FIELD}{letter}")) for letter in LETTERS)]
    wholes = [conditions.whole(place) for place in places]
    sql = " OR ".join(sql for sql, _ in wholes)
    return Match(_bound(leaf), f"({sql})", tuple(param for _, params in wholes for param in params))


def _on_pages(leaf: Leaf) -> Match:
    sql, params = conditions.whole(within(leaf, Vector("pt.tsv")))
    return Match(_bound(leaf), ON_PAGES.format(condition=sql), params)


def _on_page(leaf: Leaf, number: int) -> Match:
    sql, params = conditions.whole(within(leaf, Vector("pt.tsv")))
    return Match(_bound(leaf), ON_PAGE.format(condition=sql), (number, *params))


def _bound(leaf: Leaf) -> str:
    """What the index row of every hit holds: all of the words."""
    terms = [_term(spot, Vector()) for spot in leaf.spots if spot.lexemes]
    return f"({' & '.join(terms)})" if terms else ""


def _one(spot: Spot, vector: Vector) -> Match:
    if not spot.pattern:
        return Match(_term(spot, vector), vector=vector.sql)
    like = vector.tag + tree.like(spot.pattern)
    weights = " AND u.weights && %s::text[]" if vector.weights else ""
    params = (like, len(vector.tag) + 1, *((list(vector.weights),) if vector.weights else ()))
    bound = _term(spot, vector) if spot.lexemes else ""
    return Match(bound, FITS.format(vector=vector.sql, weights=weights), params, vector=vector.sql)


def _term(spot: Spot, vector: Vector) -> str:
    """The spot as a tsquery operand."""
    mark = ("*" if spot.prefix or spot.pattern else "") + vector.weights
    suffix = f":{mark}" if mark else ""
    terms = [f"{vectors.quoted(vector.tag + lexeme)}{suffix}" for lexeme in spot.lexemes]
    return terms[0] if len(terms) == 1 else f"({' | '.join(terms)})"


def on_pages(leaves: tuple[Leaf, ...]) -> Match:
    """What a page `pt` satisfies that holds any of the leaves."""
    return conditions.either(_of_page(leaf) for leaf in leaves if leaf.on_pages)


def _of_page(leaf: Leaf) -> Match:
    found = within(leaf, Vector("pt.tsv"))
    if leaf.field is not None and leaf.field.kind is Kind.PAGE:
        sql = f"({found.sql} AND vp.number = %s)" if found.sql else "vp.number = %s"
        return replace(found, sql=sql, params=(*found.params, fields.page_number(leaf.field)))
    return found
