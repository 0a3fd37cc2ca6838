"""Where documents came from: mail, other installations, folders."""

from django.db import models
from django.db.models import Q


class Mail(models.Model):
    """A message that came in by a person's mail address, kept as it came at `storage_key`.

    `sha256` is that of the message: one that is delivered twice is taken once. `opened_at` is null until all
    attachments are documents; `attempts` and `tried_at` tell workers which messages are free to be opened.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    storage_key = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "sha256"], name="mail_once"),)
        indexes = (models.Index(fields=["id"], condition=Q(opened_at=None), name="mail_to_open"),)

    def __str__(self) -> str:
        return f"mail {self.pk} to {self.user_id}"


class Origin(models.Model):
    """What a document was before it came here: `key` at `site`. An import that is repeated finds it again.

    For mail the site is `mail:<id of the mail>` and the key the number of the attachment; for folders
    `folder:<user id>` and the path; for other installations their address and the id there, with the embed `url`.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="origins")
    site = models.CharField(max_length=255)
    key = models.CharField(max_length=1024)
    url = models.URLField(max_length=1024, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "site", "key"], name="origin_once"),)

    def __str__(self) -> str:
        return f"{self.key} at {self.site}"
