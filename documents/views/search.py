"""`/api/documents/search/` and `/api/documents/<id>/search/`: full text, filters and order in one query language."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from docplatform.lib import flex
from docplatform.lib.errors import Refused
from docplatform.lib.pagination import MAX_NUMBERED_SIZE, MAX_PAGE, MAX_PAGE_ANONYMOUS, VERSION_PARAM, VERSIONS
from docplatform.lib.pagination import page_size as wanted_size
from docplatform.lib.urls import here
from documents.models import Document
from documents.search import counts, cursor, fields, notes, params, query, syntax, within
from documents.search.fields import Kind
from documents.search.pages import Window
from documents.search.params import Wanted
from documents.search.query import Found
from documents.serializers.search import HitOutput, SearchOutput, facets_body
from documents.views.visible import DocumentsView

ANONYMOUS_SIZE = 25
LANGUAGE = """Finds documents by words on their pages, in their title, source and description, and by their facts.

Broken syntax is no error: the words are searched for and `escaped` is true. Every field is also a parameter of the
URL, and `-field` excludes. With a professional plan, what names no field is also looked for in the notes that you may
see, and counts as if it stood in their document.

"""
FACETS = f"""Counts of values among all hits, comma-separated: {", ".join(counts.KNOWN)}. Each value is what a query
would say."""


def _parameter(name: str, description: str, kind: type = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description)


PARAMETERS = [
    _parameter("q", "The query; empty finds everything."),
    _parameter("sort", "score, created_at, page_count, title, source, id or data_<key>; - turns the order round."),
    _parameter("hl", "true shows snippets of the first 150 pages.", bool),
    _parameter("per_page", "How many hits; 25 for anonymous requests.", int),
    _parameter("cursor", "Where to go on; taken from next."),
    _parameter("page", "The number of the page; only with version=1.0.", int),
    _parameter(VERSION_PARAM, "1.0 numbers the pages; 2.0, the default, has cursors."),
    _parameter("expand", "Comma-separated: user, organization, projects."),
    _parameter("facets", FACETS),
    _parameter("facet_size", f"How many values of each facet: {counts.SIZE}, at most {counts.MAX_SIZE}.", int),
    *(_parameter(field.name, field.help) for field in fields.FIELDS if field.kind is not Kind.CONTROL),
]


class SearchView(DocumentsView):
    """Everything that the person may see, by what it says."""

    filter_backends = ()
    pagination_class = None
    serializer_class = SearchOutput

    @extend_schema(description=LANGUAGE + syntax.markdown(), parameters=PARAMETERS)
    def list(self, request: Request, **suffix: Any) -> Response:
        """A page of hits."""
        wanted = params.read(dict(request.query_params.lists()))
        asked = counts.read(flex.wanted(request, "facets"), request.query_params.get("facet_size", ""))
        found = query.search(request.user, wanted, self._window(wanted), asked)
        return Response(self._body(wanted, found))

    def _window(self, wanted: Wanted) -> Window:
        request = self.request
        if self._is_numbered():
            size = self._size(MAX_NUMBERED_SIZE)
            return Window(size, (self._number() - 1) * size)
        size = self._size(settings.MAX_PAGE_SIZE)
        given = request.query_params.get("cursor")
        if not given:
            return Window(size)
        try:
            return Window(size, place=cursor.read(given, search=wanted.key, user_id=request.user.pk))
        except cursor.BadCursor as error:
            message = "This cursor belongs to another search. Take it from next, unchanged, or begin without one."
            raise Refused("invalid_cursor", message) from error

    def _is_numbered(self) -> bool:
        version = self.request.query_params.get(VERSION_PARAM, "2.0")
        if version not in VERSIONS:
            raise NotFound("There is no such version of the API.")
        return version == "1.0"

    def _size(self, maximum: int) -> int:
        return wanted_size(self.request, maximum=maximum if self.request.user.is_authenticated else ANONYMOUS_SIZE)

    def _number(self) -> int:
        text = self.request.query_params.get("page", "1")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
        limit = MAX_PAGE if self.request.user.is_authenticated else MAX_PAGE_ANONYMOUS
        if not 1 <= number <= limit:
            raise Refused("max_page", f"Pages are numbered from 1 to {limit}. Narrow the search to see other hits.")
        return number

    def _body(self, wanted: Wanted, found: Found) -> dict[str, Any]:
        # The index says who may see a hit; the rows say it again.
        rows = self.shown(self.get_queryset().filter(pk__in=found.hits.ids)).in_bulk()
        documents = [rows[pk] for pk in found.hits.ids if pk in rows]
        output = HitOutput(context={**self.get_serializer_context(), **self._beside(documents, found)})
        return {
            "count": found.hits.count,
            "next": self._next(wanted, found),
            "previous": self._previous(),
            "results": [output.to_representation(document) for document in documents],
            "escaped": found.plan.escaped,
            **({"degraded": True} if found.degraded else {}),
            **(facets_body(found.counted) if found.counted else {}),
        }

    def _beside(self, documents: Sequence[Document], found: Found) -> dict[str, Any]:
        """What is shown with hits: their notes, and where the words stand."""
        shown = notes.on_hits(self.request.user, documents, found.in_notes)
        marks = found.plan.highlight and found.in_notes and any(shown.values())
        return {
            "notes": shown,
            "highlights": within.hits(documents, found.leaves) if found.plan.highlight else None,
            "note_highlights": notes.marked(documents, shown, found.leaves) if marks else None,
        }

    def _next(self, wanted: Wanted, found: Found) -> str | None:
        if found.hits.following is None:
            return None
        if self._is_numbered():
            return replace_query_param(here(self.request), "page", self._number() + 1)
        text = cursor.write(found.hits.following, search=wanted.key, user_id=self.request.user.pk)
        return replace_query_param(here(self.request), "cursor", text)

    def _previous(self) -> str | None:
        if not self._is_numbered() or self._number() == 1:
            return None
        number = self._number() - 1
        url = here(self.request)
        return remove_query_param(url, "page") if number == 1 else replace_query_param(url, "page", number)


class WithinView(DocumentsView):
    """The pages of one document that say what the query asks for."""

    filter_backends = ()
    pagination_class = None

    @extend_schema(
        parameters=[
            _parameter("q", "The query."),
            _parameter("positions", "true answers with the boxes of the words, as fractions of the page.", bool),
            _parameter("page", "Only this page, counted from 1; with positions.", int),
        ],
        responses={
            200: {
                "type": "object",
                "description": "Snippets by page_no_<N>, or with positions the words {text, x1, y1, x2, y2}.",
                "additionalProperties": {"type": "array", "items": {}},
            }
        },
    )
    def retrieve(self, request: Request, **address: Any) -> Response:
        """Snippets by page, with the words in <em>; with `positions=true`, the boxes of the words instead."""
        document = self._document()
        q = request.query_params.get("q", "")
        if request.query_params.get("positions", "").lower() not in ("true", "1"):
            return Response(within.snippets(request.user, document, q))
        return Response(within.boxes(request.user, document, q, number=self._page()))

    def _document(self) -> Document:
        document = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if document is None:
            raise Http404
        return document

    def _page(self) -> int | None:
        text = self.request.query_params.get("page", "")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 8):
            raise Refused("page", "The page is a whole number, counted from 1.")
        return int(text) - 1
