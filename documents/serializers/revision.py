"""How a revision looks in the API."""

from typing import Any

from rest_framework import serializers

from docplatform.lib import urls
from docplatform.lib.moments import moment
from documents.models import Revision


class RevisionOutput(serializers.Serializer[Revision]):
    """A state that editors of a document may look at. Its file is private, whoever may read the document."""

    version = serializers.IntegerField()
    user = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    comment = serializers.CharField()
    url = serializers.URLField()

    def to_representation(self, instance: Revision) -> dict[str, Any]:
        name = f"{instance.number:04}-{instance.document.slug}.{instance.extension}"
        return {
            "version": instance.number,
            "user": instance.user_id,
            "created_at": moment(instance.created_at),
            "comment": instance.comment,
            "url": urls.absolute(f"/files/documents/{instance.document_id}/revisions/{name}"),
        }
