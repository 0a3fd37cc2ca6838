"""Versions of a document and the immutable pages that they are made of."""

import uuid

from django.db import models
from django.db.models import Q


class Page(models.Model):
    """One page as it was read once. Never changed after its text is known: a rotated or corrected page is a new row.

    `images` and `words` name folders of immutable artefacts in storage (see documents.paths); a page whose text
    is corrected shares `images` with the page it replaces. `words` is null until the text is known. `width` and
    `height` are points, as displayed (rotation applied). `ocr` is null for embedded text, else the engine.
    `confidence` is the engine's mean word confidence, 0..1, null where unknown. `error` is a sentence for people.
    """

    images = models.UUIDField(default=uuid.uuid4)
    words = models.UUIDField(null=True)
    width = models.FloatField()
    height = models.FloatField()
    ocr = models.CharField(max_length=20, null=True)  # noqa: DJ001 (the API tells null from empty)
    language = models.CharField(max_length=8)
    confidence = models.FloatField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="page_has_size"),)
        indexes = (
            # Folders may be shared by pages: before one is removed, somebody asks who else uses it.
            models.Index(fields=["images"], name="page_by_images"),
            models.Index(fields=["words"], name="page_by_words"),
        )

    def __str__(self) -> str:
        return f"page {self.pk}"


class Version(models.Model):
    """One state of a document: one PDF and a list of pages. Readable once the document points at it.

    `recipe` says what it was made from and how, for a version that nobody has edited since; equal recipes give equal
    pages. Empty for edited ones.
    """

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="versions")
    pdf_key = models.CharField(max_length=255, blank=True)
    file_hash = models.CharField(max_length=40, blank=True)
    page_count = models.PositiveIntegerField(default=0)
    page_spec = models.TextField(blank=True)
    recipe = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    pages = models.ManyToManyField(Page, through="documents.VersionPage", related_name="versions")

    class Meta:
        indexes = (models.Index(fields=["recipe"], name="version_by_recipe", condition=~Q(recipe="")),)

    def __str__(self) -> str:
        return f"version {self.pk} of {self.document_id}"


class VersionPage(models.Model):
    """Page `number` (0-based) of a version is `page`."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "number"], name="version_page_unique"),)

    def __str__(self) -> str:
        return f"{self.version_id}/{self.number}"
