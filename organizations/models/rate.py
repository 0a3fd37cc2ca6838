"""How much of a rate somebody has used: exact across all processes and hosts."""

from django.db import models


class RateBucket(models.Model):
    """A bucket of tokens, refilled as time passes. `key` says whose, and of which limit.

    The table is not logged: after a crash everybody begins with a full bucket. It has no index but its key, and
    room on its pages, so that counting rewrites a row in place.
    """

    key = models.CharField(max_length=100, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key}: {self.tokens}"
