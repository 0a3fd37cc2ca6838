"""People, projects and organizations whose names begin with what somebody types, among those that they may see."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Lower, NullIf
from django.db.models.lookups import Regex

from documents import permissions
from documents.search import remembered
from organizations.models import Organization, User
from organizations.permissions import Person, view_organizations
from projects import permissions as project_permissions
from projects.models import Project

Row = tuple[str, int, str]
MAX_WORDS = 8
"""Words of a text that are looked for."""
BROWSED = 500
"""Rows that are put into order where nothing is typed yet."""


@dataclass(frozen=True)
class Named:
    """A kind of things with names: which of them a person may see, what is shown, and what is searched."""

    all: QuerySet[Any]
    visible: Callable[[Person], Q]
    shown: Combinable
    sought: Combinable


NAMED: dict[str, Named] = {
    "user": Named(
        User.objects.all(),
        permissions.view_people,
        Coalesce(NullIf(F("name"), Value("")), F("username"), output_field=CharField()),
        Concat("name", Value(" "), "username", output_field=TextField()),
    ),
    "project": Named(Project.objects.all(), project_permissions.view, F("title"), F("title")),
    "organization": Named(Organization.objects.all(), view_organizations, F("name"), F("name")),
}


def names_like(user: Person, texts: Sequence[str], kinds: Collection[str], *, most: int) -> list[Row]:
    """(kind, id, name) of at most so many of each kind, in the order of their names, by one query."""
    pattern = _pattern(texts)
    if any(texts) and not pattern:
        return []
    found = [_found(user, kind, NAMED[kind], pattern)[:most] for kind in kinds]
    return list(found[0].union(*found[1:], all=True) if len(found) > 1 else found[0])


def _found(user: Person, kind: str, named: Named, pattern: str) -> "QuerySet[Any, Any]":
    rows = named.all.filter(named.visible(user))
    if pattern:
        plain = Lower(Func(named.sought, function="unaccent", output_field=TextField()))
        rows = rows.filter(Regex(plain, pattern))
    else:
        rows = named.all.filter(pk__in=rows.order_by("pk").values("pk")[:BROWSED])
    return rows.order_by(named.shown, "pk").values_list(Value(kind, TextField()), "pk", named.shown)


def _pattern(texts: Sequence[str]) -> str:
    """All words of one of the texts begin words of the name, as one regular expression: it is cheaper to build than a
    condition for each of them."""
    ways = []
    for text in texts:
        words = re.findall(r"[^\W_]+", remembered.folded(text))[:MAX_WORDS]
        ways.append("".join(rf"(?=.*\m{word})" for word in words))
    return f"^({'|'.join(filter(None, ways))})" if any(ways) else ""
