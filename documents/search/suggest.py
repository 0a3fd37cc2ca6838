"""Completes what somebody types into a search box, with nothing but what they may see.

Titles, tags and other values are taken from the index, by the marks of who may see a document; people, projects and
organizations by the rules for those.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.db import connection

from documents.search import query, remembered, syntax, typed, vectors
from documents.search.analyzer import tokens
from documents.search.conditions import Params
from documents.search.known import names_like
from documents.search.typed import Piece, Typed
from organizations.permissions import Person

KINDS = ("title", "tag", "data", "user", "project", "organization", "field")
NAMED = frozenset({"user", "project", "organization"})
MOST = 5
"""Suggestions of each kind."""
TIMEOUT_MS = 1_500
LAST_LETTER = "\U0010ffff"
TAG = "data__tag"

TITLES = """(SELECT 'title', '', t.title FROM (
  SELECT s.title, s.created_at FROM documents_searchdoc s WHERE s.terms @@ %s::tsquery LIMIT 1000
) t ORDER BY t.created_at DESC LIMIT 50)"""
SEEN = r"""EXISTS (SELECT FROM documents_searchdoc s WHERE s.terms @@
  (%s || ' & ''' || replace(replace({lexeme}, '\', '\\'), '''', '''''') || '''')::tsquery)"""
"""Whoever asks sees a document that has the lexeme now."""
# Only what is seen counts for a LIMIT: otherwise what others keep to themselves would show by what it pushes out.
VALUES = """(SELECT %s, v.name, v.value FROM (
  SELECT DISTINCT n.name, s.folded, s.value
  FROM {names} CROSS JOIN unnest(%s::text[], %s::text[]) AS p (low, high) CROSS JOIN LATERAL (
    SELECT c.folded, c.value FROM (
      SELECT DISTINCT k.folded, k.value FROM documents_searchvalue k
      WHERE k.name = n.name AND k.folded >= p.low AND k.folded < p.high
    ) c WHERE {seen} ORDER BY c.folded, c.value LIMIT %s
  ) s
) v ORDER BY v.folded, v.value LIMIT 30)"""
KEYS = """(SELECT 'key', n.name, '' FROM {names} WHERE EXISTS (
  SELECT FROM unnest(%s::text[]) AS p (word) WHERE starts_with(lower(n.name), p.word)
) AND {seen} ORDER BY n.name LIMIT %s)"""
THIS_NAME = "(SELECT %s::text) AS n (name)"
# From one name straight to the next, so that the many values between them are not read.
ALL_NAMES = """(WITH RECURSIVE known (name) AS (
  SELECT min(name)::text FROM documents_searchvalue
  UNION ALL
  SELECT (SELECT min(v.name)::text FROM documents_searchvalue v WHERE v.name > known.name)
  FROM known WHERE known.name IS NOT NULL
) SELECT name FROM known WHERE name <> %s) AS n"""


@dataclass(frozen=True)
class Suggestion:
    """Something to search for: `query` is what the search box says once it is chosen."""

    kind: str
    value: str
    label: str
    query: str


def suggest(user: Person, q: str, kinds: Collection[str] = KINDS) -> list[Suggestion]:
    """At most `MOST` of each kind, the best first; nothing where there is nothing to complete."""
    found = typed.read(q)
    wanted = [kind for kind in KINDS if kind in kinds and _fits(kind, found)]
    if not wanted or not found.pieces:
        return []
    suggestions: list[Suggestion] = []
    for known, find in SOURCES:
        if any(kind in known for kind in wanted):
            # what takes too long is left out
            with suppress(query.TooSlow), query.limited(TIMEOUT_MS):
                suggestions += find(user, found, wanted)
    if "field" in wanted:
        suggestions += _fields(found)
    by_kind = {kind: [one for one in suggestions if one.kind == kind] for kind in wanted}
    return [one for found_of_kind in by_kind.values() for one in found_of_kind[:MOST]]


def _fits(kind: str, found: Typed) -> bool:
    """Behind `tag:` there are tags only; behind the names of other fields there is nothing to choose from."""
    if found.field is None:
        return True
    kind_of = "tag" if found.field.name == TAG else "data" if found.field.name.startswith("data_") else found.field.name
    return kind == kind_of


def _from_index(user: Person, found: Typed, wanted: list[str]) -> Iterator[Suggestion]:
    """In one statement."""
    audience = query.audience(user).terms
    parts = [part for kind in wanted if kind in PARTS for part in PARTS[kind](found, audience)]
    if not parts:
        return
    with connection.cursor() as cursor:
        params = [param for _, params in parts for param in params]
        cursor.execute("\nUNION ALL ".join(sql for sql, _ in parts), params)
        rows = cursor.fetchall()
    for source in dict.fromkeys(source for source, _, _ in rows):
        for name, value in _best([(name, value) for of, name, value in rows if of == source], found):
            yield _suggestion(found, source, name, value)


def _suggestion(found: Typed, source: str, name: str, value: str) -> Suggestion:
    if source == "key":
        return Suggestion("data", name, name.removeprefix("data_"), found.completed(found.pieces[-1].start, f"{name}:"))
    field = {"title": "title", "tag": "tag"}.get(source, name)
    label = f"{name.removeprefix('data_')}: {value}" if source == "data" else value
    return Suggestion(source, value, label, _said(found, field, value, value))


def _said(found: Typed, field: str, value: str, text: str) -> str:
    """The query with the value; `text` shows whether all the words that were typed belong to it or the last alone."""
    spelled = typed.spelled(value)
    if found.field is not None:
        return found.completed(found.pieces[0].start, spelled)
    fitting = [piece for piece in found.pieces if _holds(text, piece)] or [found.pieces[-1]]
    return found.completed(fitting[0].start, f"{field}:{spelled}")


def _holds(text: str, piece: Piece) -> bool:
    """Every word that was typed begins one of the text's."""
    words = [token.exact for token in tokens(text, "")]
    return all(any(word.startswith(start.exact) for word in words) for start in tokens(piece.text, ""))


def _best(rows: list[tuple[str, str]], found: Typed) -> list[tuple[str, str]]:
    """Each once; first those that begin with all that was typed, then those that hold it, then the same for less of
    it."""
    starts = [remembered.folded(piece.text) for piece in found.pieces]

    def rank(row: tuple[str, str]) -> int:
        folded = remembered.folded(row[1])
        for number, (start, piece) in enumerate(zip(starts, found.pieces, strict=True)):
            if folded.startswith(start):
                return 2 * number
            if _holds(row[1], piece):
                return 2 * number + 1
        return 2 * len(starts)

    return sorted(dict.fromkeys(rows), key=rank)[:MOST]


def _titles(found: Typed, audience: str) -> Iterator[tuple[str, Params]]:
    mark = f"{vectors.FIELD}t"
    ways = []
    for piece in found.pieces:
        words = [vectors.quoted(mark + token.exact) for token in tokens(piece.text, "")]
        if words:
            ways.append(" & ".join([*words[:-1], f"{words[-1]}:*"]))
    if ways:
        yield TITLES, (f"({' | '.join(ways)}) & {audience}",)


def _values(source: str, name: str, found: Typed, audience: str) -> tuple[str, Params]:
    """The values of one key, or without a name of all of them but tags."""
    lows = [remembered.folded(piece.text) for piece in found.pieces]
    highs = [low + LAST_LETTER for low in lows]
    seen = SEEN.format(lexeme="%s || n.name || ':' || c.value")
    sql = VALUES.format(names=THIS_NAME if name else ALL_NAMES, seen=seen)
    return sql, (source, name or TAG, lows, highs, audience, vectors.MARKER, MOST)


def _tags(found: Typed, audience: str) -> Iterator[tuple[str, Params]]:
    yield _values("tag", TAG, found, audience)


def _data(found: Typed, audience: str) -> Iterator[tuple[str, Params]]:
    if found.field is not None:
        yield _values("data", found.field.name, found, audience)
        return
    key = found.pieces[-1].text.lower()
    starts = [f"data_{key}", *([key] if key.startswith("data_") else [])]
    seen = SEEN.format(lexeme="%s || n.name")
    yield KEYS.format(names=ALL_NAMES, seen=seen), (TAG, starts, audience, vectors.existence(""), MOST)
    yield _values("data", "", found, audience)


PARTS: dict[str, Callable[[Typed, str], Iterator[tuple[str, Params]]]] = {
    "title": _titles,
    "tag": _tags,
    "data": _data,
}


def _named(user: Person, found: Typed, wanted: list[str]) -> Iterator[Suggestion]:
    kinds = [kind for kind in wanted if kind in NAMED]
    for kind, pk, name in names_like(user, [piece.text for piece in found.pieces], kinds, most=MOST):
        yield Suggestion(kind, str(pk), name, _said(found, kind, str(pk), name))


SOURCES: tuple[tuple[Collection[str], Callable[[Person, Typed, list[str]], Iterator[Suggestion]]], ...] = (
    (PARTS, _from_index),
    (NAMED, _named),
)


def _fields(found: Typed) -> Iterator[Suggestion]:
    piece = found.pieces[-1]
    for name, text in syntax.names():
        if piece.text and name.startswith(piece.text.lower()):
            yield Suggestion("field", name, text, found.completed(piece.start, f"{name}:"))
