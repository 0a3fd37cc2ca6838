"""Documents as they stand in projects, and how people put them there."""

from typing import Any, ClassVar

from rest_framework import serializers

from docplatform.lib.filters import BIGGEST
from docplatform.lib.flex import Flexible
from documents.serializers.document import DocumentOutput
from projects.models import ProjectDocument

ALREADY = "This document stands in the project already."
FIXED = "The document of this address cannot be changed."


class PlaceOutput(Flexible, serializers.Serializer[ProjectDocument]):
    """A document in a project. It is expanded as in lists: nobody gets a URL to upload to."""

    document = serializers.IntegerField()
    edit_access = serializers.BooleanField()

    class Meta:
        expandable_fields: ClassVar[dict[str, Any]] = {"document": DocumentOutput}

    def row(self, instance: ProjectDocument) -> dict[str, Any]:
        return {"document": instance.document_id, "edit_access": instance.edit_access}


class PlaceUpdate(serializers.Serializer[Any]):
    """Whether the project shares the document. Left out or null: as far as the person may share it.

    The context has `documents`, those that the person views, by id, with whether they may share them, and perhaps
    `taken`: ids that cannot be named any more, to which every item adds its own.
    """

    document = serializers.IntegerField(min_value=0, max_value=BIGGEST, required=False)
    edit_access = serializers.BooleanField(allow_null=True, required=False)

    def validate_document(self, value: int) -> int:
        """Its address says which one it is."""
        if value not in self.context["documents"]:
            raise serializers.ValidationError(FIXED)
        return value


class PlaceInput(PlaceUpdate):
    """A document to put into the project."""

    document = serializers.IntegerField(min_value=0, max_value=BIGGEST)

    def validate_document(self, value: int) -> int:
        """One that the person views; where there is `taken`, not twice."""
        if value not in self.context["documents"]:
            raise serializers.ValidationError(f'Invalid pk "{value}" - object does not exist.')
        taken = self.context.get("taken")
        if taken is not None and value in taken:
            raise serializers.ValidationError(ALREADY)
        if taken is not None:
            taken.add(value)
        return value
