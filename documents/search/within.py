"""Finds the words of a query on pages: snippets for hits, and for the viewer the boxes of the words themselves."""

import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from docplatform.lib import storage
from documents import paths
from documents.models import Document, Page
from documents.search import highlight, query, split, text
from documents.search.conditions import Match, whole
from documents.search.params import Wanted
from documents.search.query import Reach
from documents.search.words import Leaf
from organizations.permissions import Person

HIT_PAGES = 150
"""Of each hit of a search, the first so many pages are looked at,"""
ALL_PAGES = 4_000
"""fewer where there are many hits: a request looks at about so many in all,"""
FEWEST_PAGES = 4
"""but at so many of each hit."""
PAGE_SNIPPETS = 25
BOX_PAGES = 50
SECONDS = 4.0

PAGES = """
SELECT vp.version_id, vp.number, pt.page_id, p.language, pt.body FROM documents_versionpage vp
JOIN documents_pagetext pt ON pt.page_id = vp.page_id JOIN documents_page p ON p.id = vp.page_id
WHERE vp.version_id = ANY(%s) AND {condition} ORDER BY vp.version_id, vp.number
"""

Snippets = dict[str, list[str]]


@dataclass(frozen=True)
class PageHit:
    """A page that holds words of a query."""

    version_id: int
    number: int
    page_id: int
    language: str
    body: str

    @property
    def name(self) -> str:
        """The page's name in answers, counted from 1."""
        return f"page_no_{self.number + 1}"

    def leaves(self, leaves: Sequence[Leaf]) -> list[Leaf]:
        """Those that may stand on this page."""
        return [leaf for leaf in leaves if leaf.on_pages and _allows(leaf, self.number)]


def _allows(leaf: Leaf, number: int) -> bool:
    return leaf.field is None or leaf.field.name in ("text", f"page_no_{number + 1}")


def hits(documents: Collection[Document], leaves: Sequence[Leaf]) -> dict[int, Snippets]:
    """One snippet for each page of the documents that holds words of the query."""
    found: dict[int, Snippets] = {document.pk: {} for document in documents}
    owners = {document.version_id: document.pk for document in documents if document.version_id}
    number = max(FEWEST_PAGES, min(HIT_PAGES, ALL_PAGES // max(1, len(owners))))
    with query.limited():
        for page in _in_time(_pages(list(owners), leaves, Match(sql="vp.number < %s", params=(number,)))):
            if pieces := highlight.snippets(page.body, page.language, page.leaves(leaves), limit=1):
                found[owners[page.version_id]][page.name] = pieces
    return found


def snippets(user: Person, document: Document, q: str) -> Snippets:
    """The snippets of every page of a document, if it answers the query as a whole."""
    with query.limited() as (_, codes):
        leaves = _leaves(user, document, q, codes)
        pages = _pages([document.version_id], leaves) if leaves and document.version_id else ()
        return {
            page.name: pieces
            for page in _in_time(pages)
            if (pieces := highlight.snippets(page.body, page.language, page.leaves(leaves), limit=PAGE_SNIPPETS))
        }


def boxes(user: Person, document: Document, q: str, *, number: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """The boxes of the words that a query finds, by page; only those of page `number` (0-based) when it is given."""
    with query.limited() as (_, codes):
        leaves = _leaves(user, document, q, codes)
        if not leaves or not document.version_id:
            return {}
        only = Match(sql="vp.number = %s", params=(number,)) if number is not None else Match()
        pages = list(_pages([document.version_id], leaves, only))[:BOX_PAGES]
    words = Page.objects.in_bulk([page.page_id for page in pages])
    found = {page.name: _marked(words[page.page_id], page.leaves(leaves)) for page in _in_time(pages)}
    return {name: marked for name, marked in found.items() if marked}


def _leaves(user: Person, document: Document, q: str, codes: tuple[str, ...]) -> tuple[Leaf, ...]:
    """The words of the query that may stand on pages; none when the document does not answer the query."""
    plan = split.plan(Wanted(q), anonymous=user.is_anonymous, now=timezone.now())
    known = query.setting(user, plan.tree, codes, reach=Reach.DOCUMENT)
    compiled = query.compile_for(user, plan.tree, known, Match(sql="s.document_id = %s", params=(document.pk,)))
    sql, params = whole(compiled.condition)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM documents_searchdoc s WHERE {sql}", params)  # noqa: S608  # conditions of ours
        answers = cursor.fetchone() is not None
    return tuple(leaf for leaf in compiled.leaves if leaf.on_pages) if answers else ()


def _pages(versions: Sequence[int], leaves: Sequence[Leaf], only: Match = Match()) -> Iterator[PageHit]:  # noqa: B008
    if not versions or not leaves:
        return
    sql, params = whole(text.on_pages(tuple(leaves)))
    condition = f"{sql} AND {only.sql}" if only.sql else sql
    with connection.cursor() as cursor:
        cursor.execute(PAGES.format(condition=condition), [list(versions), *params, *only.params])
        for row in cursor:
            yield PageHit(*row)


def _in_time(pages: Iterable[PageHit]) -> Iterator[PageHit]:
    """As many of the pages as are read in SECONDS: hundreds of patterns over thousands of pages are not worth more."""
    until = time.monotonic() + SECONDS
    for page in pages:
        if time.monotonic() > until:
            return
        yield page


def _marked(page: Page, leaves: Sequence[Leaf]) -> list[dict[str, Any]]:
    """The words of a page that the leaves find, with their boxes."""
    if page.words is None:
        return []
    try:
        words = json.loads(storage.backend().read(paths.page_boxes(page.words)))
    except storage.Missing:
        return []
    starts: list[int] = []
    length = 0
    for word in words:
        starts.append(length)
        length += len(word["text"]) + 1
    joined = " ".join(word["text"] for word in words)
    spans = highlight.merged(highlight.spans(joined, page.language, leaves))
    marked = []
    at = 0
    for word, start in zip(words, starts, strict=True):
        while at < len(spans) and spans[at].end <= start:
            at += 1
        if at < len(spans) and spans[at].start < start + len(word["text"]):
            marked.append(word)
    return marked
