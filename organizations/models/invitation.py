"""Invitations: the way in for people who have no account yet, or who are to join an organization."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Invitation(models.Model):
    """Whoever holds the link may join `organization` (or, without one, a project): once, until it expires.

    `digest` is the sha256 (64 hex) of the link's token, which nobody but the invited person knows.
    """

    email = models.EmailField()
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, null=True, related_name="invitations"
    )
    admin = models.BooleanField(default=False)
    inviter = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("organizations.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                condition=Q(accepted_at=None, organization__isnull=False),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} to {self.organization_id}"
