"""How a document in the trash looks in the API."""

from typing import Any

from rest_framework import serializers

from docplatform.lib.flex import Flexible
from docplatform.lib.moments import moment
from documents.actions import trash
from documents.choices import SHOWN_ACCESS, SHOWN_STATUS
from documents.models import Document


class TrashOutput(Flexible, serializers.Serializer[Document]):
    """What people need to find a document again that somebody deleted."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    slug = serializers.CharField()
    access = serializers.ChoiceField(choices=SHOWN_ACCESS)
    status = serializers.ChoiceField(choices=SHOWN_STATUS, help_text="What it is again once it is restored.")
    page_count = serializers.IntegerField()
    user = serializers.IntegerField()
    organization = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    trashed_at = serializers.DateTimeField()
    trashed_by = serializers.IntegerField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True, help_text="When it goes for good; null while it is held.")

    def row(self, instance: Document) -> dict[str, Any]:
        end = trash.until(instance)
        return {
            "id": instance.pk,
            "title": instance.title,
            "slug": instance.slug,
            "access": instance.access,
            "status": instance.trashed_status,
            "page_count": instance.page_count,
            "user": instance.user_id,
            "organization": instance.organization_id,
            "created_at": moment(instance.created_at),
            "trashed_at": instance.trashed_at and moment(instance.trashed_at),
            "trashed_by": instance.trashed_by_id,
            "until": end and moment(end),
        }
