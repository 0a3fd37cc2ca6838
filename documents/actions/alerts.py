"""Tells people of new documents that their saved searches find: reads the event log, one batch of events at a time.

A batch names the documents that changed. Each saved search that notifies is run over these alone, as its person, before
anything is locked. Then one transaction moves the place in the log on and writes what was found, so a batch counts
once, whoever dies and however many hosts do it. A person who asks for alerts meanwhile holds that place while the
search is run over all documents: what it finds then is not new, and whatever changes later is in a later batch.

New is what a change of the document, of its notes or of its projects brings. What people come to see because they join
an organization or a project is not.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from docplatform.lib.queue import wake
from documents.choices import Queue
from documents.models import Document, SavedSearch
from documents.search import query
from documents.search.params import Wanted
from organizations import following
from organizations.actions.notifications import notify
from organizations.models import Event

READER = "alerts"
TASK = "documents.tasks.alert"
MATCHED = "search.matched"
KNOWN = 10_000
"""Documents that a search may find when alerts begin, to be noted one by one."""
LISTED = 100
"""Documents that a notification names."""
EVENTS = range(20, 1_000)
"""Events of a batch: fewer the more searches there are, so that a batch ends in time."""
WORK = 200_000
"""Events times searches in a batch, about."""
AT_ONCE = 500
"""Documents that one search is run over at once."""
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


def begin(search: SavedSearch) -> None:
    """What the search finds by now is not new. 400 for a query that cannot be read. In the caller's transaction."""
    following.hold(READER)
    found = query.every(search.user, Wanted(search.query), most=KNOWN + 1)
    are_many = len(found) > KNOWN
    newest = Document.objects.aggregate(newest=Max("pk"))["newest"] if are_many else 0
    SavedSearch.objects.filter(pk=search.pk).update(seen_up_to=newest)
    _note([] if are_many else [(search.pk, pk) for pk in found])


def tend() -> None:
    """Wake a worker when there is news: nothing is lost with the one that had it."""
    if following.after(following.place(READER), most=1):
        wake(Queue.FAST, task=TASK)


def tell_next() -> bool:
    """Deal with the next events; False when there are no more."""
    place = following.place(READER)
    count = _watching().count()
    batch = following.after(place, most=min(max(WORK // max(count, 1), EVENTS.start), EVENTS.stop))
    if not batch:
        return False
    documents = sorted(set(_documents(batch)))
    found = _run(_watching(), documents) if documents else {}
    with transaction.atomic():
        if following.move(READER, before=place, last=batch[-1]):
            _tell(_as_it_is_now(found, documents) if documents else found)
    return True


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


def _run(searches: QuerySet[SavedSearch], documents: Sequence[int]) -> Hits:
    """What each of the searches finds among the documents. Most people see few of them, or none."""
    hits: Hits = {}
    rows = searches.select_related("user").order_by("user_id", "pk").iterator(500)
    for _, theirs in groupby(rows, key=lambda search: search.user_id):
        seen: list[int] | None = None
        for search in theirs:
            seen = query.visible(search.user, documents) if seen is None else seen
            hits[search.pk] = search.updated_at, _find(search, [pk for pk in seen if pk > search.seen_up_to])
    return hits


def _find(search: SavedSearch, documents: Sequence[int]) -> list[int]:
    """What the search finds among the documents; where that takes too long, half of them at a time. One that does by
    itself is left out."""
    if len(documents) <= AT_ONCE:
        try:
            return query.among(search.user, Wanted(search.query), documents) if documents else []
        except query.TooSlow:
            if len(documents) == 1:
                logger.warning("alert left out", extra={"saved_search": search.pk, "document": documents[0]})
                return []
    half = len(documents) // 2
    return _find(search, documents[:half]) + _find(search, documents[half:])


def _as_it_is_now(hits: Hits, documents: Sequence[int]) -> Hits:
    """The same without searches that are no more; those that were changed meanwhile are run again."""
    now = dict(_watching().values_list("pk", "updated_at"))
    same = {pk: hit for pk, hit in hits.items() if now.get(pk) == hit[0]}
    changed = now.keys() - same.keys()
    return same | (_run(_watching().filter(pk__in=changed), documents) if changed else {})


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
