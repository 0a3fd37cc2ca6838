"""`/api/documents/suggest/`: completes what somebody types into a search box."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docplatform.lib import flex
from docplatform.lib.errors import Refused, Shape
from documents.search import suggest
from documents.serializers.search import SuggestionOutput
from documents.views.visible import DocumentsView

KINDS = ", ".join(suggest.KINDS)
PARAMETERS = [
    OpenApiParameter("q", str, description="What stands in the box; its last words or its last `field:value` count."),
    OpenApiParameter("kinds", str, description=f"Only these, comma-separated: {KINDS}."),
]


class SuggestView(DocumentsView):
    """Titles, tags, other data, people, projects, organizations and fields; nothing that the person may not see."""

    filter_backends = ()
    pagination_class = None
    serializer_class = SuggestionOutput

    @extend_schema(parameters=PARAMETERS, responses=SuggestionOutput(many=True))
    def list(self, request: Request, **suffix: Any) -> Response:
        """At most five of each kind. `query` is what the box says once a suggestion is chosen."""
        kinds = flex.wanted(request, "kinds")
        if unknown := sorted(set(kinds) - set(suggest.KINDS)):
            raise Refused("kinds", f"There is no kind {unknown[0]!r}. There are {KINDS}.", shape=Shape.FIELD)
        found = suggest.suggest(request.user, request.query_params.get("q", ""), kinds or suggest.KINDS)
        return Response([asdict(suggestion) for suggestion in found])
