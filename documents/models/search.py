"""The search index: written in the same transaction as the data it speaks of."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Length


class PageText(models.Model):
    """The text of one page and its lexemes with positions: phrases, page hits and highlights. `analyzer` is the number
    of the analyzer that made them."""

    page = models.OneToOneField("documents.Page", on_delete=models.CASCADE, primary_key=True, related_name="text")
    body = models.TextField()
    tsv = SearchVectorField()
    analyzer = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        indexes = (
            GinIndex(fields=["tsv"], name="page_text_tsv"),
            models.Index(fields=["analyzer"], name="page_text_by_analyzer"),
        )

    def __str__(self) -> str:
        return f"text of page {self.page_id}"


class SearchDoc(models.Model):
    """One document in the index.

    `terms` holds every lexeme of the document plus marker tokens that no analyzer can emit (who may see it, and
    its facets), so that one scan answers text, filters and permission. Weights tell the lexemes apart: A metadata,
    B, C, D words of the body by how much of it they make up, none for markers. `digest` holds the weighty lexemes
    that are scored: A title and source, B description, C salient words of the body. `body_version` is the version
    whose pages the body's words come from, `analyzer` the number of the analyzer that made all of it.
    """

    document = models.OneToOneField(
        "documents.Document", on_delete=models.CASCADE, primary_key=True, related_name="search"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    page_count = models.PositiveIntegerField()
    title = models.CharField(max_length=1000, db_collation="C")
    source = models.CharField(max_length=1000, db_collation="C", blank=True)
    body_version = models.BigIntegerField(null=True)
    terms = SearchVectorField()
    digest = SearchVectorField()
    analyzer = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        # None by which hits could be sorted: the planner walks it and reads every vector, unaware of what that costs.
        indexes = (
            GinIndex(fields=["terms"], name="search_doc_terms"),
            models.Index(fields=["analyzer"], name="search_doc_by_analyzer"),
        )

    def __str__(self) -> str:
        return f"index of {self.document_id}"


class SearchLanguage(models.Model):
    """A stemmer that has read some text of the index; queries ask for the stems of these only."""

    code = models.CharField(max_length=2, primary_key=True)

    def __str__(self) -> str:
        return self.code


class SearchWord(models.Model):
    """A word that stands in the index, or once stood there: what wildcards and fuzzy words are compared with.

    Not unique on purpose: writers would wait for each other, and could lock each other out. Twins are harmless.
    """

    word = models.TextField(db_collation="C")

    class Meta:
        indexes = (
            models.Index(Length("word"), "word", name="search_word_by_length"),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_trigrams"),
        )

    def __str__(self) -> str:
        return self.word


class SearchValue(models.Model):
    """A value that the custom metadata of some document has or once had under the key `name`: what suggestions are
    taken from, once it is certain that the asker sees such a document. Not unique, as above."""

    name = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    folded = models.CharField(max_length=400, db_collation="C")

    class Meta:
        indexes = (models.Index(fields=["name", "folded", "value"], name="search_value_by_name"),)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class StaleMark(models.Model):
    """A project's mark that means nothing any more; documents in the index may still carry it until swept."""

    mark = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.mark
