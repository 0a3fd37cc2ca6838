"""What was spent and what was done, to be looked at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from docplatform.lib.admin import ReadOnlyAdmin
from organizations.models import Charge, Event, Organization


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin[Charge]):
    """The ledger of credits."""

    list_display = ("created_at", "organization", "user", "monthly", "purchased", "note", "refunded_at")
    list_select_related = ("organization", "user")
    search_fields = ("organization",)
    search_help_text = "A part of the organization's name"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Charge], search_term: str
    ) -> tuple[QuerySet[Charge], bool]:
        """By a subquery, which has an index."""
        organizations = Organization.objects.filter(name__icontains=search_term).values("pk")
        return (queryset.filter(organization__in=organizations) if search_term else queryset), False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin[Event]):
    """The log of who did what."""

    list_display = ("at", "kind", "actor_id", "organization_id", "target_type", "target_id", "data")
    search_fields = ("target_type",)
    search_help_text = "What it happened to, for example: document 17"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """A type and an id, as the index has them."""
        kind, _, number = search_term.lower().partition(" ")
        if not kind:
            return queryset, False
        found = queryset.filter(target_type=kind)
        return found.filter(target_id=int(number[:19])) if number.isdecimal() else found, False
