"""Sessions of browsers: Django's table with the columns that tell people which of them are theirs."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """One signed-in browser, or one that is not. `uuid` names it where its key, which is a secret, must not stand.

    All columns but `seen_at` follow from what the session holds, see organizations.sessions.
    """

    uuid = models.UUIDField(unique=True)
    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, null=True, related_name="sessions")
    agent = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=45, blank=True)
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"session {self.uuid} of {self.user_id}"
