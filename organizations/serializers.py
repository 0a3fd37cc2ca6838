"""How people and organizations look in the API; other apps expand them too."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from docplatform.lib.flex import Flexible
from organizations.actions import credits
from organizations.models import Membership, Organization, User
from organizations.permissions import Person, know_organizations, organization_ids, view_organizations


def memberships(prefix: str = "") -> "Prefetch[Any]":
    """What a queryset must prefetch for people to be shown; `prefix` leads to them, for example `user__`."""
    with_plans = Membership.objects.select_related("organization__plan").order_by("organization_id")
    return Prefetch(f"{prefix}memberships", queryset=with_plans)


def active_organizations(user: Person, prefix: str = "") -> "Prefetch[Any]":
    """What a queryset must prefetch for the organizations of people to be expanded; those that hide stay ids."""
    known = Organization.objects.filter(know_organizations(user)).select_related("plan")
    return Prefetch(f"{prefix}organization", queryset=known)


class OrganizationOutput(Flexible, serializers.ModelSerializer[Organization]):
    """An organization. Its credits and plan are told to its members only, and only where one object is asked for."""

    monthly_credits = serializers.IntegerField(required=False)
    purchased_credits = serializers.IntegerField(required=False)
    credit_reset_date = serializers.DateField(required=False, allow_null=True)
    monthly_credit_allowance = serializers.IntegerField(required=False)
    plan = serializers.CharField(required=False)

    class Meta:
        model = Organization
        fields = (
            *("id", "avatar_url", "individual", "name", "slug", "uuid"),
            *("monthly_credits", "purchased_credits", "credit_reset_date", "monthly_credit_allowance", "plan"),
        )

    def row(self, instance: Organization) -> dict[str, Any]:
        public = {
            "id": instance.pk,
            "avatar_url": instance.avatar_url,
            "individual": instance.individual,
            "name": instance.name,
            "slug": instance.slug,
            "uuid": str(instance.uuid),
        }
        return public | self._known_ledger(instance) if self._tells_ledger(instance) else public

    def _tells_ledger(self, instance: Organization) -> bool:
        request, view = self.context.get("request"), self.context.get("view")
        if request is None or request.method != "GET" or getattr(view, "action", "") != "retrieve":
            return False
        context: dict[str, Any] = self.context  # type: ignore[assignment]  # one for the whole answer
        if "organization_ids" not in context:
            context["organization_ids"] = set(organization_ids(request.user))
        return instance.pk in context["organization_ids"]

    def _known_ledger(self, instance: Organization) -> dict[str, Any]:
        """Counted once for an answer, however often the organization is expanded in it."""
        context: dict[str, Any] = self.context  # type: ignore[assignment]  # one for the whole answer
        known: dict[int, dict[str, Any]] = context.setdefault("ledgers", {})
        if instance.pk not in known:
            known[instance.pk] = self._ledger(instance)
        return known[instance.pk]

    def _ledger(self, instance: Organization) -> dict[str, Any]:
        balance = credits.balance(instance)
        return {
            "monthly_credits": balance.monthly,
            "purchased_credits": balance.purchased,
            "credit_reset_date": balance.reset_date.isoformat() if balance.reset_date else None,
            "monthly_credit_allowance": balance.allowance,
            "plan": instance.plan.name if instance.plan else "Free",
        }


class UserOutput(Flexible, serializers.ModelSerializer[User]):
    """A person as others see them. Needs `memberships()` prefetched."""

    organizations = serializers.ListField(child=serializers.IntegerField())
    admin_organizations = serializers.ListField(child=serializers.IntegerField())
    verified_journalist = serializers.BooleanField()

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            *("id", "avatar_url", "name", "organization", "organizations", "admin_organizations"),
            *("username", "uuid", "verified_journalist"),
        )
        expandable_fields = {"organization": OrganizationOutput}

    def row(self, instance: User) -> dict[str, Any]:
        values = self.values(instance)
        return {name: values[name] for name in self.Meta.fields}

    def values(self, instance: User) -> dict[str, Any]:
        """Everything that one of the shapes shows."""
        mine = list(instance.memberships.all())
        plans = [membership.organization.plan for membership in mine]
        levels = [plan.feature_level if plan else settings.FEATURE_LEVEL for plan in plans]
        return {
            "id": instance.pk,
            "avatar_url": instance.avatar_url,
            "feature_level": max(levels, default=0),
            "is_staff": instance.is_staff,
            "name": instance.name,
            "organization": instance.organization_id,
            "organizations": [membership.organization_id for membership in mine],
            "admin_organizations": [membership.organization_id for membership in mine if membership.admin],
            "username": instance.username,
            "uuid": str(instance.uuid),
            "verified_journalist": any(membership.organization.verified for membership in mine),
            "email": instance.email,
            "wants_mail": instance.wants_mail,
        }


class StaffReadsUserOutput(UserOutput):
    """A person as staff see them."""

    class Meta(UserOutput.Meta):
        fields = ("id", "avatar_url", "is_staff", *UserOutput.Meta.fields[2:])


class MeOutput(UserOutput):
    """A person as they see themselves."""

    feature_level = serializers.IntegerField()

    class Meta(UserOutput.Meta):
        fields = ("id", "avatar_url", "feature_level", *UserOutput.Meta.fields[2:], "email", "wants_mail")


class StaffMeOutput(MeOutput):
    """Staff as they see themselves."""

    class Meta(MeOutput.Meta):
        fields = ("id", "avatar_url", "feature_level", "is_staff", *UserOutput.Meta.fields[2:], "email", "wants_mail")


@extend_schema_field(OpenApiTypes.INT)
class VisibleOrganization(serializers.PrimaryKeyRelatedField[Organization]):
    """The id of an organization that the person may see."""

    def get_queryset(self) -> QuerySet[Organization]:
        return Organization.objects.filter(view_organizations(self.context["request"].user))


class MeInput(serializers.Serializer[User]):
    """What people may change about themselves through the API; everything else is ignored."""

    organization = VisibleOrganization(required=False)
    wants_mail = serializers.BooleanField(required=False)
