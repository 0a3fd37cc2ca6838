"""Searches that people keep."""

import uuid

from django.db import models


class SavedSearch(models.Model):
    """A query under a name, for the person who saved it. With `notify`, they are told of new documents it finds.

    Where it found very many already when they asked for that, all documents up to the id `seen_up_to` are not new.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=255)
    query = models.TextField(blank=True)
    notify = models.BooleanField(default=False)
    seen_up_to = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (
            models.Index(fields=["user", "-created_at", "-id"], name="saved_search_by_user"),
            models.Index(fields=["id"], condition=models.Q(notify=True), name="saved_search_to_watch"),
        )

    def __str__(self) -> str:
        return self.name


class SavedSearchHit(models.Model):
    """A document that the person was told of, or that the search found before they wanted to be told."""

    saved_search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="hits")
    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["saved_search", "document"], name="saved_search_hit_once"),)

    def __str__(self) -> str:
        return f"{self.document_id} for {self.saved_search_id}"
