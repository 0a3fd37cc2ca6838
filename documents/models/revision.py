"""The states of a document that people may look back at, and the redactions that they prepare."""

import hashlib
import json

from django.db import models
from django.db.models import F, Q


class Revision(models.Model):
    """State `number` (1-based) of a document under revision control, made by `user`, with what they did as `comment`.

    `version` is null while the job runs that makes it, and again once a redaction has removed that state for good.
    `extension` is another one than pdf where the state is the file as it was uploaded.
    """

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("documents.Version", on_delete=models.SET_NULL, null=True, related_name="revisions")
    comment = models.CharField(max_length=200)
    extension = models.CharField(max_length=8, default="pdf")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["document", "number"], name="revision_number_unique"),)

    def __str__(self) -> str:
        return f"{self.document_id}, revision {self.number}"


class RedactionDraft(models.Model):
    """A box that somebody wants to redact, kept until it is applied with the others, or dropped.

    Page and box as in a note. `reason` is a short code of the house, `label` is printed on the box. `reviewer` is a
    second person who agreed.
    """

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="redaction_drafts")
    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    page_number = models.PositiveIntegerField()
    x1 = models.FloatField()
    x2 = models.FloatField()
    y1 = models.FloatField()
    y2 = models.FloatField()
    reason = models.CharField(max_length=50, blank=True)
    label = models.CharField(max_length=50, blank=True)
    reviewer = models.ForeignKey("organizations.User", on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(x1__gte=0, x1__lt=F("x2"), x2__lte=1, y1__gte=0, y1__lt=F("y2"), y2__lte=1),
                name="redaction_draft_has_box",
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None, reviewed_at=None) | Q(reviewer__isnull=False, reviewed_at__isnull=False),
                name="redaction_draft_review_whole",
            ),
        )
        indexes = (models.Index(fields=["document", "page_number", "id"], name="redaction_draft_by_page"),)

    def __str__(self) -> str:
        return f"{self.document_id}, page {self.page_number}"

    @property
    def fingerprint(self) -> str:
        """Of all that a reviewer looks at: the document's pages, the box, and what is said of it."""
        box = (self.page_number, self.x1, self.x2, self.y1, self.y2)
        seen = json.dumps([self.document.version_id, *box, self.reason, self.label])
        return hashlib.sha256(seen.encode()).hexdigest()[:32]


class Doomed(models.Model):
    """A stored file that no row speaks of any more: it is to be deleted, again and again until that succeeds."""

    key = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
