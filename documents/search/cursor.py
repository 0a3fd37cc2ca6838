"""Where a search goes on: signed, and bound to the search and to the person who asked."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing

SALT = "documents.search.cursor"


class BadCursor(Exception):
    """The cursor is not one of ours, or belongs to another search or another person."""


@dataclass(frozen=True)
class Place:
    """The end of a page. `count` hits in all; `bound` is the newest document then: later ones do not push pages about.

    `worths` are the weights of the query's words as they were. `stage`: among the re-ranked hits ("top"), behind
    them ("tail"), or in an order of columns ("keys"). `after` are the values of the last hit's keys.
    """

    count: int
    bound: int
    stage: str
    after: tuple[Any, ...]
    worths: tuple[float, ...] = ()


def write(place: Place, *, search: str, user_id: int | None) -> str:
    """The cursor for the next page."""
    return signing.dumps([_bond(search, user_id), *asdict(place).values()], salt=SALT, compress=True)


def read(text: str, *, search: str, user_id: int | None) -> Place:
    """The place that a cursor stands for."""
    try:
        bond, count, bound, stage, after, worths = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadCursor from error
    if bond != _bond(search, user_id):
        raise BadCursor
    return Place(count, bound, stage, tuple(after), tuple(worths))


def _bond(search: str, user_id: int | None) -> str:
    return hashlib.sha256(f"{user_id}\n{search}".encode()).hexdigest()[:16]
