"""Runs the SQL of one page of hits: by columns in one query, by score in two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from documents.search import ranking, sorting
from documents.search.conditions import Match, Params, both, whole
from documents.search.cursor import Place
from documents.search.ranking import Scored
from documents.search.sorting import Key, Order

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Window:
    """What part of the hits is wanted: so many, from an offset or from a cursor's place."""

    size: int
    offset: int = 0
    place: Place | None = None


@dataclass(frozen=True)
class Hits:
    """The ids of a page's documents in their order, how many hits there are, and where the next page begins."""

    ids: tuple[int, ...]
    count: int
    following: Place | None


def fetch(condition: Match, order: Order, words: Sequence[Scored], bound: int, window: Window) -> Hits:
    """One page of what satisfies the condition."""
    if not order.by_score or not words:
        return _by_keys(condition, order.keys, bound, window)
    place = window.place
    if place is None or len(place.worths) != len(words):
        return _ByScore(condition, tuple(ranking.weighed(words, bound)), bound).page(window)
    as_before = (replace(word, worth=worth) for word, worth in zip(words, place.worths, strict=True))
    return _ByScore(condition, tuple(as_before), place.bound).page(window)


def ids(condition: Match, limit: int) -> list[int]:
    """All that satisfies the condition, up to a limit."""
    where, params = whole(condition)
    sql = f"SELECT s.document_id FROM documents_searchdoc s WHERE {where} ORDER BY {sorting.ID.sql} LIMIT %s"  # noqa: S608
    return [pk for (pk,) in _run(sql, (*params, limit))]


def among(condition: Match, documents: Sequence[int]) -> list[int]:
    """Those of a few documents that satisfy the condition. OFFSET 0 has the planner look at these and at no others."""
    where, params = whole(condition)
    few = "SELECT * FROM documents_searchdoc WHERE document_id = ANY(%s) OFFSET 0"
    sql = f"SELECT s.document_id FROM ({few}) s WHERE {where}"  # noqa: S608  # conditions of ours
    return [pk for (pk,) in _run(sql, (list(documents), *params))]


def _by_keys(condition: Match, keys: tuple[Key, ...], bound: int, window: Window) -> Hits:
    rows, count = _select(condition, keys, window.size + 1, window.offset, window.place)
    shown = rows[: window.size]
    following = Place(count, bound, "keys", _plain(shown[-1])) if len(rows) > window.size else None
    return Hits(tuple(row[keys.index(_id(keys))] for row in shown), count, following)


def _id(keys: Sequence[Key]) -> Key:
    return next(key for key in keys if key.sql == sorting.ID.sql)


def _select(
    condition: Match, keys: Sequence[Key], limit: int, offset: int = 0, place: Place | None = None
) -> tuple[list[Row], int]:
    """Rows of key values, and how many there are in all: counted in the same scan unless the place knows."""
    where, where_params = whole(condition)
    names = [f"k{number}" for number in range(len(keys))]
    columns = ", ".join(f"{key.sql} AS {name}" for key, name in zip(keys, names, strict=True))
    column_params = [param for key in keys for param in key.params]
    behind, behind_params = sorting.after(names, keys, place.after) if place else ("TRUE", ())
    counted = "NULL::bigint" if place else "count(*) OVER ()"
    rows = _run(
        f"SELECT * FROM (SELECT {columns}, {counted} FROM documents_searchdoc s WHERE {where}) hits"  # noqa: S608
        f" WHERE {behind} ORDER BY {sorting.clause(names, keys)} LIMIT %s OFFSET %s",
        (*column_params, *where_params, *behind_params, limit, offset),
    )
    if place:
        count = place.count
    elif rows or not offset:
        count = rows[0][-1] if rows else 0
    else:
        count = _run(f"SELECT count(*) FROM documents_searchdoc s WHERE {where}", where_params)[0][0]  # noqa: S608
    return [row[:-1] for row in rows], count


def _run(sql: str, params: Params) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _plain(row: Row) -> Row:
    return tuple(value.isoformat() if isinstance(value, datetime) else value for value in row)


@dataclass(frozen=True)
class _ByScore:
    """The best hits, ranked again, then the others by their first score."""

    condition: Match
    words: tuple[Scored, ...]
    bound: int

    @property
    def keys(self) -> tuple[Key, ...]:
        sql, params = ranking.first_stage(self.words)
        return (Key(sql, "float8", descending=True, params=params), *sorting.NEWEST)

    @property
    def bounded(self) -> Match:
        return both([self.condition, Match(sql=f"{sorting.ID.sql} <= %s", params=(self.bound,))])

    def page(self, window: Window) -> Hits:
        place = window.place
        if place is not None and place.stage == "tail":
            return self._finish([], *self._tail(place, window.size), window.size)
        top, count = _select(self.bounded, self.keys, ranking.TOP)
        count = place.count if place is not None else count
        ranked = self._rank(top)
        rest = ranked[window.offset :] if place is None else [row for row in ranked if _behind(row, place.after)]
        chosen = rest[: window.size + 1]
        missing = window.size + 1 - len(chosen)
        tail: list[Row] = []
        if missing and len(top) == ranking.TOP:
            end = Place(count, self.bound, "tail", _plain(top[-1]))
            tail, _ = _select(
                self.bounded, self.keys, missing, max(0, window.offset - ranking.TOP) if place is None else 0, end
            )
        return self._finish(chosen, tail, count, window.size)

    def _tail(self, place: Place, size: int) -> tuple[list[Row], int]:
        return _select(self.bounded, self.keys, size + 1, 0, place)

    def _finish(self, top: list[Row], tail: list[Row], count: int, size: int) -> Hits:
        rows = [("top", row) for row in top] + [("tail", row) for row in tail]
        shown = rows[:size]
        following = None
        if len(rows) > size:
            stage, last = shown[-1]
            worths = tuple(word.worth for word in self.words)
            following = Place(count, self.bound, stage, _plain(last), worths)
        return Hits(tuple(row[2] for _, row in shown), count, following)

    def _rank(self, top: list[Row]) -> list[Row]:
        """The best hits by both stages; each row keeps its form, with the new score."""
        if not top:
            return []
        sql, params = ranking.second_stage(self.words)
        rows = _run(
            f"SELECT s.document_id, {sql} FROM documents_searchdoc s WHERE s.document_id = ANY(%s)",  # noqa: S608
            (*params, [row[2] for row in top]),
        )
        more: dict[int, float] = dict(rows)
        scored = [(row[0] * ranking.DIGEST_SHARE + more.get(row[2], 0.0), row[1], row[2]) for row in top]
        return sorted(scored, reverse=True)


def _behind(row: Row, after: tuple[Any, ...]) -> bool:
    score, created, pk = after
    return (row[0], row[1], row[2]) < (score, datetime.fromisoformat(created), pk)
