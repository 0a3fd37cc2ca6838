"""What the platform tells a person: their inbox."""

from django.db import models
from django.db.models import Q


class Notification(models.Model):
    """One message to a person. `data` holds ids and codes, as in an event; the text is made where it is shown. What the
    person sent themselves, by a program or by mail, may stand there in its own words.

    `key` names what it is about where a person must not be told twice.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="notification_once"),)
        indexes = (
            models.Index(fields=["user", "-id"], name="notification_by_user"),
            models.Index(fields=["id"], condition=Q(kind="message", mailed_at=None), name="message_to_mail"),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"
