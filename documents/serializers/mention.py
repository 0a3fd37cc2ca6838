"""Mentions of entities in a document, and what was found in its text, as people send and get them."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from docplatform.lib import flex
from documents.models import Extract, Mention
from documents.serializers.entity import EntityOutput

MOST = 1000  # places of one mention
BIGGEST = 2**31 - 1
UNKNOWN = 'Invalid pk "{}" - object does not exist.'
TAKEN = "The document mentions this entity already."
TWICE = "Name every entity once."
NO_PAGE = "The document has no such page; the first one is number 0."
OTHER = "A mention keeps its entity. Delete it, and add the other one."
TOO_MANY = f"Send at most {MOST} occurrences."
NO_SHARE = "Relevance is a number from 0 to 1."


class OccurrenceInput(serializers.Serializer[Any]):
    """Where an entity is mentioned: page (0-based), first character in the whole text and in the page's, and what
    stands there."""

    page = serializers.IntegerField(min_value=0, max_value=BIGGEST)
    offset = serializers.IntegerField(min_value=0, max_value=BIGGEST)
    page_offset = serializers.IntegerField(min_value=0, max_value=BIGGEST)
    content = serializers.CharField(max_length=200, allow_blank=True, trim_whitespace=False)

    def validate_page(self, value: int) -> int:
        """A page of the document."""
        if value >= self.context["page_count"]:
            raise serializers.ValidationError(NO_PAGE)
        return value


class MentionUpdate(serializers.Serializer[Mention]):
    """New values of a mention. The context holds the document's `page_count`."""

    entity = serializers.IntegerField(required=False)
    relevance = serializers.FloatField(required=False)
    occurrences = OccurrenceInput(many=True, required=False)

    def validate_occurrences(self, value: list[Any]) -> list[Any]:
        """Not without end."""
        if len(value) > MOST:
            raise serializers.ValidationError(TOO_MANY)
        return value

    def validate_relevance(self, value: float) -> float:
        """Written so that what is no number at all is refused too."""
        if not 0 <= value <= 1:
            raise serializers.ValidationError(NO_SHARE)
        return value

    def validate_entity(self, value: int) -> int:
        """The same as before."""
        if self.instance is not None and value != self.instance.entity_id:
            raise serializers.ValidationError(OTHER)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in attrs.items() if name != "entity"}


class MentionInput(MentionUpdate):
    """A new mention. The context holds `visible` and `taken`: which of the entities named the person may see, and
    which the document mentions; and `named`, those of the items before."""

    entity = serializers.IntegerField()

    def validate_entity(self, value: int) -> int:
        """An entity that the person may see, and that is not there yet."""
        if value not in self.context["visible"]:
            raise serializers.ValidationError(UNKNOWN.format(value))
        if value in self.context["taken"]:
            raise serializers.ValidationError(TAKEN)
        if value in self.context["named"]:
            raise serializers.ValidationError(TWICE)
        self.context["named"].add(value)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs | {"entity_id": attrs.pop("entity")}


def entities_in(items: Iterable[Any]) -> set[int]:
    """The ids of entities that the items name; what is none is refused later."""
    said = [str(item.get("entity")) for item in items if isinstance(item, Mapping)]
    return {int(text) for text in said if text.isdecimal() and len(text) < 19}


class OccurrenceOutput(serializers.Serializer[Any]):
    """Where an entity is mentioned."""

    page = serializers.IntegerField()
    offset = serializers.IntegerField()
    page_offset = serializers.IntegerField()
    content = serializers.CharField()


class MentionOutput(flex.Flexible, serializers.Serializer[Mention]):
    """A mention; `entity` is its name in addresses too."""

    entity = serializers.IntegerField()
    relevance = serializers.FloatField()
    occurrences = OccurrenceOutput(many=True)

    class Meta:
        expandable_fields: ClassVar[dict[str, Any]] = {"entity": EntityOutput}

    def row(self, instance: Mention) -> dict[str, Any]:
        return {
            "entity": instance.entity_id,
            "relevance": instance.relevance,
            "occurrences": instance.occurrences,
        }


class ExtractOccurrenceOutput(OccurrenceOutput):
    """Where a value stands. `kind`: proper or common for nouns, unknown for everything else."""

    kind = serializers.CharField()


class ExtractedOutput(serializers.Serializer[Extract]):
    """A value that stands in the text. `mid` and `wikipedia_url` are empty: values have none."""

    name = serializers.CharField()
    kind = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    mid = serializers.CharField(allow_blank=True)
    wikipedia_url = serializers.CharField(allow_blank=True)
    metadata = serializers.DictField(child=serializers.CharField())


class ExtractOutput(flex.Flexible, serializers.Serializer[Extract]):
    """What was found in the text, and where."""

    entity = ExtractedOutput()
    relevance = serializers.FloatField()
    occurrences = ExtractOccurrenceOutput(many=True)

    def row(self, instance: Extract) -> dict[str, Any]:
        entity = {
            "name": instance.name,
            "kind": instance.kind,
            "description": "",
            "mid": "",
            "wikipedia_url": "",
            "metadata": instance.metadata,
        }
        return {"entity": entity, "relevance": instance.relevance, "occurrences": instance.occurrences}


class ValueOutput(flex.Flexible, serializers.Serializer[Extract]):
    """The same in the oldest shape."""

    kind = serializers.CharField()
    value = serializers.CharField()
    relevance = serializers.FloatField()
    occurrences = ExtractOccurrenceOutput(many=True)

    def row(self, instance: Extract) -> dict[str, Any]:
        return {
            "kind": instance.kind,
            "value": instance.name,
            "relevance": instance.relevance,
            "occurrences": instance.occurrences,
        }


class DateOutput(flex.Flexible, serializers.Serializer[Extract]):
    """A whole date that was found."""

    date = serializers.DateField()
    occurrences = ExtractOccurrenceOutput(many=True)

    def row(self, instance: Extract) -> dict[str, Any]:
        return {"date": instance.name, "occurrences": instance.occurrences}
