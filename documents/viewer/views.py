"""The pages that people see: the library and one document. All they do goes through the public API."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from documents import permissions
from documents.models import Document
from documents.pipeline.steps.formats import OPENED
from documents.serializers.document import asset_url
from documents.viewer import languages, modules


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
    facts = {
        "id": found.pk,
        "slug": found.slug,
        "title": found.title,
        "status": found.status,
        "language": languages.NAMES.get(found.language, found.language),
        "user": request.user.pk,
    }
    assets = f"{asset_url(found)}documents/{found.pk}/"
    scripts = modules.behind("documents/viewer.js")
    context = {"document": found, "facts": facts, "assets": assets, "modules": scripts}
    return render(request, "documents/viewer.html", context)
