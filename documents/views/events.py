"""The event log in the API: of an organization for its admins, and of a document for its editors."""

import django_filters
from django.db.models import OuterRef, Q, QuerySet, Subquery
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import PermissionDenied
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.filters import IdsFilter, RowsFilter
from documents import permissions
from documents.models import Note, Section
from documents.serializers.event import EventOutput
from documents.views.below import BelowDocument
from organizations.models import Event, Organization, User
from organizations.permissions import Person, administer_organizations, view_organizations

MOST = 1000  # notes or sections whose events stand among those of their document


def _administered(request: Request) -> QuerySet[Organization]:
    return Organization.objects.filter(administer_organizations(request.user))


def _told(rows: QuerySet[Event], user: Person) -> QuerySet[Event]:
    """With the actors and organizations that the person may see."""
    people = User.objects.filter(permissions.view_people(user), pk=OuterRef("actor_id"))
    organizations = Organization.objects.filter(view_organizations(user), pk=OuterRef("organization_id"))
    return rows.annotate(
        seen_actor=Subquery(people.values("pk")[:1]), seen_organization=Subquery(organizations.values("pk")[:1])
    )


class EventFilter(django_filters.FilterSet):
    """The filters of `GET /api/events/`."""

    actor = IdsFilter(method="by_actors")
    target = IdsFilter(field_name="target_id")
    organization = RowsFilter(field_name="organization_id", queryset=_administered, method="of_organizations")
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Event
        fields = ("kind", "target_type")

    @extend_schema_field(OpenApiTypes.INT)
    def by_actors(self, rows: QuerySet[Event], name: str, people: list[int]) -> QuerySet[Event]:
        """Done by any of them, as far as the reader may know who it was."""
        return rows.filter(Q(seen_actor__in=people)) if people else rows

    def of_organizations(self, rows: QuerySet[Event], name: str, chosen: list[Organization]) -> QuerySet[Event]:
        """Any of them."""
        return rows.filter(organization_id__in=[row.pk for row in chosen]) if chosen else rows


class EventsView(Uncached, ListModelMixin, GenericViewSet[Event]):
    """What was done in the organizations that the person administers, newest first, as far as they may see what it was
    done to."""

    queryset = Event.objects.none()
    permission_classes = (IsAuthenticated,)
    serializer_class = EventOutput
    filterset_class = EventFilter
    cursor_ordering = "-pk"

    def get_queryset(self) -> QuerySet[Event]:
        user = self.request.user
        organizations = list(_administered(self.request).values_list("pk", flat=True))
        rows = Event.objects.filter(permissions.view_events(user), organization_id__in=organizations)
        return _told(rows, user)


class DocumentEventsView(ListModelMixin, BelowDocument[Event]):
    """What was done to a document, its notes and its sections, newest first. Viewers who may not edit it get 403."""

    queryset = Event.objects.none()
    serializer_class = EventOutput
    cursor_ordering = "-pk"

    def get_queryset(self) -> QuerySet[Event]:
        if not self.document.edit_access:
            raise PermissionDenied
        user, document = self.request.user, self.document
        readable = permissions.view_notes_of(user, editable=Q())  # whoever comes here edits the document
        notes = Note.objects.filter(readable, document=document).order_by("-pk")
        sections = Section.objects.filter(document=document).order_by("-pk")
        # as lists: the log has an index for ids, and none for what another query finds
        about = Q(target_type="document", target_id=document.pk)
        about |= Q(target_type="note", target_id__in=list(notes.values_list("pk", flat=True)[:MOST]))
        about |= Q(target_type="section", target_id__in=list(sections.values_list("pk", flat=True)[:MOST]))
        return _told(Event.objects.filter(about), user)
