"""People, projects and organizations whose names begin with what somebody types, among those that they may see."""

import re
from collections.abc import Collection, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, Concat, Lower, NullIf

from documents import permissions
from documents.search import remembered
from organizations.models import Organization, User
from organizations.permissions import Person, view_organizations
from projects import permissions as project_permissions
from projects.models import Project

Row = tuple[str, int, str]


def names_like(user: Person, texts: Sequence[str], kinds: Collection[str], *, most: int) -> list[Row]:
    """(kind, id, name) of at most so many of each kind, in the order of their names, by one query."""
    rows: dict[str, QuerySet[Any]] = {
        "user": User.objects.filter(permissions.view_people(user)).annotate(
            shown=Coalesce(NullIf(F("name"), Value("")), F("username")), sought=Concat("name", Value(" "), "username")
        ),
        "project": Project.objects.filter(project_permissions.view(user)).annotate(shown=F("title"), sought=F("title")),
        "organization": Organization.objects.filter(view_organizations(user)).annotate(
            shown=F("name"), sought=F("name")
        ),
    }
    fitting = _fitting(texts)
    found = [_found(rows[kind], kind, fitting)[:most] for kind in kinds]
    named = found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]
    return list(named)


def _found(rows: QuerySet[Any], kind: str, fitting: Q) -> "QuerySet[Any, Any]":
    plain = Lower(Func(F("sought"), function="unaccent", output_field=TextField()))
    rows = rows.annotate(plain=plain, rank=Value(kind, TextField()), number=F("pk")).filter(fitting)
    return rows.order_by("shown", "pk").values_list("rank", "number", "shown")


def _fitting(texts: Sequence[str]) -> Q:
    """All words of one of the texts begin words of the name; without a text every name fits."""
    if not any(texts):
        return Q()
    ways = [Q(pk__in=[])]
    for text in texts:
        words = [rf"\m{re.escape(word)}" for word in re.findall(r"[^\W_]+", remembered.folded(text))]
        ways += [reduce(and_, [Q(plain__regex=word) for word in words])] if words else []
    return reduce(or_, ways)
