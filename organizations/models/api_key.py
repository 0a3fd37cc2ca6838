"""Keys with which programs act for a person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Scope(models.TextChoices):
    """What a key may do: read, change, start processing, and manage people, organizations and keys."""

    READ = "read"
    WRITE = "write"
    PROCESS = "process"
    ADMIN = "admin"


class ApiKey(models.Model):
    """A key of a person. `digest` is the sha256 (64 hex) of the key, which is shown once; `start` is how it begins."""

    Scope = Scope

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=7, choices=Scope))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values, scopes__len__gt=0), name="api_key_scopes_known"
            ),
        )
        indexes = (models.Index(fields=["user", "id"], name="api_key_by_user"),)

    def __str__(self) -> str:
        return f"{self.start}… of {self.user_id}"
