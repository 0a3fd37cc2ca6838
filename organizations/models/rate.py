"""How much of a rate somebody has used: exact across all processes and hosts."""

from django.db import models


class RateBucket(models.Model):
    """A bucket of tokens, refilled as time passes. `key` says whose, and of which limit.

    The table is not logged: after a crash everybody begins with a full bucket.
    """

    key = models.CharField(max_length=100, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["at"], name="rate_bucket_by_age"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.tokens}"
