"""A document: what people know about it. Its pages hang on its version."""

from django.db import models
from django.db.models import F, Q

from documents.choices import EXTENSIONS, LANGUAGES, PROCESSING, READY, Access, Status


class Document(models.Model):
    """One document. `version` is what readers see; a job builds the next one and switches it in one transaction.

    `page_count`, `page_spec` (points, see listcrunch) and `file_hash` (sha1 of the served PDF) repeat the
    version's so that lists need no join. `upload_key` is the random storage key that the next upload goes to.
    `original_hash` is the sha256 of the bytes as they were uploaded.
    A document in the trash is DELETED and has `trashed_at`; `trashed_status` is what it was before. While `is_held`,
    its bytes and rows stay, see documents.pipeline.holds. `extracted_at` is when its text was last searched for dates,
    addresses and the like.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="documents")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(max_length=1000)
    slug = models.SlugField(max_length=255)
    access = models.CharField(max_length=12, choices=Access, default=Access.PRIVATE)
    status = models.CharField(max_length=8, choices=Status, default=Status.NOFILE)
    language = models.CharField(max_length=8, default="eng")
    original_extension = models.CharField(max_length=8, default="pdf")
    description = models.CharField(max_length=4000, blank=True)
    source = models.CharField(max_length=1000, blank=True)
    data = models.JSONField(default=dict, blank=True)
    related_article = models.URLField(max_length=1024, blank=True)
    published_url = models.URLField(max_length=1024, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    noindex = models.BooleanField(default=False)
    admin_noindex = models.BooleanField(default=False)
    revision_control = models.BooleanField(default=False)
    version = models.ForeignKey("documents.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    page_count = models.PositiveIntegerField(default=0)
    page_spec = models.TextField(blank=True)
    file_hash = models.CharField(max_length=40, blank=True)
    original_hash = models.CharField(max_length=64, blank=True)
    extracted_at = models.DateTimeField(null=True, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)
    trashed_by = models.ForeignKey(
        "organizations.User", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    trashed_status = models.CharField(max_length=8, blank=True, editable=False)
    is_held = models.BooleanField(default=False)
    upload_key = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(access__in=Access.values), name="document_access_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="document_status_known"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="document_language_known"),
            models.CheckConstraint(condition=Q(original_extension__in=EXTENSIONS), name="document_extension_known"),
            models.CheckConstraint(condition=~Q(title=""), name="document_has_title"),
            models.CheckConstraint(
                condition=Q(trashed_at=None, trashed_status="") | Q(trashed_at__isnull=False, status=Status.DELETED),
                name="document_trashed_is_deleted",
            ),
        )
        indexes = (
            models.Index(fields=["user", "id"], name="document_by_user"),
            models.Index(fields=["organization", "id"], name="document_by_organization"),
            models.Index(fields=["access", "status", "id"], name="document_by_access"),
            models.Index(fields=["created_at", "id"], name="document_by_created"),
            models.Index(fields=["updated_at", "id"], name="document_by_updated"),
            models.Index(
                fields=["status", "created_at"], name="document_unfinished", condition=~Q(status=Status.SUCCESS)
            ),
            models.Index(fields=["publish_at"], name="document_by_publish_at", condition=Q(publish_at__isnull=False)),
            models.Index(
                fields=["trashed_at", "id"], name="document_by_trashed_at", condition=Q(trashed_at__isnull=False)
            ),
            models.Index(F("original_hash"), name="document_by_hash", condition=~Q(original_hash="")),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        """Finished or readable: what the public may see."""
        return self.status in READY

    @property
    def waits_for_upload(self) -> bool:
        """Its owner has to send the file; no other server is asked for it."""
        return self.status == Status.NOFILE and bool(self.upload_key)

    @property
    def is_processing(self) -> bool:
        """A job is at work on it."""
        return self.status in PROCESSING

    @property
    def is_published(self) -> bool:
        """Everybody may read it."""
        return self.access == Access.PUBLIC and self.is_ready
