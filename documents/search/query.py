"""Answers a search: reads it, compiles it, runs it within its limits. What it finds is what the person may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg.errors import QueryCanceled

from docplatform.lib.errors import Refused
from documents import permissions
from documents.search import compiler, facets, pages, ranking, sorting, split, vectors
from documents.search.compiler import Setting
from documents.search.conditions import Match, both
from documents.search.pages import Hits, Window
from documents.search.params import Wanted
from documents.search.split import Plan, number
from documents.search.tree import Everything, In, Node, Pattern, Phrase, Range, Word, walk
from documents.search.values import Facts, whole_ends
from documents.search.words import Leaf, Reading
from organizations.permissions import Person
from projects import permissions as project_permissions
from projects.models import Project

TIMEOUT_MS = 8_000
MAX_PROJECTS = 1_000
UNREADABLE = "This query cannot be read. Check its quotation marks, brackets and colons."

# Bitmaps of half a million documents stay exact in this memory; a sequential scan would read every vector.
SETUP = """
SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true),
       set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
       (SELECT max(document_id) FROM documents_searchdoc),
       (SELECT array_agg(code ORDER BY code) FROM documents_searchlanguage)
"""


@dataclass(frozen=True)
class Found:
    """One page of a search. `leaves` are the words to highlight; `degraded`: wildcards were left out to be in time."""

    hits: Hits
    plan: Plan
    leaves: tuple[Leaf, ...]
    degraded: bool = False


class TooSlow(Refused):
    """The database did not answer in time."""

    def __init__(self) -> None:
        message = "This search took too long. Make it narrower: add words, or filters such as user: or created_at:."
        super().__init__("time out", message, status=503)


def search(user: Person, wanted: Wanted, window: Window) -> Found:
    """One page of the documents that the person may see. A query that takes too long is tried once more without its
    costly parts."""
    try:
        return _search(user, wanted, window, degraded=False)
    except TooSlow:
        return _search(user, wanted, window, degraded=True)


def _search(user: Person, wanted: Wanted, window: Window, *, degraded: bool) -> Found:
    with limited() as (bound, codes):
        plan = split.plan(wanted, anonymous=user.is_anonymous, now=timezone.now())
        tree = compiler.without_wildcards(plan.tree) if degraded else plan.tree
        compiled = compiler.compile_query(tree, setting(user, tree, codes))
        condition = both([compiled.condition, audience(user)])
        order = sorting.order(plan.sort)
        scored = ranking.scored(compiled.leaves) if order.by_score else []
        return Found(pages.fetch(condition, order, scored, bound, window), plan, compiled.leaves, degraded)


def every(user: Person, wanted: Wanted, *, most: int) -> list[int]:
    """The ids of all documents that the person may see and the search finds, but for those beyond the first `most`.

    For those who do something with what is found, so nothing is guessed: 400 for a query that cannot be read as it is.
    """
    with limited() as (_, codes):
        plan = split.plan(wanted, anonymous=user.is_anonymous, now=timezone.now())
        if plan.escaped:
            raise Refused("query", UNREADABLE)
        compiled = compiler.compile_query(plan.tree, setting(user, plan.tree, codes))
        return pages.ids(both([compiled.condition, audience(user)]), most)


@contextmanager
def limited() -> Iterator[tuple[int, tuple[str, ...]]]:
    """A transaction whose statements may take so long and no longer; gives the newest document in the index and the
    stemmers in use."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SETUP, [str(TIMEOUT_MS)])
            *_, bound, codes = cursor.fetchone()
            yield bound or 0, tuple(codes or ())
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise


def setting(user: Person, tree: Node, codes: tuple[str, ...]) -> Setting:
    """What the query's meaning depends on beside its words."""
    return Setting(Reading(codes), Facts(timezone.now(), _visible_projects(user, tree)))


def audience(user: Person) -> Match:
    """The index rows of documents that the person may see; for anonymous people without those kept from search."""
    if user.is_anonymous:
        return Match(vectors.quoted(facets.ANYONE))
    tokens = sorted(permissions.audiences_for(user))
    return Match(f"({' | '.join(vectors.quoted(vectors.audience(token)) for token in tokens)})")


def _visible_projects(user: Person, tree: Node) -> dict[int, str]:
    """The marks of those projects that the query names and the person may see, by id."""
    named = [node.node for node in walk(tree) if isinstance(node, In) and node.field == "project"]
    if not named:
        return {}
    asked = Q(pk__in=[])
    for value in (inner for node in named for inner in walk(node)):
        match value:
            case Word() | Phrase():
                asked |= Q(pk__in=[found for found in [number(value.text)] if found is not None])
            case Range():
                asked |= Q(pk__range=whole_ends(value))
            case Pattern() | Everything():
                asked |= Q(pk__gt=0)
    visible = Project.objects.filter(project_permissions.view(user)).filter(asked)
    return {project.pk: project.mark for project in visible.order_by("pk").only("clearings")[:MAX_PROJECTS]}
