"""How refusals and the failures of a document look in the API."""

from typing import Any

from rest_framework import serializers

from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from documents.models import DocumentError


class RefusedOutput(serializers.Serializer[Any]):
    """Why a request was not carried out: a sentence for people, a code for programs."""

    error = serializers.CharField()
    code = serializers.CharField()


class ErrorOutput(Flexible, serializers.Serializer[DocumentError]):
    """One failure: a sentence for people, a code for programs."""

    id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    message = serializers.CharField()
    code = serializers.CharField()

    def row(self, instance: DocumentError) -> dict[str, Any]:
        return {
            "id": instance.pk,
            "created_at": moment(instance.created_at),
            "message": instance.message,
            "code": instance.code,
        }
