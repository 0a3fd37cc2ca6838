"""`/api/oembed/`: how other sites show a document, a page, a note or a project. Whoever asks gets what they may see."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from docplatform.lib import urls
from docplatform.lib.caching import Uncached, kept
from docplatform.lib.errors import Refused
from documents import permissions
from documents.models import Document, Note
from documents.serializers import oembed
from documents.serializers.document import canonical_url
from documents.serializers.oembed import NOTE_HEIGHT, Limits, OembedInput, OembedOutput, Place, frame
from organizations.permissions import Person

CACHE_SECONDS = 300
DOCUMENT_STYLE = "border: 1px solid #d8dee2; border-radius: 0.5rem; width: 100%; height: 100%; aspect-ratio: {} / {};"
PAGE_STYLE = "border: none; width: 100%; height: 100%; aspect-ratio: {} / {};"
PROJECT_STYLE = "border: 1px solid #d8dee2; border-radius: 0.5rem; width: 100%; height: {}px;"
NOTE_STYLE = "border: none; width: 100%; height: {}px;"
NO_URL = "Name the address to embed by url."


class OembedView(Uncached, ViewSet):
    """Addresses of other sites, of nothing, and of what the person may not see are all the same: 404."""

    @extend_schema(parameters=[OembedInput], responses=OembedOutput)
    def retrieve(self, request: Request, **suffix: Any) -> Response:
        """The frame for an address of this site."""
        address = request.query_params.get("url", "").strip()
        if not address:
            raise Refused("url", NO_URL)
        place = oembed.place(address)
        if place is None:
            raise Http404
        limits = Limits(_pixels(request, "maxwidth"), _pixels(request, "maxheight"))
        said = {
            "version": "1.0",
            "provider_name": oembed.PROVIDER,
            "provider_url": urls.absolute("/"),
            "cache_age": CACHE_SECONDS,
        }
        return kept(request, said | _found(place, request.user, limits) | {"type": "rich"})


def _found(place: Place, user: Person, limits: Limits) -> dict[str, Any]:
    """Title, size and frame of what the address speaks of."""
    if place.projects:
        return _project(place, user, limits)
    document = get_object_or_404(Document.objects.filter(permissions.view(user)), pk=place.document)
    if place.note is not None:
        note = get_object_or_404(Note.objects.filter(permissions.view_notes(user)), document=document, pk=place.note)
        path, style = f"/documents/{document.pk}/annotations/{note.pk}/", NOTE_STYLE.format(NOTE_HEIGHT) + limits.style
        html = frame(path, place.query, note.title, ("100%", NOTE_HEIGHT), style)
        return {"title": note.title, "html": html}
    if place.page is not None and not 1 <= place.page <= document.page_count:
        raise Http404
    width, height = limits.fit(oembed.first_page_size(document))
    path, style = canonical_url(document).removeprefix(urls.absolute("")), DOCUMENT_STYLE
    if place.page is not None:
        path, style = f"/documents/{document.pk}/pages/{place.page}/", PAGE_STYLE
    html = frame(path, place.query, document.title, (width, height), style.format(width, height) + limits.style)
    return {"title": document.title, "width": width, "height": height, "html": html}


def _project(place: Place, user: Person, limits: Limits) -> dict[str, Any]:
    project = oembed.project(place.projects, user)
    if project is None:
        raise Http404
    width, height = (min(oembed.PROJECT_SIZE, most or oembed.PROJECT_SIZE) for most in (limits.width, limits.height))
    style = PROJECT_STYLE.format(height) + limits.style
    html = frame(oembed.project_path(project), place.query, project.title, (width, height), style)
    return {"title": project.title, "width": width, "height": height, "html": html}


def _pixels(request: Request, name: str) -> int | None:
    """What is no size is as good as nothing said."""
    value = request.query_params.get(name, "")
    return int(value) or None if value.isascii() and value.isdecimal() and len(value) < 6 else None
