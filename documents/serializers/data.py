"""The values of one key of a document's data, as people send them."""

from typing import Any

from rest_framework import serializers

from documents.serializers.fields import MAX_VALUE


class ValuesField(serializers.ListField):
    """Short strings. What is wrong is told by place: a list of reasons, or {} for a value that is right."""

    child = serializers.CharField(max_length=MAX_VALUE)

    def run_child_validation(self, data: list[Any]) -> list[str]:
        values: list[str] = []
        errors: list[Any] = []
        for item in data:
            try:
                values.append(self.child.run_validation(item))
                errors.append({})
            except serializers.ValidationError as error:
                errors.append(error.detail)
        if any(errors):
            raise serializers.ValidationError(errors)
        return values


class ValuesInput(serializers.Serializer[Any]):
    """All values that the key is to have."""

    values = ValuesField()


class ValuesChangeInput(serializers.Serializer[Any]):
    """Values that the key is to have too, and then those that it is to lose."""

    values = ValuesField(required=False, default=list)
    remove = ValuesField(required=False, default=list)
