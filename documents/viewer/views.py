"""The pages that people see: the library and one document. All they do goes through the public API."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from documents import permissions
from documents.models import Document, Note
from documents.pipeline.steps.formats import OPENED
from documents.search import syntax
from documents.serializers import oembed
from documents.serializers.document import asset_url, canonical_url
from documents.viewer import frames, languages, modules


@require_safe
@never_cache
@ensure_csrf_cookie
def library(request: HttpRequest) -> HttpResponse:
    """`/`: search and upload. Signed out: what is public."""
    facts: dict[str, Any] = {"user": request.user.pk}
    if request.user.is_authenticated:
        facts |= {
            "extensions": sorted(OPENED),
            "maxPdf": settings.MAX_PDF_BYTES,
            "maxOther": settings.MAX_OTHER_BYTES,
        }
    scripts = modules.behind("documents/library.js")
    context = {"facts": facts, "languages": languages.choices(), "modules": scripts}
    return render(request, "documents/library.html", context)


@require_safe
@never_cache
def search_help(request: HttpRequest) -> HttpResponse:
    """`/help/search/`: the query language, from the tables that the API's documentation is made of."""
    return render(request, "documents/search_help.html", {"forms": syntax.FORMS, "rows": syntax.rows()})


@require_safe
@never_cache
@ensure_csrf_cookie
def document(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """`/documents/<id>-<slug>/`: the viewer. What is invisible is not there; a wrong slug leads to the right one."""
    found = Document.objects.filter(permissions.view(request.user), pk=pk).first()
    if found is None:
        raise Http404
    if slug != found.slug:
        query = request.META.get("QUERY_STRING", "")
        path = reverse("viewer", args=[found.pk, found.slug])
        return HttpResponseRedirect(f"{path}?{query}" if query else path)
    return _framed(render(request, "documents/viewer.html", _shown(found, request)), request, found)


def _shown(document: Document, request: HttpRequest) -> dict[str, Any]:
    """What the viewer's template needs."""
    facts = {
        "id": document.pk,
        "slug": document.slug,
        "title": document.title,
        "status": document.status,
        "language": languages.NAMES.get(document.language, document.language),
        "user": request.user.pk,
    }
    return {
        "document": document,
        "facts": facts,
        "assets": f"{asset_url(document)}documents/{document.pk}/",
        "modules": modules.behind("documents/viewer.js"),
        "oembed": oembed.discovery_url(canonical_url(document)),
    }


@require_safe
@never_cache
def page(request: HttpRequest, pk: str, number: str) -> HttpResponse:
    """`/documents/<id>/pages/<n>/` (from 1), as it stands in articles: the viewer at that page."""
    found = get_object_or_404(Document.objects.filter(permissions.view(request.user)), pk=pk)
    if not 1 <= int(number) <= found.page_count:
        raise Http404
    return _at(request, found, f"document/p{int(number)}")


@require_safe
@never_cache
def note(request: HttpRequest, pk: str, number: str) -> HttpResponse:
    """`/documents/<id>/annotations/<note id>/`, as it stands in articles: the viewer at that note."""
    notes = Note.objects.filter(permissions.view_notes(request.user)).select_related("document")
    found = get_object_or_404(notes, document_id=pk, pk=number)
    return _at(request, found.document, f"document/p{found.page_number + 1}/a{found.pk}")


def _at(request: HttpRequest, found: Document, place: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    path = reverse("viewer", args=[found.pk, found.slug])
    return _framed(HttpResponseRedirect(f"{path}{f'?{query}' if query else ''}#{place}"), request, found)


def _framed(response: HttpResponse, request: HttpRequest, found: Document) -> HttpResponse:
    """Sites may show what everybody may read in a frame that says that it is one."""
    response.xframe_options_exempt = found.is_published and frames.is_frame(request)
    return response
