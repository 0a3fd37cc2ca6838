"""Searches that people keep."""

import uuid

from django.db import models


class SavedSearch(models.Model):
    """A query under a name, for the person who saved it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=255)
    query = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["user", "-created_at", "-id"], name="saved_search_by_user"),)

    def __str__(self) -> str:
        return self.name
