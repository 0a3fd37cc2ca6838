"""Failed attempts to sign in, counted to slow down guessing."""

from django.db import models


class SignInFailure(models.Model):
    """One wrong password. `key` is a hash of the user name or of the client's address."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["key", "at"]),)

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at}"
