"""`/api/download/`: the files of many documents as one zip, or what is known of them as a table."""

from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from docplatform.lib.caching import Uncached
from docplatform.lib.errors import Refused
from documents.actions import selection
from documents.actions.bulk import orders
from documents.actions.download import archive, sheet
from documents.actions.selection import Selection
from documents.views.files import AnyType, attachment
from organizations.permissions import signed_in

KINDS = (*archive.FILES, "csv")
WHICH = "Say which documents: by query or the filters of the search, or by ids."
PARAMETERS = [
    OpenApiParameter("kind", str, enum=KINDS, description="What to download; pdf where nothing is said."),
    OpenApiParameter("query", str, description="The query of the search. Its filters may stand beside it."),
    OpenApiParameter("ids", str, description="Ids of documents, with commas, instead of a query."),
]


class DownloadView(Uncached, ViewSet):
    """A selection of documents."""

    permission_classes = (IsAuthenticated,)
    content_negotiation_class = AnyType

    @extend_schema(
        parameters=PARAMETERS,
        responses={(200, "application/zip"): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.STR},
    )
    def list(self, request: Request, **suffix: Any) -> HttpResponseBase:
        """A zip of PDFs, texts or originals (for those who may edit), or CSV. Documents are read while it is sent; what
        could not be put into the zip is told by `errors.txt` in it."""
        kind = request.query_params.get("kind", "pdf")
        if kind not in KINDS:
            raise Refused("kind", f"Choose one of {', '.join(KINDS)}.")
        most = orders.MOST if kind == "csv" else settings.MAX_DOWNLOAD_DOCUMENTS
        user = signed_in(request.user)
        ids = selection.find(user, _selection(request), most=most)
        if kind == "csv":
            return attachment(sheet.stream(user, ids), "text/csv; charset=utf-8", "documents.csv")
        return attachment(archive.stream(user, ids, kind), "application/zip", f"documents-{kind}.zip")


def _selection(request: Request) -> Selection:
    params = request.query_params
    if "ids" in params:
        return Selection(ids=_ids(",".join(params.getlist("ids"))))
    filters = {name: values for name, values in params.lists() if name not in ("kind", "query", "q")}
    if "query" not in params and "q" not in params and len(selection.unknown_filters(filters)) == len(filters):
        raise Refused("query", WHICH)
    return Selection(params.get("query", params.get("q", "")), filters)


def _ids(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        raise Refused("ids", "Ids are whole numbers with commas between them.")
    return tuple(map(int, parts))
