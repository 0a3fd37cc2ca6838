"""What lists of projects can be narrowed by, as far as it takes no document."""

import django_filters
from django.db.models import F, Q, QuerySet

from docplatform.lib.filters import FlagFilter, IdsFilter
from organizations.models import User
from organizations.permissions import Person
from projects import permissions
from projects.models import Collaborator, Pin, Project


def taking_part(asker: Person, people: list[User]) -> Q:
    """Projects of these people, as far as the asker may know: who founded a project is told to everybody, who else
    takes part in it only to those who do so too."""
    told = Q(project__user_id=F("user_id")) | Q(project_id__in=permissions.shared_with(asker))
    return Q(pk__in=Collaborator.objects.filter(told, user__in=people).values("project_id"))


class ProjectFilter(django_filters.FilterSet):
    """The filters of `GET /api/projects/`; unknown parameters are ignored, unknown values are 400."""

    query = django_filters.CharFilter(method="with_words")
    pinned = FlagFilter(method="at_hand")
    is_shared = FlagFilter(method="of_others")
    owned_by_user = FlagFilter(method="of_mine")
    is_owned = FlagFilter(method="of_mine")
    private = FlagFilter()
    slug = django_filters.CharFilter()
    title = django_filters.CharFilter()
    id__in = IdsFilter(field_name="id")

    class Meta:
        model = Project
        fields: list[str] = []

    def with_words(self, rows: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """The title or the description contains the text."""
        return rows.filter(Q(title__icontains=value) | Q(description__icontains=value))

    def at_hand(self, rows: QuerySet[Project], name: str, value: bool) -> QuerySet[Project]:  # noqa: FBT001
        """What the asker has pinned, or has not."""
        pinned = Q(pk__in=Pin.objects.filter(user_id=self._asker.pk or 0).values("project_id"))
        return rows.filter(pinned if value else ~pinned)

    def of_others(self, rows: QuerySet[Project], name: str, value: bool) -> QuerySet[Project]:  # noqa: FBT001
        """What others share with the asker; false narrows nothing."""
        return rows.filter(~self._mine, pk__in=permissions.shared_with(self._asker)) if value else rows

    def of_mine(self, rows: QuerySet[Project], name: str, value: bool) -> QuerySet[Project]:  # noqa: FBT001
        """What the asker has founded; false narrows nothing."""
        return rows.filter(self._mine) if value else rows

    @property
    def _asker(self) -> Person:
        assert self.request
        return self.request.user

    @property
    def _mine(self) -> Q:
        return Q(user_id=self._asker.pk or 0)
