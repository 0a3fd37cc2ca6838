"""Sections, as people send and get them."""

from typing import Any

from rest_framework import serializers

from docplatform.lib import flex
from documents.models import Section


class SectionInput(serializers.Serializer[Section]):
    """A section begins on a page (0-based), which begins no other."""

    page_number = serializers.IntegerField(min_value=0)
    title = serializers.CharField(max_length=200)


class SectionOutput(flex.Flexible, serializers.Serializer[Section]):
    """A section."""

    id = serializers.IntegerField()
    page_number = serializers.IntegerField()
    title = serializers.CharField()

    def row(self, instance: Section) -> dict[str, Any]:
        return {"id": instance.pk, "page_number": instance.page_number, "title": instance.title}
