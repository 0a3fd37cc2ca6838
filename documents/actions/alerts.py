"""Tells people of new documents that their saved searches find: reads the event log, one batch of events at a time.

A batch names the documents that changed. Each saved search that notifies is run over these alone, as its person, before
anything is locked. Then one transaction moves the place in the log on and writes what was found, so a batch counts
once, whoever dies and however many hosts do it. Searches that were changed meanwhile, or found no slot, are run before
that, round by round.

What somebody asks for must not keep others waiting: a search that fails or takes too long is left out of the batch, and
so are those of a person whose time is up. When the time of all is up, nothing is written and the next batch is a single
event; even then the place moves on, without the searches that did not come to their turn.

When a person asks for alerts, the search is run over all documents, before anything is written: what it finds then is
not new. What this reader passes meanwhile is named in the event of the saved search, so it comes up once more, and
whatever changes later is in a later batch.

New is what a change of the document, of its notes or of its projects brings. What people come to see because they join
an organization or a project is not.
"""

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from random import choice
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Max, Q, QuerySet

from docplatform.lib.errors import Refused
from docplatform.lib.queue import wake
from documents.choices import Queue
from documents.models import Document, SavedSearch
from documents.search import query, slots
from documents.search.params import Wanted
from organizations import following
from organizations.actions.notifications import notify
from organizations.following import Place
from organizations.models import Event, User

READER = "alerts"
TASK = "documents.tasks.alert"
MATCHED = "search.matched"
KNOWN = 10_000
"""Documents that a search may find when alerts begin, to be noted one by one."""
MOST = 100
"""Searches that notify one person."""
TOO_MANY = f"At most {MOST} of your saved searches can notify you. Set notify to false in another one first."
LISTED = 100
"""Documents that a notification names."""
EVENTS = range(20, 1_000)
"""Events of a batch: fewer the more searches there are, so that a batch ends in time."""
WORK = 200_000
"""Events times searches in a batch, about."""
AT_ONCE = 500
"""Documents that one search is run over at once."""
FEW = 50
"""The same once it has taken too long."""
SECONDS = 120.0
"""For the searches of a batch, by far less than the workers' time for a task."""
SECONDS_EACH = 20.0
"""For those of one person, in one round."""
ROUNDS = 5
IGNORED = frozenset({"document.started", "document.deleted", "document.purged", "document.expired"})
logger = logging.getLogger("docplatform.search")

# Whoever deletes one of these documents or searches waits, or did so before: then there is nothing to note.
NOTE = """
INSERT INTO documents_savedsearchhit (saved_search_id, document_id, created_at)
SELECT search.id, document.id, now() FROM unnest(%s::bigint[], %s::bigint[]) AS found (search, document)
JOIN documents_savedsearch search ON search.id = found.search
JOIN documents_document document ON document.id = found.document
FOR KEY SHARE OF search, document
ON CONFLICT DO NOTHING RETURNING saved_search_id, document_id
"""

Hits = dict[int, tuple[datetime, list[int]]]
"""By search: when it was last changed, and what it finds among the documents of a batch."""


@dataclass
class _Pace:
    """How many events this process deals with at once: after one batch that took too long, slowly more again."""

    events: int = EVENTS.stop


_pace = _Pace()


class Baseline(NamedTuple):
    """What a search finds when alerts begin: one by one, or else everything up to the newest document; and where the
    reader was before."""

    place: Place
    found: list[int]
    newest: int


def baseline(user: User, text: str) -> Baseline:
    """What the query finds by now. 400 for one that cannot be read. It takes its time: ask before a transaction."""
    place = following.place(READER)
    newest = Document.objects.aggregate(newest=Max("pk"))["newest"] or 0
    found = query.every(user, Wanted(text), most=KNOWN + 1)
    return Baseline(place, [], newest) if len(found) > KNOWN else Baseline(place, found, 0)


def make_room(user: User) -> None:
    """400 where one more search may not notify the person; nobody adds one until the end of the transaction."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if SavedSearch.objects.filter(user=user, notify=True).count() >= MOST:
        raise Refused("notify", TOO_MANY)


def begin(search: SavedSearch, known: Baseline) -> dict[str, list[int]]:
    """What the search found is not new. In the caller's transaction, whose event must have these data: what this reader
    has passed since then comes up once more."""
    following.hold(READER)
    SavedSearch.objects.filter(pk=search.pk).update(seen_up_to=known.newest)
    _note([(search.pk, pk) for pk in known.found])
    passed = set(_documents(following.between(known.place, following.place(READER)))).difference(known.found)
    recent = query.visible(search.user, sorted(pk for pk in passed if pk > known.newest)) if passed else []
    return {"documents": recent} if recent else {}


def tend() -> None:
    """Wake a worker when there is news: nothing is lost with the one that had it."""
    if following.after(following.place(READER), most=1):
        wake(Queue.FAST, task=TASK)


def tell_next() -> bool:
    """Deal with the next events; False when there are no more."""
    place = following.place(READER)
    most = min(max(WORK // max(_watching().count(), 1), EVENTS.start), EVENTS.stop, _pace.events)
    batch = following.after(place, most=most)
    if not batch:
        return False
    is_done = _deal(place, batch, until=time.monotonic() + SECONDS)
    _pace.events = min(2 * _pace.events, EVENTS.stop) if is_done else 1
    return True


def _deal(place: Place, batch: Sequence[Event], *, until: float) -> bool:
    """Run all searches and write what they find; False where there was no time for all, and fewer events may do."""
    documents = sorted(set(_documents(batch)))
    if not documents:
        following.move(READER, before=place, last=batch[-1])
        return True
    hits: Hits = {}
    searches = _watching()
    for more in reversed(range(ROUNDS)):
        hits |= _run(searches, documents, until=until)
        is_late = time.monotonic() > until
        missing = _write(place, batch, hits, anyhow=len(batch) == 1 if is_late else not more)
        if is_late or not missing:
            return not missing
        searches = _watching().filter(pk__in=missing)
    return True


def _write(place: Place, batch: Sequence[Event], hits: Hits, *, anyhow: bool) -> set[int]:
    """Move on and tell of what was found, unless somebody else did. Where searches must be run first, these and nothing
    else; or they are left out."""
    with transaction.atomic():
        if not following.move(READER, before=place, last=batch[-1]):
            return set()
        now = dict(_watching().values_list("pk", "updated_at"))
        same = {pk: hit for pk, hit in hits.items() if now.get(pk) == hit[0]}
        missing = now.keys() - same.keys()
        if missing and not anyhow:
            transaction.set_rollback(True)
            return missing
        _tell(same)
    for pk in sorted(missing):
        _leave_out(pk)
    return set()


def _documents(batch: Iterable[Event]) -> Iterator[int]:
    """The documents that an event speaks of, if it can make them fit a search."""
    for event in batch:
        if event.kind in IGNORED:
            continue
        if event.target_type == "document" and event.target_id is not None:
            yield event.target_id
        named = event.data.get("documents")
        for pk in (event.data.get("document"), *(named if isinstance(named, list) else ())):
            if isinstance(pk, int):
                yield pk


def _watching() -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(notify=True, user__is_active=True)


def _run(searches: QuerySet[SavedSearch], documents: Sequence[int], *, until: float) -> Hits:
    """What each of the searches finds among the documents, but for those that must be run again. It begins with
    anybody, so that nobody is always the last."""
    hits: Hits = {}
    people = list(searches.values_list("user_id", flat=True).distinct())
    wait = ExpressionWrapper(Q(user_id__lt=choice(people or [0])), BooleanField())  # noqa: S311  # no secret
    rows = searches.select_related("user").order_by(wait, "user_id", "pk").iterator(500)
    for _, theirs in groupby(rows, key=lambda search: search.user_id):
        hits |= _run_for_one(theirs, documents, until=until)
    return hits


def _run_for_one(searches: Iterable[SavedSearch], documents: Sequence[int], *, until: float) -> Hits:
    """The same for one person. Most people see few of the documents, or none."""
    hits: Hits = {}
    seen: list[int] | None = None
    turn = time.monotonic() + SECONDS_EACH
    for search in searches:
        if time.monotonic() > until:
            break
        found: list[int] = []
        try:
            with transaction.atomic():
                seen = query.visible(search.user, documents) if seen is None else seen
            _find(search, [pk for pk in seen if pk > search.seen_up_to], found, until=turn)
        except slots.Busy:
            continue
        except (Refused, DatabaseError):
            _leave_out(search.pk)
        hits[search.pk] = search.updated_at, found
    return hits


def _find(search: SavedSearch, documents: Sequence[int], found: list[int], *, until: float) -> None:
    """Add what the search finds among the documents; where that takes too long, it has one more try with fewer."""
    size, left = AT_ONCE, documents
    while left:
        if time.monotonic() > until:
            raise query.TooSlow
        try:
            found += query.among(search.user, Wanted(search.query), left[:size])
            left = left[size:]
        except query.TooSlow:
            if size == FEW:
                raise
            size = FEW


def _leave_out(search: int) -> None:
    logger.warning("alert left out", extra={"saved_search": search})


def _tell(hits: Hits) -> None:
    new = _note([(search, pk) for search, (_, found) in hits.items() for pk in found])
    by_search = {search: [pk for _, pk in rows] for search, rows in groupby(new, key=lambda row: row[0])}
    for search in SavedSearch.objects.filter(pk__in=by_search).select_related("user").order_by("pk"):
        found = by_search[search.pk]
        data = {"saved_search": str(search.uuid), "count": len(found), "documents": found[:LISTED]}
        notify(search.user, MATCHED, data)


def _note(hits: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """Write down pairs of search and document; those that are new, in order."""
    if not hits:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [[search for search, _ in hits], [pk for _, pk in hits]])
        return sorted(cursor.fetchall())
