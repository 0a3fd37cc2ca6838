"""To whom a document may be handed over."""

from collections.abc import Collection

from organizations.models import Membership
from organizations.permissions import Person, organization_ids


def new_owners(user: Person, wanted: Collection[int]) -> set[int]:
    """Those of the wanted people who share an organization with the person."""
    colleagues = Membership.objects.filter(organization_id__in=organization_ids(user), user_id__in=wanted)
    return set(colleagues.values_list("user_id", flat=True))


def new_organizations(user: Person, wanted: Collection[int]) -> set[int]:
    """Those of the wanted organizations that the person belongs to."""
    return set(organization_ids(user).filter(organization_id__in=wanted))
