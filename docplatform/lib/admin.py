"""The administration as a support tool: read-mostly, fast on a million rows, and its buttons call actions."""

from typing import Any, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest
from django.utils.functional import cached_property

Row = TypeVar("Row", bound=Model)
EXACT = 1000
MOST_PAGES = 200


class EstimatingPaginator(Paginator[Any]):
    """Counts at most a thousand rows; beyond that, what PostgreSQL believes of a whole table, or else 'a thousand'.

    Far pages are not offered: finding them means reading all before them.
    """

    @cached_property
    def num_pages(self) -> int:
        """How many pages there are to go to."""
        return min(super().num_pages, MOST_PAGES)

    @cached_property
    def count(self) -> int:
        """How many rows there are to page through."""
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        counted = rows.order_by()[:EXACT].count()
        return counted if counted < EXACT else max(EXACT, self._estimate(rows))

    def _estimate(self, rows: QuerySet[Any]) -> int:
        if rows.query.where:
            return EXACT
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table]
            )
            return int(cursor.fetchone()[0])


class SupportAdmin(admin.ModelAdmin[Row]):
    """Looks without counting, in the order of the primary key; adds and deletes only where a subclass says so."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def get_sortable_by(self, request: HttpRequest) -> tuple[str, ...]:
        """Only the order that an index serves."""
        return ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


class ReadOnlyAdmin(SupportAdmin[Row]):
    """Rows that nobody edits."""

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False
