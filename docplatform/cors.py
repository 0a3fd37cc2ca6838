"""Scripts of other sites: everybody's may read what everybody may read, those of ALLOWED_ORIGINS act for visitors."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponseBase]
SHARED = re.compile(r"/(api|public)/")  # with everybody, without cookies
TRUSTED = re.compile(r"/(api|public|files)/")
READING = "GET, HEAD, OPTIONS"
WRITING = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"
SENT = (
    *("Accept", "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Range"),
    *("User-Agent", "X-CSRFToken", "X-Request-Id", "X-Requested-With"),
)
READ = (
    *("Accept-Ranges", "Content-Disposition", "Content-Encoding", "Content-Length", "Content-Range", "ETag"),
    *("Retry-After", "X-Request-Id"),
)
KEPT_SECONDS = 24 * 3600


def share(get_response: Answer) -> Answer:
    """Stands outside of everything that may refuse, so that scripts can read refusals too."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not (SHARED.match(request.path) or TRUSTED.match(request.path)):
            return get_response(request)
        is_question = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse() if is_question else get_response(request)
        patch_vary_headers(response, ("Origin",))
        for name, value in _headers(request, is_question=is_question).items():
            response.headers[name] = value
        return response

    return answer


def _headers(request: HttpRequest, *, is_question: bool) -> dict[str, str]:
    origin = request.headers.get("Origin", "")
    is_trusted = origin in settings.ALLOWED_ORIGINS
    if not origin or not (is_trusted or SHARED.match(request.path)):
        return {}
    headers = {
        "Access-Control-Allow-Origin": origin if is_trusted else "*",
        "Access-Control-Expose-Headers": ", ".join(READ),
    }
    if is_trusted:
        headers["Access-Control-Allow-Credentials"] = "true"
    if is_question:
        headers["Access-Control-Allow-Methods"] = WRITING if is_trusted else READING
        headers["Access-Control-Allow-Headers"] = ", ".join(SENT)
        headers["Access-Control-Max-Age"] = str(KEPT_SECONDS)
    return headers
