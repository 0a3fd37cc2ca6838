"""What lists of organizations can be narrowed by."""

import django_filters

from docplatform.lib.filters import FlagFilter, IdsFilter
from organizations.models import Organization


class OrganizationFilter(django_filters.FilterSet):
    """The filters of `GET /api/organizations/`."""

    individual = FlagFilter()
    id__in = IdsFilter(field_name="id")

    class Meta:
        model = Organization
        fields = {"slug": ["exact"], "uuid": ["exact"], "name": ["exact", "istartswith"]}
