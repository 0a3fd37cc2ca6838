"""The two paginations of the API: by cursor, and by page number for requests with ?version=1.0."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import DataError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination, CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from docplatform.lib.urls import here

Rows = QuerySet[Any] | Sequence[Any]

VERSION_PARAM = "version"
SIZE_PARAM = "per_page"
MAX_NUMBERED_SIZE = 100
MAX_PAGE = 1000
MAX_PAGE_ANONYMOUS = 100


def page_size(request: Request, *, maximum: int, default: int | None = None) -> int:
    """How many rows the request wants: never more than `maximum`; the default where it says nothing sensible."""
    wanted = request.query_params.get(SIZE_PARAM, "")
    size = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    return min(size or default or settings.PAGE_SIZE, maximum)


def as_tuple(ordering: str | Sequence[str]) -> tuple[str, ...]:
    """One column, or several."""
    return (ordering,) if isinstance(ordering, str) else tuple(ordering)


class CursorPages(CursorPagination):
    """Pages that stay right while rows come and go. `cursor_ordering` of the view must name a unique column first."""

    ordering = "pk"
    cursor_query_param = "cursor"
    page_size_query_param = SIZE_PARAM
    invalid_cursor_message = "Invalid cursor"

    def paginate_queryset(self, queryset: Rows, request: Request, view: APIView | None = None) -> list[Any] | None:
        try:
            page = super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError, DataError) as error:
            # a forged cursor: its position is no value of the column
            if self.cursor_query_param in request.query_params:
                raise NotFound(self.invalid_cursor_message) from error
            raise
        self.base_url = here(request)
        return page

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView | None) -> tuple[str, ...]:
        """The view's order, by primary key where it says none."""
        return as_tuple(getattr(view, "cursor_ordering", self.ordering))

    def get_page_size(self, request: Request) -> int:
        return page_size(request, maximum=settings.MAX_PAGE_SIZE)


class NumberedPages(PageNumberPagination):
    """Pages by number, with a count: what older clients ask for."""

    page_size_query_param = SIZE_PARAM

    def paginate_queryset(self, queryset: Rows, request: Request, view: APIView | None = None) -> list[Any] | None:
        if isinstance(queryset, QuerySet) and not queryset.ordered:
            ordering = getattr(view, "page_ordering", getattr(view, "cursor_ordering", "pk"))
            queryset = queryset.order_by(*as_tuple(ordering))
        return super().paginate_queryset(queryset, request, view)

    def get_page_number(self, request: Request, paginator: Paginator[Any]) -> int | str:
        """Refuses far pages before they are looked for: an offset costs as much as all rows before it."""
        number = super().get_page_number(request, paginator)
        limit = MAX_PAGE if request.user.is_authenticated else MAX_PAGE_ANONYMOUS
        text = str(number)
        if not text.isdecimal() or int(text[:10]) > limit:
            raise NotFound("Invalid page.")
        return number

    def get_page_size(self, request: Request) -> int:
        return page_size(request, maximum=MAX_NUMBERED_SIZE)

    def get_next_link(self) -> str | None:
        return self._link(self.page.next_page_number()) if self.page and self.page.has_next() else None

    def get_previous_link(self) -> str | None:
        return self._link(self.page.previous_page_number()) if self.page and self.page.has_previous() else None

    def _link(self, number: int) -> str:
        assert self.request
        url = here(self.request)
        if number == 1:
            return remove_query_param(url, self.page_query_param)
        return replace_query_param(url, self.page_query_param, number)


VERSIONS: dict[str, type[CursorPages] | type[NumberedPages]] = {"2.0": CursorPages, "1.0": NumberedPages}


class VersionedPagination(BasePagination):
    """Picks the pagination that the request's `version` asks for.

    A view may set `cursor_ordering` (default `pk`) and, for numbered pages, `page_ordering`.
    """

    pages: CursorPages | NumberedPages

    def paginate_queryset(self, queryset: Rows, request: Request, view: APIView | None = None) -> list[Any] | None:
        version = request.query_params.get(VERSION_PARAM, "2.0")
        if version not in VERSIONS:
            raise NotFound("There is no such version of the API.")
        self.pages = VERSIONS[version]()
        return self.pages.paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        return self.pages.get_paginated_response(data)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Both bodies in one: `count` stands only in numbered pages."""
        body = NumberedPages().get_paginated_response_schema(schema)
        body["required"] = ["next", "previous", "results"]
        body["properties"]["count"]["description"] = f"Only with {VERSION_PARAM}=1.0."
        return body

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            _parameter("cursor", "string", "Where to go on; taken from next or previous."),
            _parameter(SIZE_PARAM, "integer", "How many rows to return."),
            _parameter(VERSION_PARAM, "string", "1.0 counts and numbers the pages; 2.0, the default, does not."),
            _parameter("page", "integer", f"The number of the page; only with {VERSION_PARAM}=1.0."),
        ]


class CountedPagination(VersionedPagination):
    """For lists whose contract has `count` in both versions. A view with a method `count` knows how to find it."""

    def paginate_queryset(self, queryset: Rows, request: Request, view: APIView | None = None) -> list[Any] | None:
        page = super().paginate_queryset(queryset, request, view)
        if isinstance(self.pages, NumberedPages) and self.pages.page:
            self.count = self.pages.page.paginator.count
        elif isinstance(queryset, QuerySet):
            self.count = getattr(view, "count", QuerySet.count)(queryset)
        else:
            self.count = len(queryset)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        return Response({"count": self.count, **response.data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        body = NumberedPages().get_paginated_response_schema(schema)
        body["required"] = ["count", "next", "previous", "results"]
        return body


def _parameter(name: str, kind: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": {"type": kind}}
