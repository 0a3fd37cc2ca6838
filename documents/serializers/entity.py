"""Entities, as people send and get them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework import serializers
from rest_framework.request import Request

from docplatform.lib import flex
from docplatform.lib.moments import moment
from documents.choices import Access
from documents.models import Entity
from documents.models.entity import LANGUAGES

SHOWN = ("name", "description", "wikipedia_url")
NAME_IT = (
    "Send a name, and what else is known, along with wikidata_id: this installation does not look it up at Wikidata."
)
NO_NAME = "Send a name."
FIXED = "The id of Wikidata cannot be changed. Make another entity for it."
UNKNOWN_LANGUAGE = "Send texts by language, each of en, es, fr, de, ru or uk."


class EntityTextInput(serializers.Serializer[Any]):
    """What an entity is called in one language."""

    name = serializers.CharField(max_length=500)
    description = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    wikipedia_url = serializers.URLField(max_length=1024, allow_blank=True, required=False)


class EntityInput(serializers.Serializer[Entity]):
    """An entity. With `wikidata_id` it is everybody's and stays as it is; else it is private. Only what is looked up at
    Wikidata, where the installation does that, comes without a name."""

    wikidata_id = serializers.RegexField(r"\AQ[1-9][0-9]{0,14}\Z", required=False, allow_blank=True, allow_null=True)
    name = serializers.CharField(max_length=500, required=False)
    description = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    wikipedia_url = serializers.URLField(max_length=1024, allow_blank=True, required=False)
    texts = serializers.DictField(child=EntityTextInput(), required=False)

    def validate_texts(self, value: dict[str, Any]) -> dict[str, Any]:
        """Only languages that are served."""
        if not value.keys() <= set(LANGUAGES):
            raise serializers.ValidationError(UNKNOWN_LANGUAGE)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What is there already keeps its id; what nobody looks up needs a name."""
        wikidata_id = attrs.pop("wikidata_id", None) or ""
        if "name" not in attrs and not self.partial and not (wikidata_id and settings.WIKIDATA_URL):
            raise serializers.ValidationError({"name": [NAME_IT if wikidata_id else NO_NAME]}, code="required")
        if self.instance is None:
            return attrs | {"wikidata_id": wikidata_id}
        if wikidata_id:
            raise serializers.ValidationError({"wikidata_id": [FIXED]})
        return attrs


class EntityOutput(flex.Flexible, serializers.Serializer[Entity]):
    """An entity, in the language that the reader wants most of those it is known in. `wikidata_id` is null for private
    ones, and `user` for public ones."""

    access = serializers.ChoiceField(choices=[Access.PUBLIC.value, Access.PRIVATE.value])
    created_at = serializers.DateTimeField()
    description = serializers.CharField(allow_blank=True)
    id = serializers.IntegerField()
    metadata = serializers.DictField()
    name = serializers.CharField()
    updated_at = serializers.DateTimeField()
    user = serializers.IntegerField(allow_null=True)
    wikidata_id = serializers.CharField(allow_null=True)
    wikipedia_url = serializers.CharField(allow_blank=True)

    def row(self, instance: Entity) -> dict[str, Any]:
        text = _text(instance, self.context.get("request"))
        return {
            "access": instance.access,
            "created_at": moment(instance.created_at),
            "description": text["description"],
            "id": instance.pk,
            "metadata": instance.metadata,
            "name": text["name"],
            "updated_at": moment(instance.updated_at),
            "user": instance.user_id,
            "wikidata_id": instance.wikidata_id or None,
            "wikipedia_url": text["wikipedia_url"],
        }


def _text(entity: Entity, request: Request | None) -> Mapping[str, str]:
    """The text in the first language of the reader's that there is one in; what it leaves out is the plain one's."""
    plain = {name: getattr(entity, name) for name in SHOWN}
    if not entity.texts or request is None:
        return plain
    for language, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        text = entity.texts.get(language.split("-")[0])
        if text is not None:
            return {**plain, **text}
    return plain
