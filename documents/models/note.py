"""What people write on a document: notes on a place or a page, and sections, which are its outline."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from documents.choices import Access

BOX = ("x1", "x2", "y1", "y2")


class Note(models.Model):
    """A note on page `page_number` (0-based). Its box is in fractions of the displayed page, origin top left; a note on
    the whole page has none. `content` is kept as it was sent: whoever shows it as HTML sanitises it. `tsv` holds the
    words of title and content for search, null while nobody read them.
    """

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="notes")
    user = models.ForeignKey("organizations.User", on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    page_number = models.PositiveIntegerField()
    access = models.CharField(max_length=12, choices=Access, default=Access.PRIVATE)
    title = models.CharField(max_length=500)
    content = models.CharField(max_length=2000, blank=True)
    x1 = models.FloatField(null=True)
    x2 = models.FloatField(null=True)
    y1 = models.FloatField(null=True)
    y2 = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    tsv = SearchVectorField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(access__in=Access.values), name="note_access_known"),
            models.CheckConstraint(condition=~Q(title=""), name="note_has_title"),
            models.CheckConstraint(
                condition=Q(x1=None, x2=None, y1=None, y2=None)
                | Q(x1__gte=0, x1__lt=F("x2"), x2__lte=1, y1__gte=0, y1__lt=F("y2"), y2__lte=1),
                name="note_has_box_or_none",
            ),
        )
        indexes = (
            models.Index(fields=["document", "page_number", "id"], name="note_by_page"),
            GinIndex(fields=["tsv"], name="note_words"),
        )

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A section begins on page `page_number` (0-based); a page begins one at most."""

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="sections")
    page_number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["document", "page_number"], name="section_one_per_page"),
            models.CheckConstraint(condition=~Q(title=""), name="section_has_title"),
        )

    def __str__(self) -> str:
        return self.title
