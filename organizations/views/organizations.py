"""`/api/organizations/`: to be looked at only; they are changed in the administration."""

from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from organizations.filters import OrganizationFilter
from organizations.models import Organization
from organizations.permissions import view_organizations
from organizations.serializers import OrganizationOutput


class OrganizationView(Uncached, ListModelMixin, RetrieveModelMixin, GenericViewSet[Organization]):
    """Organizations that do not hide, and one's own."""

    queryset = Organization.objects.none()
    permission_classes = (IsAuthenticated,)
    serializer_class = OrganizationOutput
    filterset_class = OrganizationFilter

    def get_queryset(self) -> QuerySet[Organization]:
        return Organization.objects.filter(view_organizations(self.request.user)).select_related("plan")
