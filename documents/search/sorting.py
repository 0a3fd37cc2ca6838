"""The orders that hits may come in, as keys that also say where a page ends (keyset pagination)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from documents.search.conditions import Params


@dataclass(frozen=True)
class Key:
    """One column of an order: an SQL expression over the index row `s`, and its type."""

    sql: str
    type: str
    descending: bool = False
    params: Params = ()


@dataclass(frozen=True)
class Order:
    """Keys that tell any two hits apart. `by_score`: the score comes first, see documents.search.ranking."""

    keys: tuple[Key, ...]
    by_score: bool = False


# Sums keep the planner off the primary key: it would walk that and read every vector, unaware of what that costs.
ID = Key("(s.document_id + 0)", "bigint")
CREATED = Key("s.created_at", "timestamptz")
NEWEST = (replace(CREATED, descending=True), replace(ID, descending=True))
SCORE = Order(NEWEST, by_score=True)
_DATA = re.compile(r"data_([A-Za-z0-9_-]{1,50})")
_VALUE = "(SELECT d.data -> %s ->> 0 FROM documents_document d WHERE d.id = s.document_id)"


def order(name: str) -> Order:
    """The order of that name; unknown names mean by score."""
    descending = name.startswith("-")
    plain = name.removeprefix("-")
    if plain == "tag":
        plain = "data__tag"
    match plain:
        case "created_at":  # newest first, as clients know it
            return Order((CREATED, ID) if descending else NEWEST)
        case "page_count":
            return Order((Key("s.page_count", "bigint", not descending), *NEWEST))
        case "title" | "source":
            missing = Key(f"(s.{plain} = '')::int", "int")
            return Order((missing, Key(f"s.{plain}", 'text COLLATE "C"', descending), ID))
        case "id":
            return Order((replace(ID, descending=descending),))
    data = _DATA.fullmatch(plain)
    return _by_data(data[1], descending=descending) if data else SCORE


def _by_data(key: str, *, descending: bool) -> Order:
    missing = Key(f"({_VALUE} IS NULL)::int", "int", params=(key,))
    value = Key(f"COALESCE({_VALUE}, '') COLLATE \"C\"", 'text COLLATE "C"', descending, (key,))
    return Order((missing, value, ID))


def clause(names: Sequence[str], keys: Sequence[Key]) -> str:
    """ORDER BY over columns of these names."""
    return ", ".join(f"{name} {'DESC' if key.descending else 'ASC'}" for name, key in zip(names, keys, strict=True))


def after(names: Sequence[str], keys: Sequence[Key], values: Sequence[object]) -> tuple[str, Params]:
    """The condition for rows behind the one with these values."""
    ways: list[str] = []
    params: list[object] = []
    for last, key in enumerate(keys):
        same = [f"{name} = %s::{k.type}" for name, k in zip(names[:last], keys[:last], strict=True)]
        way = [*same, f"{names[last]} {'<' if key.descending else '>'} %s::{key.type}"]
        ways.append(f"({' AND '.join(way)})")
        params += [*values[:last], values[last]]
    return f"({' OR '.join(ways)})", tuple(params)
