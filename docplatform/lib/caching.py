"""Says to browsers and proxies what they may keep of the API's answers."""

from typing import Any

from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

VARY = ("Accept", "Origin", "Accept-Language", "Cookie", "Authorization")
"""Authorization too: else a browser that signs in by token would be served what it read as a stranger."""


class Uncached(APIView):
    """A view whose answers are asked for again each time, unless it says otherwise by `kept`."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds the headers to every answer, refusals included."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-cache")
        patch_vary_headers(response, VARY)
        return response


def kept(request: Request, data: Any) -> Response:
    """An answer that everybody may keep for five minutes when it was given to a stranger."""
    value = "private, no-cache" if request.user.is_authenticated else "public, max-age=300"
    return Response(data, headers={"Cache-Control": value})
