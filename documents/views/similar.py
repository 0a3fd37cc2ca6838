"""`/api/documents/<id>/similar/`: more like this."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib.pagination import SIZE_PARAM, page_size
from documents.search import notes, similar
from documents.serializers.search import HitOutput, SimilarOutput
from documents.views.visible import DocumentsView

SIZE = 10
MAX_SIZE = 25
PARAMETERS = [
    OpenApiParameter(SIZE_PARAM, int, description=f"How many: {SIZE}, at most {MAX_SIZE}."),
    OpenApiParameter("expand", str, description="Comma-separated: user, organization, projects."),
]


class SimilarView(DocumentsView):
    """Documents that say the same as one that the person may see."""

    filter_backends = ()
    pagination_class = None
    serializer_class = SimilarOutput

    @extend_schema(parameters=PARAMETERS)
    def retrieve(self, request: Request, **address: Any) -> Response:
        """Hits of a search for the document's most telling words, without the document itself."""
        if not self.get_queryset().filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        ids = similar.similar(request.user, self.kwargs["pk"], most=page_size(request, maximum=MAX_SIZE, default=SIZE))
        # The index says who may see a document; the rows say it again.
        rows = self.shown(self.get_queryset().filter(pk__in=ids)).in_bulk()
        documents = [rows[pk] for pk in ids if pk in rows]
        beside = {"notes": notes.on_hits(request.user, documents, ()), "highlights": None, "note_highlights": None}
        output = HitOutput(context={**self.get_serializer_context(), **beside})
        results = [output.to_representation(document) for document in documents]
        return Response({"count": len(results), "next": None, "previous": None, "results": results})
