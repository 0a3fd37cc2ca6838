"""How a document looks among the hits of a search: like everywhere, but for what search clients are used to."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from docplatform.lib.moments import moment
from documents.choices import SHOWN_ACCESS
from documents.models import Document, Note
from documents.search import suggest
from documents.search.counts import MOST_HITS, Counted
from documents.serializers.document import DocumentOutput
from documents.serializers.note import SIDES


def thousandths(written: str | None) -> str | None:
    """A moment of the API in milliseconds, without a fraction of zero."""
    if written is None:
        return None
    second, _, fraction = written.removesuffix("Z").partition(".")
    shown = fraction[:3].rstrip("0")
    return f"{second}.{shown}Z" if shown else f"{second}Z"


def first_page(page_spec: str) -> str:
    """The size of the first page, in the notation of all pages."""
    return f"{page_spec.split(':')[0]}:0" if page_spec else ""


class HitNoteOutput(serializers.Serializer[Any]):
    """A note on a hit. `content` and the sides of its box are missing where it has none."""

    id = serializers.CharField()
    user = serializers.IntegerField()
    organization = serializers.IntegerField()
    page_number = serializers.IntegerField(help_text="Counted from 0.")
    access = serializers.ChoiceField(choices=SHOWN_ACCESS)
    title = serializers.CharField()
    content = serializers.CharField(required=False)
    x1 = serializers.FloatField(required=False)
    x2 = serializers.FloatField(required=False)
    y1 = serializers.FloatField(required=False)
    y2 = serializers.FloatField(required=False)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def note_row(note: Note) -> dict[str, Any]:
    """A note as HitNoteOutput has it."""
    return {
        "id": str(note.pk),
        "user": note.user_id,
        "organization": note.organization_id,
        "page_number": note.page_number,
        "access": note.access,
        "title": note.title,
        **({"content": note.content} if note.content else {}),
        **{side: value for side in SIDES if (value := getattr(note, side)) is not None},
        "created_at": thousandths(moment(note.created_at)),
        "updated_at": thousandths(moment(note.updated_at)),
    }


class HitOutput(DocumentOutput):
    """A hit. The context's `highlights` are snippets by document and page, or None when nobody asked for them; `notes`
    are its notes by document, `note_highlights` snippets by document and note, or None as well."""

    id = serializers.CharField()  # type: ignore[assignment]  # clients use ids of hits as keys of objects
    admin_noindex = None  # type: ignore[assignment]
    revision_control = None  # type: ignore[assignment]
    notes = HitNoteOutput(many=True)
    note_highlights = serializers.DictField(
        child=serializers.DictField(child=serializers.ListField(child=serializers.CharField())),
        required=False,
        help_text="By note, where its title or its content (description) says what the query asks for.",
    )
    highlights = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), allow_null=True)

    def row(self, instance: Document) -> dict[str, Any]:
        row = super().row(instance)
        highlights, marked = self.context["highlights"], self.context["note_highlights"]
        del row["revision_control"]
        row |= {
            "id": str(instance.pk),
            "noindex": row["noindex"] or row.pop("admin_noindex"),
            "page_spec": first_page(instance.page_spec),
            "notes": [note_row(note) for note in self.context["notes"][instance.pk]],
            "highlights": None if highlights is None else highlights.get(instance.pk, {}),
            **({"note_highlights": marked[instance.pk]} if marked is not None else {}),
        }
        row.pop("admin_noindex", None)
        for name in ("created_at", "updated_at", "publish_at"):
            row[name] = thousandths(row[name])
        return row


class FacetValueOutput(serializers.Serializer[Any]):
    """How many hits have one value."""

    value = serializers.CharField(help_text="As a query says it.")
    count = serializers.IntegerField()
    label = serializers.CharField(help_text="As people say it.")  # type: ignore[assignment]


def facets_body(counted: Counted) -> dict[str, Any]:
    """What an answer says of its facets."""
    facets = {name: [asdict(count) for count in counts] for name, counts in counted.facets.items()}
    return {"facets": facets, "facets_partial": counted.is_partial}


@extend_schema_serializer(many=False)
class SearchOutput(serializers.Serializer[Any]):
    """A page of hits."""

    count = serializers.IntegerField(help_text="How many documents are found in all; always exact.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitOutput(many=True)
    escaped = serializers.BooleanField(help_text="The query could not be read as written; its words were searched for.")
    degraded = serializers.BooleanField(
        required=False,
        help_text="true where there may be other hits: the wildcards or ~ stand for too many words, or the search took "
        "too long and was tried again with few of these words and with phrases as words that may stand anywhere.",
    )
    facets = serializers.DictField(
        child=serializers.ListField(child=FacetValueOutput()),
        required=False,
        help_text="Counts of values by facet, where they were asked for.",
    )
    facets_partial = serializers.BooleanField(
        required=False, help_text=f"There are more than {MOST_HITS:,} hits; only so many were counted."
    )


class SuggestionOutput(serializers.Serializer[Any]):
    """Something to search for."""

    kind = serializers.ChoiceField(choices=suggest.KINDS)
    value = serializers.CharField(help_text="As a query says it: the number of a person, the text of a title.")
    label = serializers.CharField(help_text="As people say it.")  # type: ignore[assignment]
    query = serializers.CharField(help_text="What the search box says once this is chosen.")


class SimilarOutput(serializers.Serializer[Any]):
    """Documents that resemble one, the most similar first; all on one page."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitOutput(many=True)
