"""Answers that are kept so that a repeated create is answered, not carried out again."""

from django.db import models


class IdempotencyKey(models.Model):
    """The answer that a person's request with this Idempotency-Key got; `fingerprint` is sha256 of path and body."""

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    ids = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique"),)
        indexes = (models.Index(fields=["created_at"]),)

    def __str__(self) -> str:
        return self.key
