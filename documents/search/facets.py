"""The facts about a document that stand in the index beside its words."""

from collections.abc import Iterator

from django.db.models import Prefetch

from documents import permissions
from documents.choices import JobState
from documents.models import Document
from documents.search import vectors
from projects.models import ProjectDocument

ANYONE = vectors.audience("anyone")
"""What anonymous search finds: published, and not kept from search engines."""
# An earlier failure is history once something succeeded; it stays in the document's list of errors.
FAILED = f"""(SELECT CASE WHEN EXISTS (
  SELECT FROM documents_documenterror e WHERE e.document_id = {{document}} AND e.created_at > coalesce((
    SELECT max(j.finished_at) FROM documents_job j WHERE j.document_id = {{document}} AND j.state = '{JobState.DONE}'
  ), '-infinity')
) THEN {vectors.literal(vectors.marker("has_errors", "true"))} ELSE '' END::tsvector)"""  # noqa: S608  # constants only
"""The mark of a document whose errors wait for somebody, as SQL: it is written with every entry."""
PLACES = Prefetch("memberships", ProjectDocument.objects.select_related("project").order_by("project_id"))
"""What `lexemes` reads beside the document's row."""


def lexemes(document: Document) -> Iterator[str]:
    """Who may see the document first, so that a document of very many tags never loses that."""
    for token in sorted(permissions.audience_of(document)):
        yield vectors.audience(token)
    hidden = document.noindex or document.admin_noindex
    if document.is_published and not hidden:
        yield ANYONE
    yield vectors.marker("user", document.user_id)
    yield vectors.marker("organization", document.organization_id)
    yield vectors.marker("access", document.access)
    yield vectors.marker("status", document.status)
    yield vectors.marker("language", document.language)
    yield vectors.marker("slug", document.slug)
    yield vectors.marker("noindex", str(hidden).lower())
    yield vectors.marker("original_extension", document.original_extension)
    for name in ("file_hash", "related_article", "published_url"):
        if value := getattr(document, name):
            yield vectors.marker(name, value)
            yield vectors.existence(name)
    for place in document.memberships.all():
        yield vectors.marker("project", place.project.mark)
    yield from _data(document)


def _data(document: Document) -> Iterator[str]:
    for key, values in document.data.items():
        yield vectors.existence(f"data_{key}")
        for value in values if isinstance(values, list) else [values]:
            yield vectors.marker(f"data_{key}", value)
