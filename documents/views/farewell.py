"""`/api/users/<id>/delete/`: deleting an account, by staff or by oneself, with what it owned or without."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions import farewell
from documents.views.deactivation import AccountView
from organizations.permissions import signed_in

EITHER = "Say what becomes of the documents: name a colleague in hand_over_to, or set delete_documents to true."


class FarewellInput(serializers.Serializer[Any]):
    """Either a colleague who gets everything, or that it is removed; for one's own account also the password."""

    hand_over_to = serializers.IntegerField(required=False, allow_null=True)
    delete_documents = serializers.BooleanField(required=False, default=False)
    password = serializers.CharField(required=False, trim_whitespace=False, max_length=1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two, and not both: nothing is lost by leaving something out."""
        if (attrs.get("hand_over_to") is None) == (not attrs["delete_documents"]):
            raise serializers.ValidationError({"hand_over_to": [EITHER]})
        return attrs


class FarewellOutput(serializers.Serializer[Any]):
    """How many documents and projects were handed over or removed."""

    documents = serializers.IntegerField()
    projects = serializers.IntegerField()


class FarewellView(AccountView):
    """Cannot be undone."""

    @extend_schema(request=FarewellInput, responses=FarewellOutput)
    def farewell(self, request: Request, **address: Any) -> Response:
        """The account names nobody any more. Documents that staff hold have to be handed over."""
        user, said = self.closing(FarewellInput(data=request.data))
        done = farewell.delete(user, heir_id=said.get("hand_over_to"), actor=signed_in(request.user))
        return Response({"documents": done.documents, "projects": done.projects})
