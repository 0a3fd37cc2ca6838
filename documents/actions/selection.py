"""Which documents a request means that speaks of many: by their ids, or by a search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from docplatform.lib.errors import Refused
from documents import permissions
from documents.models import Document
from documents.search import params, query
from organizations.permissions import Person

UNKNOWN_FILTER = "There is no filter {name}. Take one of those of the search."


@dataclass(frozen=True)
class Selection:
    """`ids` where they are named, else what `query` finds within `filters`."""

    query: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ids: tuple[int, ...] | None = None


def unknown_filters(filters: Mapping[str, Sequence[str]]) -> list[str]:
    """Names of filters that are none: left out, they would widen the selection."""
    known = {f.field.name for f in params.read(filters).filters}
    return [name for name in filters if not known & {f.field.name for f in params.read({name: [""]}).filters}]


def find(user: Person, selection: Selection, *, most: int, rule: Callable[[Person], Q] = permissions.view) -> list[int]:
    """The ids of what is meant, in their order, as far as the rule lets the person have it; 400 beyond `most`."""
    if selection.ids is not None:
        known = among(sorted(set(selection.ids))).filter(rule(user)).order_by("pk")
        found = list(known.values_list("pk", flat=True)[: most + 1])
    else:
        wanted = params.read({**selection.filters, "q": [selection.query]})
        found = query.every(user, wanted, most=most + 1)
    if len(found) > most:
        raise Refused("too_many", f"These are more than {most:,} documents. Narrow the selection, and do it in parts.")
    return found


def among(ids: Sequence[int]) -> QuerySet[Document]:
    """Those of the documents that are there: one parameter, however many."""
    return Document.objects.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(ids)]))
