"""Answers a search: reads it, compiles it, runs it within its limits. What it finds is what the person may see."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg.errors import ProgramLimitExceeded, QueryCanceled, StatementTooComplex, TooManyArguments, TooManyColumns

from docplatform.lib.errors import Refused
from documents import permissions
from documents.search import (
    compiler,
    counts,
    expansion,
    facets,
    fields,
    lexicon,
    notes,
    pages,
    ranking,
    rights,
    slots,
    sorting,
    split,
    vectors,
)
from documents.search.compiler import Compiled, Setting
from documents.search.conditions import ANYTHING, NOTHING, Match, both, either
from documents.search.counts import Asked, Counted
from documents.search.pages import Hits, Window
from documents.search.params import Wanted
from documents.search.split import Plan, TooComplex, number
from documents.search.tree import Everything, In, Node, Pattern, Phrase, Range, Word, walk
from documents.search.values import Facts, whole_ends
from documents.search.words import Leaf, Reading
from organizations.permissions import Person
from projects import permissions as project_permissions
from projects.models import Project

TIMEOUT_MS = 8_000
MAX_PROJECTS = 1_000
UNREADABLE = "This query cannot be read. Check its quotation marks, brackets and colons."
TOO_BROAD = "Too many words fit the wildcards or ~ of this query. Give more letters."

LIMITS = (ProgramLimitExceeded, StatementTooComplex, TooManyArguments, TooManyColumns)

# Bitmaps of half a million documents stay exact in this memory; a sequential scan would read every vector.
SETUP = """
SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true),
       set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
       (SELECT max(document_id) FROM documents_searchdoc),
       (SELECT array_agg(code ORDER BY code) FROM documents_searchlanguage)
"""


@dataclass(frozen=True)
class Found:
    """One page of a search. `leaves` are the words to highlight; `degraded`: a wildcard stood for more words than were
    looked for, or the query was read loosely to be in time; `counted` are the facets of all hits, where they were
    asked for; `in_notes` are the words that were looked for in notes."""

    hits: Hits
    plan: Plan
    leaves: tuple[Leaf, ...]
    degraded: bool = False
    counted: Counted | None = None
    in_notes: tuple[Leaf, ...] = ()


class Reach(Enum):
    """How far the meaning of a query is followed."""

    INDEX = "index"
    """Wildcards and fuzzy words stand for so many words of the index."""
    DOCUMENT = "document"
    """Within one document, or a few, wildcards meet every word that fits."""
    HURRIED = "hurried"
    """Only the most common words, and of phrases all words wherever they stand."""


class TooSlow(Refused):
    """The database did not answer in time."""

    def __init__(self) -> None:
        message = "This search took too long. Make it narrower: add words, or filters such as user: or created_at:."
        super().__init__("time out", message, status=503)


def search(user: Person, wanted: Wanted, window: Window, asked: Asked | None = None) -> Found:
    """One page of the documents that the person may see. A query that takes too long is tried once more without its
    costly parts."""
    try:
        return _search(user, wanted, window, asked, degraded=False)
    except TooSlow:
        return _search(user, wanted, window, asked, degraded=True)


def _search(user: Person, wanted: Wanted, window: Window, asked: Asked | None, *, degraded: bool) -> Found:
    with limited() as (bound, codes):
        plan = split.plan(wanted, anonymous=user.is_anonymous, now=timezone.now())
        known = setting(user, plan.tree, codes, reach=Reach.HURRIED if degraded else Reach.INDEX)
        compiled = compile_for(user, plan.tree, known, audience(user))
        condition = compiled.condition
        order = sorting.order(plan.sort)
        scored = ranking.scored(compiled.leaves) if order.by_score else []
        hits = pages.fetch(condition, order, scored, bound, window)
        counted = counts.count(user, condition, asked) if asked else None
        return Found(hits, plan, compiled.leaves, degraded or known.is_cut, counted, compiled.in_notes)


def every(user: Person, wanted: Wanted, *, most: int) -> list[int]:
    """The ids of all documents that the person may see and the search finds, but for those beyond the first `most`.

    For those who do something with what is found, so nothing is guessed: 400 for a query that cannot be read as it is,
    or whose wildcards stand for too many words.
    """
    with limited() as (_, codes):
        plan = split.plan(wanted, anonymous=user.is_anonymous, now=timezone.now())
        if plan.escaped:
            raise Refused("query", UNREADABLE)
        known = setting(user, plan.tree, codes)
        if known.is_cut:
            raise Refused("query", TOO_BROAD)
        return pages.ids(compile_for(user, plan.tree, known, audience(user)).condition, most)


def visible(user: Person, documents: Sequence[int]) -> list[int]:
    """Those of a few documents that the person may see."""
    return pages.among(audience(user), documents)


def among(user: Person, wanted: Wanted, documents: Sequence[int]) -> list[int]:
    """Those of a few documents, which the person may see, that the search finds; none for a query that is not read as
    it is."""
    with suppress(TooComplex), limited() as (_, codes):
        plan = split.plan(wanted, anonymous=user.is_anonymous, now=timezone.now())
        if not plan.escaped:
            known = setting(user, plan.tree, codes, reach=Reach.DOCUMENT)
            return pages.among(compile_for(user, plan.tree, known, ANYTHING).condition, documents)
    return []


@contextmanager
def limited(milliseconds: int = 0) -> Iterator[tuple[int, tuple[str, ...]]]:
    """A transaction whose statements may take so long and no longer; gives the newest document in the index and the
    stemmers in use."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SETUP, [str(milliseconds or TIMEOUT_MS)])
            *_, bound, codes = cursor.fetchone()
            yield bound or 0, tuple(codes or ())
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        if isinstance(error.__cause__, LIMITS):
            raise TooComplex from None  # what the database says quotes words of documents
        raise


def setting(user: Person, tree: Node, codes: tuple[str, ...], *, reach: Reach = Reach.INDEX) -> Setting:
    """What the query's meaning depends on beside its words; a costly one has its slot for the transaction from here."""
    names_flag = any(isinstance(node, In) and fields.is_flag(node.field) for node in walk(tree))
    editable = rights.editable(user) if names_flag else NOTHING
    facts = Facts(timezone.now(), _visible_projects(user, tree), editable)
    seen = partial(_seen, user)
    if reach is Reach.HURRIED:
        return Setting(Reading(codes, words=expansion.common(tree, seen).words), facts, is_loose=True)
    slots.take(tree)
    found = expansion.of(tree, seen, patterns=reach is Reach.INDEX)
    return Setting(Reading(codes, words=found.words), facts, found.is_cut)


def compile_for(user: Person, tree: Node, known: Setting, among: Match) -> Compiled:
    """The condition of what answers the query among these rows; notes count for people who search them, if there is
    time."""
    compiled = compiler.compile_query(tree, known)
    condition = both([compiled.condition, among])
    leaves = notes.leaves(tree, known.reading)
    if known.is_loose or not leaves or not notes.may_search(user):
        return replace(compiled, condition=condition)
    if noted := notes.find(user, leaves):
        judge = compiler.compile_query(tree, replace(known, noted=noted))
        condition = notes.corrected(condition, noted, both([judge.condition, among]))
    return replace(compiled, condition=condition, in_notes=leaves)


def audience(user: Person) -> Match:
    """The index rows of documents that the person may see; for anonymous people without those kept from search."""
    if user.is_anonymous:
        return Match(vectors.quoted(facets.ANYONE))
    tokens = sorted(permissions.audiences_for(user))
    return Match(f"({' | '.join(vectors.quoted(vectors.audience(token)) for token in tokens)})")


def _seen(user: Person) -> Match:
    """That a word of the lexicon stands where the person's searches may find it."""
    places = [lexicon.seen_in(audience(user).terms)]
    return either([*places, notes.seen(user)] if notes.may_search(user) else places)


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
