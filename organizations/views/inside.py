"""What the views below one organization share: who may not see it gets 404, who is not let in 403."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import Model, Q
from django.shortcuts import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.permissions import HeldWrites, require
from organizations import permissions
from organizations.models import Organization, User
from organizations.permissions import Person

Row = TypeVar("Row", bound=Model)


def members(user: Person) -> Q:
    """Organizations that the person belongs to."""
    return permissions.colleague(user, field="pk")


class InsideView(Uncached, HeldWrites, GenericViewSet[Row]):
    """Something of one organization, `self.organization`. `rules` say by method who is let in; members, if nothing."""

    permission_classes = (IsAuthenticated,)
    filter_backends = ()
    rules: Mapping[str, Callable[[Person], Q]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Finds the organization before anything of the request is looked at."""
        super().initial(request, *args, **kwargs)
        place = {"pk": self.kwargs["organization_pk"]}
        visible = self.held(Organization.objects.filter(permissions.view_organizations(request.user)), **place)
        self.organization = get_object_or_404(visible, **place)
        require(self.rules.get(request.method or "", members), request.user, self.organization)

    @property
    def actor(self) -> User:
        """The person, who is one: nobody else gets here."""
        return permissions.signed_in(self.request.user)
