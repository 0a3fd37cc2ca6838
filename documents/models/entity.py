"""Who and what documents speak of: entities that people name, and what the platform finds by itself."""

from django.db import models
from django.db.models import F, Q

from documents.choices import Access, ExtractKind

LANGUAGES = ("en", "es", "fr", "de", "ru", "uk")
"""In which entities are described; the first that is there is shown to everybody else."""


class Entity(models.Model):
    """Somebody or something that documents mention. `wikidata_id` (Q…) makes it public, the same for everybody.

    `texts` maps language codes to {"name", "description", "wikipedia_url"}; `name` and `description` are what people
    see whose language is not among them.
    """

    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, null=True, related_name="entities")
    access = models.CharField(max_length=12, choices=Access, default=Access.PRIVATE)
    wikidata_id = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=500)
    description = models.CharField(max_length=2000, blank=True)
    wikipedia_url = models.URLField(max_length=1024, blank=True)
    texts = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["wikidata_id"], condition=~Q(wikidata_id=""), name="entity_wikidata_unique"
            ),
            models.CheckConstraint(condition=Q(access__in=(Access.PUBLIC, Access.PRIVATE)), name="entity_access_known"),
        )
        indexes = (models.Index(fields=["user", "id"], name="entity_by_user"),)

    def __str__(self) -> str:
        return self.name


class Mention(models.Model):
    """A document mentions an entity. `occurrences` are {"page" (0-based), "offset", "page_offset", "content"}."""

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="mentions")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="mentions")
    relevance = models.FloatField(default=0)
    occurrences = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["document", "entity"], name="mention_unique"),)

    def __str__(self) -> str:
        return f"{self.entity_id} in {self.document_id}"


class Extract(models.Model):
    """A value that stands in a document's text, as the platform found it: a date, an e-mail address, a price…

    `name` is its canonical form, `metadata` what is known about it; `occurrences` as in a mention, with "kind".
    """

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="extracts")
    kind = models.CharField(max_length=16, choices=ExtractKind)
    name = models.CharField(max_length=500)
    metadata = models.JSONField(default=dict)
    relevance = models.FloatField(default=0)
    count = models.PositiveIntegerField()
    occurrences = models.JSONField(default=list)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(kind__in=ExtractKind.values), name="extract_kind_known"),)
        indexes = (models.Index(F("document"), F("relevance").desc(), F("id"), name="extract_by_relevance"),)

    def __str__(self) -> str:
        return f"{self.kind} in {self.document_id}"
