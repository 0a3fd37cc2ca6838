"""Boxes to redact, as people send them and as they are echoed."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from documents.actions.redactions import Box


class RedactionInput(serializers.Serializer[Box]):
    """One box in fractions of the displayed page, origin top left. The context holds the `page_count`."""

    page_number = serializers.IntegerField(min_value=0)
    x1 = serializers.FloatField(min_value=0, max_value=1)
    x2 = serializers.FloatField(min_value=0, max_value=1)
    y1 = serializers.FloatField(min_value=0, max_value=1)
    y2 = serializers.FloatField(min_value=0, max_value=1)

    def validate_page_number(self, value: int) -> int:
        """A page of the document."""
        if value >= self.context["page_count"]:
            raise serializers.ValidationError("The document has no such page; the first one is number 0.")
        return value

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """A box with an area."""
        # written so that what is not a number at all is refused too
        if not attrs["x1"] < attrs["x2"]:
            raise serializers.ValidationError({"x1": ["x1 must be less than x2."]})
        if not attrs["y1"] < attrs["y2"]:
            raise serializers.ValidationError({"y1": ["y1 must be less than y2."]})
        return attrs


class RedactionOutput(RedactionInput):
    """The echo. `document` is the one that is processed; the first item also has `found_in`: names of `fields`, keys of
    `data`, ids of `notes`, `sections`, `entities` and other `documents` that hold removed words, and of notes that lie
    under boxes (`notes_under`)."""

    document = serializers.IntegerField()
    found_in = serializers.JSONField(required=False)
