"""The algebra of conditions: how much of a query one scan of the index answers, and what has to be checked besides.

A condition is a tsquery that every hit satisfies (`terms`) and perhaps SQL that says the rest (`sql`). Joining
conditions joins the tsqueries, so that a whole query stays one scan. Text from people travels in `params` alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Params = tuple[Any, ...]


@dataclass(frozen=True)
class Match:
    """A condition on a row with a tsvector `vector`. Without `terms` every row qualifies for the check in `sql`."""

    terms: str = ""
    sql: str = ""
    params: Params = field(default=())
    impossible: bool = False
    vector: str = "s.terms"


ANYTHING = Match()
NOTHING = Match(impossible=True)


def both(matches: Iterable[Match]) -> Match:
    """All of them hold."""
    parts = _different(matches)
    if any(part.impossible for part in parts):
        return NOTHING
    return Match(
        _joined(" & ", [part.terms for part in parts]),
        _joined(" AND ", [part.sql for part in parts]),
        tuple(param for part in parts for param in part.params),
        vector=_vector(parts),
    )


def either(matches: Iterable[Match]) -> Match:
    """At least one of them holds."""
    parts = _different(part for part in matches if not part.impossible)
    if not parts:
        return NOTHING
    if ANYTHING in parts:
        return ANYTHING
    terms = _joined(" | ", [part.terms for part in parts]) if all(part.terms for part in parts) else ""
    if terms and not any(part.sql for part in parts):
        return Match(terms, vector=_vector(parts))
    wholes = [whole(part) for part in parts]
    params = tuple(param for _, params in wholes for param in params)
    return Match(terms, _joined(" OR ", [sql for sql, _ in wholes]), params, vector=_vector(parts))


def negation(match: Match) -> Match:
    """It does not hold."""
    if match.impossible:
        return ANYTHING
    if match == ANYTHING:
        return NOTHING
    if not match.sql:
        return Match(f"!{match.terms}", vector=match.vector)
    sql, params = whole(match)
    return Match("", f"({sql}) IS NOT TRUE", params)


def whole(match: Match) -> tuple[str, Params]:
    """The condition as SQL alone."""
    if match.impossible:
        return "FALSE", ()
    if not match.terms:
        return match.sql or "TRUE", match.params
    sql = f"{match.vector} @@ %s::tsquery"
    return (f"({sql} AND {match.sql})" if match.sql else sql), (match.terms, *match.params)


def _vector(parts: list[Match]) -> str:
    """They all speak of one vector."""
    return next((part.vector for part in parts if part.terms), Match.vector)


def _different(matches: Iterable[Match]) -> list[Match]:
    parts: list[Match] = []
    for match in matches:
        if match not in parts:
            parts.append(match)
    return parts


def _joined(word: str, parts: list[str]) -> str:
    some = [part for part in parts if part]
    return some[0] if len(some) == 1 else f"({word.join(some)})" if some else ""
