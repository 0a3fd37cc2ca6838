"""`/api/organizations/<id>/ai_credits/`: programs pay with the organization's credits."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from organizations import scopes
from organizations.actions import credits
from organizations.models import Organization
from organizations.views.inside import InsideView

MOST_CREDITS = 10**12  # more than anybody has; what is missing is still told


class ChargeInput(serializers.Serializer[Any]):
    """How many credits, and what for."""

    ai_credits = serializers.IntegerField(min_value=0, max_value=MOST_CREDITS)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    addonrun_id = serializers.CharField(max_length=100, required=False, allow_null=True, help_text="A run of an add-on")

    def validate_addonrun_id(self, value: str | None) -> str | None:
        """No run is known here, so none is one's own."""
        if value is not None:
            raise serializers.ValidationError("You have no run of an add-on with this id.")
        return value


class ChargedOutput(serializers.Serializer[Any]):
    """What was taken of the monthly credits, and of those that were bought."""

    monthly = serializers.IntegerField()
    regular = serializers.IntegerField()


class ShortfallOutput(serializers.Serializer[Any]):
    """How many credits are missing; none was taken."""

    amount = serializers.IntegerField()


class CreditsView(InsideView[Organization]):
    """The members' way to spend credits."""

    queryset = Organization.objects.none()
    serializer_class = ChargeInput
    key_scopes = scopes.STARTS
    holds_rows = False  # several organizations may pay, and are locked in the order of their ids

    @extend_schema(
        request=ChargeInput,
        responses={200: ChargedOutput, 400: OpenApiResponse(ShortfallOutput, "Too few credits, or a wrong value")},
    )
    def charge(self, request: Request, **address: Any) -> Response:
        """All of it, or nothing."""
        data = ChargeInput(data=request.data)
        data.is_valid(raise_exception=True)
        amount, note = data.validated_data["ai_credits"], data.validated_data.get("note", "")
        taken = credits.charge(self.organization, user=self.actor, amount=amount, note=note)
        return Response({"monthly": taken.monthly, "regular": taken.purchased})
