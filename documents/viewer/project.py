"""The page of a project, also as a frame in articles: what is in it, newest first. It needs no script."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from docplatform.lib import urls
from documents import permissions
from documents.models import Document
from documents.serializers import oembed
from documents.serializers.document import asset_url, canonical_url
from documents.viewer import frames
from projects.models import Project, ProjectDocument

PER_PAGE = 25
MAX_PAGE = 100
"""Whoever wants more searches: each page is as costly as all those before it."""


@require_safe
@never_cache
def project(request: HttpRequest, address: str) -> HttpResponse:
    """`/projects/<slug>-<id>/`: those of its documents that the person may see; `/projects/<id>-<slug>` leads there."""
    found = oembed.project(oembed.project_ids(f"/projects/{address}"), request.user, address.rpartition("-")[0])
    if found is None:
        raise Http404
    path = oembed.project_path(found)
    if request.path != path:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{path}?{query}" if query else path)
    response = render(request, "documents/project.html", _shown(found, request))
    response.xframe_options_exempt = not found.private and frames.is_frame(request)
    return response


def _shown(project: Project, request: HttpRequest) -> dict[str, Any]:
    """What the template needs: a page of documents, and whether more follow."""
    number = _number(request)
    held = ProjectDocument.objects.filter(project=project).values("document_id")
    documents = Document.objects.filter(permissions.view(request.user), pk__in=held).order_by("-created_at", "-pk")
    rows = list(documents[(number - 1) * PER_PAGE : number * PER_PAGE + 1])
    return {
        "project": project,
        "search": f"project:{project.pk} ",
        "shown": _rows(rows[:PER_PAGE]),
        "following": len(rows) > PER_PAGE,
        "number": number,
        "last": MAX_PAGE,
        "frame": frames.is_frame(request),
        "oembed": oembed.discovery_url(urls.absolute(oembed.project_path(project))),
    }


def _rows(documents: Sequence[Document]) -> list[dict[str, Any]]:
    return [{"document": row, "url": canonical_url(row), "image": _thumbnail(row)} for row in documents]


def _thumbnail(document: Document) -> str:
    if not (document.is_ready and document.page_count):
        return ""
    return f"{asset_url(document)}documents/{document.pk}/pages/{document.slug}-p1-small.gif"


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    if not 1 <= number <= MAX_PAGE:
        raise Http404
    return number
